/** The product's own server: makes pages in sandboxes, and passes on what the Deploy button asks, with a key the browser never sees. */
import { createReadStream, existsSync } from "node:fs";
import { createServer, request } from "node:http";
import { extname, join, normalize } from "node:path";
import { createLandfallClient } from "@landfall/react/client";

const { LANDFALL_URL: url = "http://127.0.0.1:8400", LANDFALL_KEY: token = "", PORT: port = "3000" } = process.env;
const landfall = createLandfallClient({ url, token });
/** What the button needs, and nothing else. A real product also looks here whose project it is. */
const allowed =
  /^\/rpc\/(live|targets\/list|platforms\/list|sandboxes\/deploy|projects\/get|deployments\/(get|list|events|cancel|checklist))$/;
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css" };

createServer((incoming, response) => {
  const path = new URL(incoming.url, "http://sketch").pathname;
  if (path === "/make" && incoming.method === "POST") make(incoming, response).catch((error) => fail(response, error));
  else if (allowed.test(path)) passOn(incoming, response);
  else serve(path, response);
}).listen(Number(port), "127.0.0.1", () => console.log(`Sketch at http://127.0.0.1:${port}`));

async function make(incoming, response) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { title, text } = JSON.parse(Buffer.concat(chunks).toString());
  const { id } = await landfall.sandboxes.create({ name: title.slice(0, 60) });
  await landfall.sandboxes.write({ id, files: [{ path: "index.html", text: page(title, text) }] });
  const project = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "") || "sketch";
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ title, sandbox: id, project }));
}

/** Streams both ways, so that events arrive as they happen. */
function passOn(incoming, response) {
  const { host: _host, cookie: _cookie, origin: _origin, ...headers } = incoming.headers;
  const outgoing = request(new URL(incoming.url, url), {
    method: incoming.method,
    headers: { ...headers, authorization: `Bearer ${token}` },
  });
  outgoing.on("response", (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  outgoing.on("error", (error) => fail(response, error));
  response.on("close", () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function serve(path, response) {
  const file = join(import.meta.dirname, "dist", normalize(path === "/" ? "/index.html" : path));
  if (!existsSync(file)) return response.writeHead(404).end();
  response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
  createReadStream(file).pipe(response);
}

function fail(response, error) {
  console.error(error);
  if (!response.headersSent) response.writeHead(502);
  response.end();
}

function page(title, text) {
  const safe = (value) => value.replaceAll(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${safe(title)}</title><h1>${safe(title)}</h1><p>${safe(text)}</p></html>`;
}
