import express from "express";
import { add, byId, find } from "./bookmarks.js";

const app = express();
app.disable("x-powered-by");
app.use(express.json({ limit: "50kb" }));

app.get("/", (_request, response) => {
  response.json({
    name: "bookmarks",
    endpoints: ["GET /bookmarks?tag=&text=", "GET /bookmarks/:id", "POST /bookmarks", "GET /health"],
  });
});

app.get("/health", (_request, response) => {
  response.json({ status: "ok", uptimeSeconds: Math.round(process.uptime()) });
});

app.get("/bookmarks", (request, response) => {
  response.set("cache-control", "no-cache").json(find(request.query));
});

app.get("/bookmarks/:id", (request, response) => {
  const bookmark = byId(Number(request.params.id));
  if (!bookmark) return response.status(404).json({ error: "no such bookmark" });
  return response.json(bookmark);
});

app.post("/bookmarks", (request, response) => {
  const key = process.env.BOOKMARKS_API_KEY;
  if (!key || request.get("x-api-key") !== key) return response.status(401).json({ error: "x-api-key is missing or wrong" });
  const { bookmark, faults } = add(request.body);
  if (faults) return response.status(422).json({ error: "invalid bookmark", faults });
  return response.status(201).location(`/bookmarks/${bookmark.id}`).json(bookmark);
});

app.use((_request, response) => {
  response.status(404).json({ error: "not found" });
});

const port = Number(process.env.PORT ?? 3000);
const server = app.listen(port, () => console.log(`bookmarks-api listens on port ${port}`));

process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
