import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { happens } from "./happens.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

let server: TestServer;
let owner: Caller;
const stop = new AbortController();
let work: Promise<void>;
const project = "site";

beforeAll(async () => {
  server = await serverFor();
  owner = await server.setUp();
  work = server.engine.work({ signal: stop.signal, until: "aborted" }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  await owner.client.variables.set({
    project,
    environment: "production",
    values: { GREETING: "hi", API_TOKEN: "s3cr3t-1" },
  });
  await deployed("first");
  await owner.client.variables.set({ project, environment: "production", values: { GREETING: "ho", ADDED: "1" } });
  await deployed("second and longer");
});
afterAll(async () => {
  stop.abort();
  await work;
  await server[Symbol.asyncDispose]();
});

async function deployed(text: string, more: { environment?: string } = {}): Promise<string> {
  const response = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: onePage(`<!doctype html><title>site</title><p>${text}</p>`),
  });
  const { id: upload } = (await response.json()) as { id: string };
  const { id } = await owner.client.deployments.create({
    project,
    source: { upload },
    message: `says ${text}`,
    ...more,
  });
  await settled(id);
  return id;
}

async function settled(id: string): Promise<void> {
  for await (const _ of await owner.client.deployments.events({ id }));
  expect(await owner.client.deployments.get({ id })).toMatchObject({ state: "success", error: null });
}

/** Newest first. */
async function ids(environment = "production"): Promise<string[]> {
  return (await owner.client.deployments.list({ project, environment })).deployments.map(({ id }) => id);
}

it("says who began it, and what may be done with it by whom", async () => {
  const [second, first] = (await ids()) as [string, string];
  const live = await owner.client.deployments.get({ id: second });
  expect(live).toMatchObject({ startedBy: "Owner", commit: null, live: true });
  expect(live.usualMs).toBeGreaterThan(0);
  expect(live.actions).toEqual({
    cancel: { possible: false, reason: "It has ended." },
    redeploy: { possible: true, reason: null },
    promote: { possible: false, reason: "It is in production already." },
    rollback: { possible: false, reason: "It has the traffic already." },
  });
  const before = await owner.client.deployments.get({ id: first });
  expect(before.actions.rollback).toEqual({ possible: true, reason: null });
  // There is nothing before it that it could be compared with.
  expect(before).toMatchObject({ usualMs: null, source: "an upload" });
  const viewer = await server.member(owner, "viewer");
  const seen = (await viewer.client.deployments.list({ project })).deployments.find(({ id }) => id === first)!;
  expect(seen.usualMs).toBeNull();
  expect(seen.actions.rollback).toEqual({ possible: false, reason: "A viewer of My organisation may not roll back." });
});

it("finds deployments by state, platform and text", async () => {
  const [second, first] = (await ids()) as [string, string];
  const found = async (filter: object): Promise<string[]> =>
    (await owner.client.deployments.list({ project, ...filter })).deployments.map(({ id }) => id);
  expect(await found({ state: "failed" })).toEqual([]);
  expect(await found({ platform: "local", state: "success" })).toEqual([second, first]);
  expect(await found({ text: "SAYS FIRST" })).toEqual([first]);
  expect(await found({ text: first.slice(4) })).toEqual([first]);
  expect(await found({ text: "%" })).toEqual([]);
  expect(await found({ text: "a\0\\_" })).toEqual([]);
});

it("compares two by what was sealed, names of variables without a value", async () => {
  const [second, first] = (await ids()) as [string, string];
  const compared = await owner.client.deployments.compare({ id: second, with: first });
  expect(compared).toMatchObject({
    from: { id: first, live: false, message: "says first" },
    to: { id: second, live: true },
    commits: null,
    variables: [
      { key: "ADDED", change: "added", sensitive: false },
      { key: "GREETING", change: "changed", sensitive: false },
    ],
    settings: [],
    files: { added: 0, removed: 0, changed: 1 },
    how: "It has the traffic already.",
    sameRelease: false,
  });
  expect(compared.files.sizeTo - compared.files.sizeFrom).toBe("second and longer".length - "first".length);
  expect(JSON.stringify(compared)).not.toMatch(/s3cr3t|"h[io]"/);
});

