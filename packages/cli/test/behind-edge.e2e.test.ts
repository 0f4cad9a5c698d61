/** Programs that look at the address they are asked for. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { echo, install, type Installed } from "./installed.ts";

let landfall: Installed;
beforeAll(async () => {
  landfall = await install();
});
afterAll(() => landfall[Symbol.asyncDispose]());

it("a framework that refuses unknown names is told those it is served at", async () => {
  const folder = landfall.project("names", echo("hello"));
  expect(await landfall.json("deploy", folder, "--framework", "angular")).toMatchObject({ status: "success" });
  const told = JSON.parse((await landfall.get("names.localhost", "/env")).body) as Record<string, string>;
  expect(told["NG_ALLOWED_HOSTS"]).toBe("names.localhost,localhost,127.0.0.1");
});

it("a program that refuses its name is live, and a person is told why nobody sees it", async () => {
  const folder = landfall.project("strict", {
    "package.json": JSON.stringify({ name: "strict", type: "module", scripts: { start: "node server.js" } }),
    "server.js": `import { createServer } from "node:http";
createServer((request, response) => {
  response.writeHead(request.headers.host.startsWith("strict.example.com") ? 200 : 400).end();
}).listen(process.env.PORT);`,
  });
  const { code, stderr } = await landfall.run("deploy", folder);
  expect(code).toBe(0);
  expect(stderr.replaceAll(/\s+/g, " ")).toMatch(
    /the program refuses the request\. If it has a list of allowed hosts .*strict\.localhost/,
  );
});

it("a page that asks its own address on the server finds it, before it has the traffic and after", async () => {
  const folder = landfall.project("selfish", {
    "package.json": JSON.stringify({ name: "selfish", type: "module", scripts: { start: "node server.js" } }),
    "server.js": `import { createServer } from "node:http";
createServer(async (request, response) => {
  if (request.url === "/api") return response.end("found");
  try {
    response.end(await (await fetch("http://" + request.headers.host + "/api")).text());
  } catch (error) {
    response.writeHead(500).end(String(error.cause));
  }
}).listen(process.env.PORT || 3000);`,
  });
  expect(await landfall.json("deploy", folder)).toMatchObject({ status: "success" });
  expect(await landfall.get(`selfish.localhost:${landfall.port}`)).toEqual({ status: 200, body: "found" });
});
