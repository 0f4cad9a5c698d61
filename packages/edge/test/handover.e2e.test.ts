/** An edge of a later version takes the place of an earlier one: nobody who visits notices. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Engine, openEngine } from "@landfall/engine";
import { systemClock } from "@landfall/engine/clock";
import { edgeControl, type EdgeReport } from "@landfall/engine/platforms/local/edge-control";
import { standbyLock } from "@landfall/engine/platforms/local/edge-files";
import { isHeld } from "@landfall/engine/store/lock";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Place } from "../../engine/test/conforming-place.ts";
import { edgeCommand, openPlace } from "./place.ts";

let place: Place;
let folder: string;
beforeEach(async () => {
  place = await openPlace({}, { version: "1.2.0" });
  folder = mkdtempSync(join(tmpdir(), "landfall-handover-"));
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Says which process it is, and takes its time at /slow. */
function writeProgram(): void {
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "scripts": { "start": "node server.js" } }');
  writeFileSync(
    join(folder, "server.js"),
    `import { createServer } from "node:http";
const server = createServer((request, response) => {
  if (request.url !== "/slow") return response.end("pid " + process.pid);
  response.write("pid ");
  setTimeout(() => response.end(String(process.pid)), 4_000);
});
server.listen(process.env.PORT);
`,
  );
}

async function deploy(project: string): Promise<string> {
  const source = { kind: "folder" as const, path: folder };
  const { id } = await place.engine.accept(await place.engine.prepare({ source, project }));
  await place.engine.work({ signal: AbortSignal.timeout(60_000), until: "idle", only: id });
  const { state, url } = await place.engine.deployment(id);
  expect(state).toBe("success");
  return url!;
}

/** The same data directory, by a program of another version. */
function engineOf(version: string, command = edgeCommand(place.home, version)): Promise<Engine> {
  return openEngine({
    home: place.home,
    version,
    edgeCommand: command,
    workerCommand: place.workerCommand,
    toolPath: (process.env["PATH"] ?? "").split(":"),
  });
}

async function edge(): Promise<EdgeReport> {
  const control = edgeControl({ home: place.home, command: [], environment: {}, clock: systemClock });
  return (await control.status())!;
}

interface Visited {
  status: number | undefined;
  text: string;
}

function visit(url: string, path: string, agent: Agent | false): Promise<Visited> {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, agent, headers: { host: `${host}:${port}` } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece) => (text += piece));
      answer.on("error", reject).on("end", () => resolve({ status: answer.statusCode, text }));
    });
    asked.on("error", reject).end();
  });
}

it("serves all the time, keeps the programs, finishes what was begun, and has a standby of its own", async () => {
  writeProgram();
  const program = await deploy("api");
  const ownPort = (await edge()).services[0]!.portUrl!;
  rmSync(join(folder, "package.json"));
  rmSync(join(folder, "server.js"));
  writeFileSync(join(folder, "index.html"), "<h1>one</h1>");
  const page = await deploy("web");
  const before = await edge();
  const said = (await visit(program, "/", false)).text;
  await vi.waitFor(() => expect(isHeld(standbyLock(place.home))).toBe(true), 10_000);

  const over = new AbortController();
  const wrong: unknown[] = [];
  let asked = 0;
  const keeping = new Agent({ keepAlive: true });
  const visitors = [program, page, ownPort].flatMap((url) =>
    [keeping, false as const].map(async (agent) => {
      const expected = { status: 200, text: url === page ? "<h1>one</h1>" : said };
      while (!over.signal.aborted) {
        const answer = await visit(url, "/", agent).catch((error: unknown) => error);
        asked += 1;
        if (JSON.stringify(answer) !== JSON.stringify(expected)) wrong.push(answer);
        await delay(2);
      }
    }),
  );
  const slow = visit(program, "/slow", false);
  await delay(300);
  await using later = await engineOf("1.10.0");
  await later.edge.ensure();
  const after = await edge();
  expect(after).toMatchObject({ version: "1.10.0", port: before.port });
  expect(after.services.map(({ pid, restarts, url }) => ({ pid, restarts, url }))).toEqual(
    before.services.map(({ pid, restarts, url }) => ({ pid, restarts, url })),
  );
  expect(await slow).toEqual({ status: 200, text: said });
  over.abort();
  await Promise.all(visitors);
  keeping.destroy();
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(1_000);
  await vi.waitFor(() => expect(() => process.kill(before.pid, 0)).toThrow(), 10_000);

  // Its standby brings back the later one, though the engine of the earlier one looks on.
  await delay(1_500);
  process.kill(after.pid, "SIGKILL");
  await vi.waitFor(async () => {
    const now = await edge();
    expect(now).toMatchObject({ version: "1.10.0" });
    expect(now.pid).not.toBe(after.pid);
  }, 10_000);
});

it("does not come to be where the later version does not start, or is none", async () => {
  writeFileSync(join(folder, "index.html"), "<h1>one</h1>");
  const page = await deploy("web");
  const { pid } = await edge();
  const broken = join(folder, "broken.js");
  writeFileSync(broken, "throw new Error('not built')");
  for (const [version, command] of [
    ["2.0.0", [process.execPath, broken]],
    ["2.0.0", [join(folder, "nothing-here")]],
    ["1.2.0", undefined],
    ["1.1.9", undefined],
  ] as const) {
    await using other = await engineOf(version, command && [...command]);
    await other.edge.ensure();
    expect(await edge()).toMatchObject({ pid, version: "1.2.0" });
    expect(await visit(page, "/", false)).toEqual({ status: 200, text: "<h1>one</h1>" });
  }
  expect(existsSync(join(place.home, "edge.handed-over"))).toBe(false);
});
