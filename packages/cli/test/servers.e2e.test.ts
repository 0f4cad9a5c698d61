/** Machines kept from new work and taken back, from the built command line: with a server that is really there, ends, and comes back. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { install, type Installed, until } from "./installed.ts";

let landfall: Installed;
let folder: string;
let serving: ChildProcess;

beforeAll(async () => {
  landfall = await install();
  folder = landfall.project("site", { "index.html": "<!doctype html><title>First</title>" });
  serving = await serve();
});
afterAll(() => landfall[Symbol.asyncDispose]());

async function serve(): Promise<ChildProcess> {
  const child = landfall.start("serve", "--port", "0", "--json");
  let out = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr!.resume();
  await until("the server starts", () => out.includes("\n"));
  return child;
}

interface Server {
  name: string;
  drainedSince: string | null;
}
const drained = async () => {
  const all = JSON.parse((await landfall.run("servers", "--json")).stdout) as Server[];
  return all.map(({ name, drainedSince }) => [name, drainedSince !== null]);
};

it("a machine is drained, over a restart, serves meanwhile, and is taken back; who waits is told why", async () => {
  expect((await landfall.runWith({ cwd: folder }, "deploy", "--quiet")).code).toBe(0);
  expect((await landfall.run("servers")).stdout).toMatch(
    new RegExp(`SERVER +STATE.*\\n${hostname()} +reachable +(?=.*api)(?=.*worker)(?=.*edge)`),
  );
  const { code, stderr } = await landfall.run("servers", "drain", hostname());
  expect([code, stderr]).toEqual([0, expect.stringContaining("What it serves goes on being served.")]);
  expect((await landfall.get("site.localhost")).body).toContain("First");

  serving.kill("SIGTERM");
  await once(serving, "exit");
  serving = await serve();
  expect(await drained()).toEqual([[hostname(), true]]);
  expect((await landfall.run("servers")).stdout).toMatch(/ drained /);

  landfall.project("site", { "index.html": "<!doctype html><title>Second</title>" });
  const deploying = landfall.runWith({ cwd: folder }, "deploy");
  const waiting = async () => JSON.parse((await landfall.run("ls", "--all", "-n", "1", "--json")).stdout) as View[];
  await until("it waits", async () => (await waiting())[0]!.waitsFor !== null);
  const [view] = await waiting();
  expect(view!.state).toBe("pending");
  expect((await landfall.run("inspect", view!.id)).stdout).toContain("Every machine that could work on it is drained.");
  expect((await landfall.get("site.localhost")).body).toContain("First");
  expect((await landfall.run("servers", "resume", hostname())).code).toBe(0);
  const { code: deployed } = await deploying;
  expect(deployed).toBe(0);
  expect((await landfall.get("site.localhost")).body).toContain("Second");
  expect(await drained()).toEqual([[hostname(), false]]);
});

it("a command that waits for a drained machine says so", async () => {
  expect((await landfall.run("servers", "drain", hostname())).code).toBe(0);
  landfall.project("site", { "index.html": "<!doctype html><title>Third</title>" });
  const late = await landfall.runWith({ cwd: folder }, "deploy", "--wait-timeout", "6s");
  expect([late.code, late.stderr]).toEqual([3, expect.stringContaining("landfall servers resume")]);
  expect((await landfall.run("servers", "resume", hostname())).code).toBe(0);
  await until("it is deployed", async () => (await landfall.get("site.localhost")).body.includes("Third"));
});

it("one that is there is not removed, and one that is not is said to be none", async () => {
  const refused = await landfall.run("servers", "rm", hostname());
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("It was heard of in the last minute.")]);
  const unknown = await landfall.run("servers", "drain", "no-such-machine");
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining(hostname())]);
});

interface View {
  id: string;
  state: string;
  waitsFor: string | null;
}
