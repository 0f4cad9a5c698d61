/** What a person has stopped: visitors are told so, no program runs, and nothing but a start or a deployment brings it back. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentView, DeployRequest } from "@landfall/engine";
import { get } from "@landfall/engine/deployment/ask";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Place } from "../../engine/test/conforming-place.ts";
import { openPlace } from "./place.ts";

let place: Place;
let folder: string;
beforeEach(async () => {
  place = await openPlace();
  folder = mkdtempSync(join(tmpdir(), "landfall-stopped-"));
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Says which process it is, takes its time at /slow, and does not start while there is a file `broken`. */
function writeProgram(): void {
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "scripts": { "start": "node server.js" } }');
  writeFileSync(
    join(folder, "server.js"),
    `import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
if (existsSync(${JSON.stringify(join(folder, "broken"))})) throw new Error("it is broken");
createServer((request, response) => {
  if (request.url === "/slow") writeFileSync(${JSON.stringify(join(folder, "asked"))}, "");
  setTimeout(() => response.end("pid " + process.pid), request.url === "/slow" ? 1_500 : 0);
}).listen(process.env.PORT);
`,
  );
}

async function deploy(more: Partial<DeployRequest> = {}): Promise<DeploymentView> {
  const request = { source: { kind: "folder" as const, path: folder }, project: "web", ...more };
  const { id } = await place.engine.accept(await place.engine.prepare(request));
  await place.engine.work({ signal: AbortSignal.timeout(60_000), until: "idle", only: id });
  const done = await place.engine.deployment(id);
  expect(done).toMatchObject({ state: "success" });
  return done;
}

async function visit(url: string, path = "/"): Promise<{ status: number; text: string }> {
  const { status, body } = await get(url, path, AbortSignal.timeout(10_000));
  return { status, text: body.toString() };
}

async function serviceOf(project: string) {
  return (await place.engine.edge.status()).services.find((one) => one.project === project);
}

const environmentOf = async () => (await place.engine.projects())[0]!.environments[0]!;
const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it("is told of, over the death of the edge, with what was begun finished and the program gone, until it is started", async () => {
  writeProgram();
  const { id, url, releaseId, stoppedAt } = await deploy();
  expect(stoppedAt).toBeNull();
  const pid = Number((await visit(url!)).text.slice(4));
  const slow = visit(url!, "/slow");
  await vi.waitFor(() => expect(existsSync(join(folder, "asked"))).toBe(true), 10_000);
  await place.engine.stop({ project: "web" });
  expect(await slow).toEqual({ status: 200, text: `pid ${pid}` });
  expect(runs(pid)).toBe(false);
  expect(await visit(url!)).toEqual({ status: 503, text: expect.stringContaining("This site was stopped for now.") });
  expect(await serviceOf("web")).toMatchObject({ state: "stopped" });
  expect(await environmentOf()).toMatchObject({ url, stoppedAt: expect.stringMatching(/^20/) });
  await place.engine.stop({ project: "web" });
  expect(await place.engine.deployment(id)).toMatchObject({ live: true, stoppedAt: expect.stringMatching(/^20/) });

  process.kill((await place.engine.edge.status()).pid!, "SIGKILL");
  await place.engine.edge.ensure();
  expect((await visit(url!)).status).toBe(503);

  await place.engine.start({ project: "web" });
  expect((await visit(url!)).text).toMatch(/^pid \d+$/);
  expect(await serviceOf("web")).toMatchObject({ state: "running", release: releaseId, restarts: 0 });
  expect(await environmentOf()).toMatchObject({ stoppedAt: null });
  await place.engine.start({ project: "web" });
});

it("comes back with the next deployment, changed or not, and a page is stopped as a program is", async () => {
  writeFileSync(join(folder, "index.html"), "<h1>one</h1>");
  const first = await deploy();
  await place.engine.stop({ project: "web" });
  expect((await visit(first.url!)).status).toBe(503);
  const same = await deploy();
  expect(await visit(same.url!)).toEqual({ status: 200, text: "<h1>one</h1>" });
  await place.engine.stop({ project: "web" });
  writeFileSync(join(folder, "index.html"), "<h1>two</h1>");
  expect(await visit((await deploy()).url!)).toEqual({ status: 200, text: "<h1>two</h1>" });
  await place.engine.stop({ project: "web" });
  await place.engine.start({ project: "web" });
  expect((await visit(first.url!)).text).toBe("<h1>two</h1>");
});

it("stays stopped when it does not start, and says why", async () => {
  writeProgram();
  const { url } = await deploy();
  await place.engine.stop({ project: "web" });
  writeFileSync(join(folder, "broken"), "");
  await expect(place.engine.start({ project: "web" })).rejects.toMatchObject({
    code: "START_FAILED",
    text: { evidence: expect.arrayContaining([expect.stringContaining("it is broken")]) },
  });
  expect((await visit(url!)).status).toBe(503);
  expect(await environmentOf()).toMatchObject({ stoppedAt: expect.any(String) });
  rmSync(join(folder, "broken"));
  await place.engine.start({ project: "web" });
  expect((await visit(url!)).status).toBe(200);
});

it("is refused of what is not here, and while a deployment is under way", async () => {
  writeFileSync(join(folder, "index.html"), "<h1>one</h1>");
  await expect(place.engine.stop({ project: "web" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await deploy();
  await expect(place.engine.stop({ project: "web", environment: "next" })).rejects.toMatchObject({
    code: "CONFLICT",
    text: { what: "Nothing of web runs on this machine in next." },
  });
  const source = { kind: "folder" as const, path: folder };
  const { id } = await place.engine.accept(await place.engine.prepare({ source, project: "web", force: true }));
  for (const change of [place.engine.stop, place.engine.start])
    await expect(change({ project: "web" })).rejects.toMatchObject({
      code: "CONFLICT",
      text: { what: `${id} of web is under way.` },
    });
});
