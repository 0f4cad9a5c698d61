import { createServer } from "node:http";
import { page } from "./page.js";

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/health") return response.setHeader("content-type", "application/json").end('{"status":"ok"}');
  if (pathname !== "/") return response.writeHead(404, { "content-type": "text/plain" }).end("no such page\n");
  return response.setHeader("content-type", "text/html; charset=utf-8").end(page(new Date()));
});

server.listen(Number(process.env.PORT ?? 8080), () => console.log(`listening on port ${server.address().port}`));

process.on("SIGTERM", () => {
  server.close();
  server.closeIdleConnections();
});
