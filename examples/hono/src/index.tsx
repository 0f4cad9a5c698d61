import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { all, follow, shorten } from "./links.js";
import { Page } from "./page.js";

const app = new Hono();

app.get("/", (context) => context.html(<Page links={all()} />));

app.post("/", async (context) => {
  const { to } = await context.req.parseBody();
  const link = shorten(typeof to === "string" ? to : "");
  if (!link) return context.text("That is not an address of the web.\n", 422);
  return context.html(<Page links={all()} made={new URL(`/to/${link.slug}`, context.req.url).href} />, 201);
});

app.get("/to/:slug", (context) => {
  const to = follow(context.req.param("slug"));
  return to ? context.redirect(to, 302) : context.notFound();
});

app.get("/api/links", (context) => context.json(all()));
app.get("/health", (context) => context.json({ status: "ok" }));
app.use("/assets/*", serveStatic({ root: "./public", rewriteRequestPath: (path) => path.replace(/^\/assets/, "") }));
app.notFound((context) => context.text("There is no such link.\n", 404));

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 8787) }, (address) =>
  console.log(`shortly listens on port ${address.port}`),
);

process.on("SIGTERM", () => server.close());
