import { serve } from "@hono/node-server";
import { euros, priceOf, seats } from "@theatre/shared";
import { Hono } from "hono";
import { cors } from "hono/cors";

const taken = new Set(["A4", "A5", "C1"]);
const app = new Hono();

// The page lives on another host name; WEB_ORIGIN narrows who may book from a browser.
app.use(cors({ origin: process.env.WEB_ORIGIN ?? "*" }));

app.get("/", (context) => context.json({ name: "box office", endpoints: ["GET /seats", "GET /price?seats=A1,A2", "POST /bookings", "GET /health"] }));

app.get("/health", (context) => context.json({ status: "ok", free: seats().length - taken.size }));

app.get("/seats", (context) => context.json({ taken: [...taken] }));

app.get("/price", (context) => {
  const ids = (context.req.query("seats") ?? "").split(",").filter(Boolean);
  return context.json({ seats: ids, price: euros(priceOf(ids)) });
});

app.post("/bookings", async (context) => {
  const { seats: ids } = await context.req.json();
  if (!Array.isArray(ids) || ids.length === 0) return context.json({ error: "which seats?" }, 422);
  const price = priceOf(ids);
  const gone = ids.filter((id) => taken.has(id));
  if (gone.length > 0) return context.json({ error: `taken: ${gone.join(", ")}` }, 409);
  for (const id of ids) taken.add(id);
  return context.json({ seats: ids, price: euros(price) }, 201);
});

app.notFound((context) => context.json({ error: "not found" }, 404));
app.onError((error, context) => context.json({ error: error.message }, error instanceof RangeError ? 422 : 500));

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 4000) }, ({ port }) => console.log(`box office listens on port ${port}`));

process.on("SIGTERM", () => server.close());