it("says what going back, promoting and redeploying would change, from what is live", async () => {
  const [second, first] = (await ids()) as [string, string];
  expect(await owner.client.deployments.effect({ id: first, action: "rollback" })).toMatchObject({
    from: { id: second },
    to: { id: first },
    variables: [
      { key: "ADDED", change: "removed", sensitive: false },
      { key: "GREETING", change: "changed", sensitive: false },
    ],
    domains: ["site.localhost"],
    how: "The stored files are served again at once.",
  });
  // With today's variables: only the file differs.
  const again = await owner.client.deployments.effect({ id: first, action: "redeploy" });
  expect(again).toMatchObject({ variables: [], files: { changed: 1 } });
  const preview = await deployed("second and longer", { environment: "next" });
  expect(await owner.client.deployments.effect({ id: preview, action: "promote" })).toMatchObject({
    from: { id: second },
    to: { id: preview },
    variables: [],
    settings: [],
    files: { added: 0, removed: 0, changed: 0 },
    domains: ["site.localhost"],
    how: "What was built is deployed with the variables there, without building, and is served from then on.",
  });
  expect(
    (await owner.client.deployments.effect({ id: preview, action: "promote", environment: "empty" })).from,
  ).toBeNull();
});

it("does nothing when the deployment to go back to is on another platform than is named", async () => {
  const [, first] = (await ids()) as [string, string];
  await expect(server.engine.rollback({ project, platform: "vercel", to: first })).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: expect.stringContaining(`${first} is not a deployment of ${project}, production, on vercel.`) as string,
  });
});

it("does nothing when another deployment is live than the person saw", async () => {
  const [second, first] = (await ids()) as [string, string];
  await expect(owner.client.deployments.rollback({ id: first, expectLive: first })).rejects.toMatchObject({
    code: "CONFLICT",
    data: { what: `${second} has the traffic of production by now.` },
  });
  await expect(owner.client.deployments.redeploy({ id: first, expectLive: null })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  const back = await owner.client.deployments.rollback({ id: first, expectLive: second });
  await settled(back.id);
  // It is called as what it gives the traffic back to, and is no measure for what is built.
  expect(await owner.client.deployments.get({ id: back.id })).toMatchObject({ message: "says first", usualMs: null });
  expect(await owner.client.deployments.get({ id: first })).toMatchObject({
    live: false,
    actions: { rollback: { possible: false, reason: "It has the traffic already." } },
  });
  expect((await owner.client.deployments.effect({ id: first, action: "rollback" })).sameRelease).toBe(true);
});

it("gives the log as text, without colours, to who may read it", async () => {
  const id = await deployed("with a log");
  await happens(server.engine, id, {
    type: "log",
    step: "late",
    stream: "stderr",
    firstLine: 900,
    lines: ["\u001b[31mred\u001b[0m\ta\u0007b\u001b]0;title\u0007"],
  });
  const at = `${server.url}/api/deployments/${id}/log.txt`;
  const answer = await fetch(at, { headers: owner.headers });
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  const text = await answer.text();
  const logged: string[] = [];
  for await (const event of await owner.client.deployments.logs({ id })) logged.push(...event.lines);
  expect(text.endsWith("\n== late ==\nred\tab\n")).toBe(true);
  for (const line of logged) expect(text).toContain(`${line}\n`);
  expect((await fetch(at)).status).toBe(401);
  expect((await fetch(at, { headers: (await server.key(owner, ["read:project"])).headers })).status).toBe(403);
  expect((await fetch(at.replace(id, "dep_nothing"), { headers: owner.headers })).status).toBe(404);
});

it("knows the commit of a folder in a git working tree, and deploys where git knows none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landfall-commit-"));
  try {
    const git = (...args: string[]): string =>
      execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
        cwd: folder,
        encoding: "utf8",
      }).trim();
    writeFileSync(join(folder, "index.html"), "x");
    git("init", "--quiet", "--initial-branch=trunk");
    const before = await server.engine.prepare({
      source: { kind: "folder", path: folder },
      project: "git",
      prebuilt: true,
    });
    expect(before.commit).toBeNull();
    git("add", ".");
    git("commit", "--quiet", "-m", "A subject\n\nand more");
    // What would run a program, if anything of the repository's configuration counted.
    git("config", "core.fsmonitor", "touch fsmonitor-ran");
    git("config", "log.showSignature", "true");
    const prepared = await server.engine.prepare({
      source: { kind: "folder", path: folder },
      project: "git",
      prebuilt: true,
    });
    const commit = { sha: git("rev-parse", "HEAD"), message: "A subject", branch: "trunk", author: "Ada" };
    expect(prepared.commit).toEqual(commit);
    const { id } = await server.engine.accept(prepared);
    await settled(id);
    expect(await owner.client.deployments.get({ id })).toMatchObject({ commit, startedBy: null });
    expect((await owner.client.deployments.list({ text: "a subj" })).deployments.map((one) => one.id)).toEqual([id]);
    const again = await owner.client.deployments.redeploy({ id });
    expect(again).toMatchObject({ commit, startedBy: "Owner" });
    await settled(again.id);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
