/** Programs of Node, Python, Bun and Deno in which the port is written: on this machine they have neighbours, and a next release, all the same. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { install, type Installed } from "./installed.ts";

let landfall: Installed;
beforeAll(async () => {
  landfall = await install();
});
afterAll(() => landfall[Symbol.asyncDispose]());

/** Answers its text and what it was started with. */
const program = (text: string, listen: string): string => `
const server = require("node:http").createServer((request, response) =>
  response.end(JSON.stringify({ text: ${JSON.stringify(text)}, stack: Error.stackTraceLimit, port: server.address().port })));
${listen}`;

function project(name: string, listen: string): string {
  return landfall.project(name, {
    "package.json": JSON.stringify({ name, scripts: { start: "node server.js" } }),
    "server.js": program("one", listen),
  });
}

const ofBun = (name: string): string => JSON.stringify({ name, packageManager: "bun@1.4.5", module: "index.ts" });
const bunServes = `Bun.serve({ port: 3119, hostname: "localhost", fetch: () => new Response("served") });`;
const bunExports = `export default { port: 3119, fetch: () => new Response("exported") };`;

const answered = async (name: string): Promise<{ text: string; stack: number; port: number }> =>
  JSON.parse((await landfall.get(`${name}.localhost`)).body) as { text: string; stack: number; port: number };

it("several of them with one port run at once, whatever way they listen", async () => {
  const ways = {
    plain: "server.listen(3117, () => console.log('up'));",
    text: "server.listen('3117', 'localhost');",
    object: "server.listen({ port: 3117, host: '::1' });",
    reads: "server.listen(process.env.PORT || 3117);",
  };
  for (const [name, listen] of Object.entries(ways)) {
    const deployed = await landfall.json("deploy", project(name, listen), "-e", "NODE_OPTIONS=--stack-trace-limit=23");
    expect(deployed).toMatchObject({ code: 0, status: "success" });
  }
  const all = await Promise.all(Object.keys(ways).map(answered));
  expect(all.map(({ stack }) => stack)).toEqual([23, 23, 23, 23]);
  expect(new Set(all.map(({ port }) => port)).size).toBe(4);
  await expect(fetch("http://127.0.0.1:3117")).rejects.toThrow();
});

it("Python programs have neighbours too, and keep what they load from elsewhere", async () => {
  const server = `
import http.server, os, helper
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write((helper.text + " " + str(self.server.server_address[1])).encode())
http.server.HTTPServer(("0.0.0.0", 8217), Handler).serve_forever()
`;
  for (const name of ["snake", "adder"]) {
    const folder = landfall.project(name, { "main.py": server, "lib/helper.py": `text = "${name}"` });
    expect(await landfall.json("deploy", folder, "-p", name, "-e", "PYTHONPATH=lib")).toMatchObject({
      status: "success",
    });
  }
  const [snake, adder] = await Promise.all(
    ["snake", "adder"].map(async (name) => (await landfall.get(`${name}.localhost`)).body),
  );
  expect([snake!.split(" ")[0], adder!.split(" ")[0]]).toEqual(["snake", "adder"]);
  expect(snake!.split(" ")[1]).not.toBe(adder!.split(" ")[1]);
  await expect(fetch("http://127.0.0.1:8217")).rejects.toThrow();
  // Nothing of ours in what they print.
  expect((await landfall.run("logs", "snake")).stdout).not.toMatch(/sitecustomize|Traceback/);
});

it("so have programs of Bun and Deno", async () => {
  const programs = {
    served: { "package.json": ofBun("served"), "index.ts": bunServes },
    exported: { "package.json": ofBun("exported"), "index.ts": bunExports },
    dinosaur: { "deno.json": "{}", "main.ts": `Deno.serve(() => new Response("dinosaur"));` },
    numbered: { "deno.json": "{}", "main.ts": `Deno.serve({ port: 3119 }, () => new Response("numbered"));` },
  };
  for (const [name, files] of Object.entries(programs)) {
    const folder = landfall.project(name, files);
    expect(await landfall.json("deploy", folder, "-p", name)).toMatchObject({ code: 0, status: "success" });
  }
  for (const name of Object.keys(programs)) expect((await landfall.get(`${name}.localhost`)).body).toBe(name);
  await expect(fetch("http://127.0.0.1:3119")).rejects.toThrow();
});

it("the next release is up before the last one goes: no request fails", async () => {
  const listen = "server.listen(3118);";
  const folder = project("next", listen);
  await landfall.json("deploy", folder);
  const seen = new Set<string>();
  const done = new AbortController();
  const asking = (async () => {
    while (!done.signal.aborted) seen.add((await answered("next")).text);
  })();
  writeFileSync(join(folder, "server.js"), program("two", listen));
  const second = await landfall.json("deploy", folder);
  expect(second).toMatchObject({ code: 0, status: "success" });
  expect((await answered("next")).text).toBe("two");
  done.abort();
  await asking;
  expect([...seen]).toEqual(["one", "two"]);
});
