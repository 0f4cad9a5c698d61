import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, vercel, type Simulator, type VercelOptions, type VercelState } from "../src/index.ts";
import { listOf, sha1, vercelClient, type Called } from "./vercel-client.ts";

/** The simulator's clock stands still until a test moves it. */
let now: number;
let simulator: Simulator<VercelState>;
let client: ReturnType<typeof vercelClient>;

async function start(options: VercelOptions = {}): Promise<void> {
  await simulator?.close();
  now = Date.parse("2026-08-21T10:00:00Z");
  simulator = await createSimulator(vercel(options), { clock: { now: () => now, sleep: async () => {} } });
  client = vercelClient(simulator);
}
beforeEach(() => start());
afterEach(() => simulator.close());

const page = "<h1>One</h1>";
const files = { "index.html": page, "css/a.css": "a{}" };

const lines = ({ json }: Called) =>
  (json as string)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("a deployment", () => {
  it("is refused until its files are there, then walks its states and is served", async () => {
    const line = "POST /v13/deployments?skipAutoDetectionConfirmation=1";
    const json = { name: "acme", files: listOf({ ...files, "copy.html": page }) };
    const refused = await client.call(line, { json });
    expect([refused.status, refused.json]).toEqual([
      400,
      { error: { code: "missing_files", message: "Missing files", missing: [sha1(page), sha1("a{}")] } },
    ]);
    for (const text of Object.values(files)) expect((await client.upload(text)).json).toEqual({});
    const { json: accepted } = await client.call(line, { json });
    expect(accepted).toMatchObject({ readyState: "QUEUED", target: "production", aliasAssigned: false, alias: [] });
    expect(accepted.url).toMatch(/^acme-[a-z0-9]{9}-acme\.vercel\.app$/);

    const { states, deployment } = await client.settled(accepted.id);
    expect(states).toEqual(["INITIALIZING", "BUILDING", "READY", "READY"]);
    expect(deployment).toMatchObject({ alias: ["acme.vercel.app"], aliasAssigned: true, readySubstate: "PROMOTED" });
    expect(await client.bodyAt("https://acme.vercel.app/")).toBe(page);
    expect(await client.bodyAt("http://acme.vercel.localhost:9101/css/a.css")).toBe("a{}");
    expect(await client.bodyAt("https://acme.vercel.app/copy.html")).toBe(page);
    expect(simulator.violations).toEqual([]);
  });

  it("needs no upload when its files are known", async () => {
    await client.deploy(files);
    const before = simulator.journal.length;
    await client.deploy(files);
    expect(simulator.journal.slice(before).map(({ method }) => method)).toEqual(["POST", "GET", "GET", "GET", "GET"]);
  });

  it("takes an upload twice, and refuses one that is not what it says", async () => {
    await client.upload(page);
    const again = await client.upload(page);
    expect([again.status, again.json]).toEqual([200, { urls: [] }]);
    const headers = { "content-type": "application/octet-stream" };
    const other = await client.call("POST /v2/files", { body: page, headers: { ...headers, "x-vercel-digest": "0" } });
    expect([other.status, other.json.error.message]).toEqual([400, "Digest is not valid"]);
    const short = { ...headers, "x-vercel-digest": sha1(page), "x-now-size": "3" };
    const shorter = await client.call("POST /v2/files", { body: page, headers: short });
    expect([shorter.status, shorter.json.error.message]).toEqual([400, "File size is not valid"]);
  });

  it.each([
    ["digest and content at once", [{ file: "a", data: "", encoding: "utf-8", sha: sha1("") }], /files/],
    ["a path that leads out", [{ file: "../a", sha: sha1(""), size: 0 }], /Invalid file path/],
    ["a digest that is none", [{ file: "a", sha: "abc", size: 0 }], /files/],
    ["no files at all", undefined, /files/],
    ["an archive that is none", [{ file: ".vercel/source.tgz.part1", data: "text" }], /archive/],
  ])("refuses %s", async (_, sent, message) => {
    const { status, json } = await client.call("POST /v13/deployments?skipAutoDetectionConfirmation=1", {
      json: { name: "acme", files: sent },
    });
    expect([status, json.error.code]).toEqual([400, "bad_request"]);
    expect(json.error.message).toMatch(message);
  });

  it("asks for the settings of a new project when nobody says to go on without", async () => {
    const { json } = await client.call("POST /v13/deployments", { json: { name: "acme", files: [] } });
    expect(json.error.code).toBe("missing_project_settings");
    const settings = { framework: null };
    const { status } = await client.call("POST /v13/deployments", {
      json: { name: "acme", files: [], projectSettings: settings },
    });
    expect(status).toBe(200);
  });

  it("is live at once when a few pages come within the request", async () => {
    const { json } = await client.call("POST /v13/deployments?skipAutoDetectionConfirmation=1", {
      json: {
        name: "acme",
        files: [{ file: "index.html", data: Buffer.from(page).toString("base64"), encoding: "base64" }],
      },
    });
    expect(json).toMatchObject({ readyState: "READY", alias: ["acme.vercel.app"] });
    expect(await client.bodyAt("https://acme.vercel.app/")).toBe(page);
  });

  it("takes as long as it is told, by the simulator's clock", async () => {
    await start({ buildMs: 30_000 });
    const { id } = await client.create(files);
    const stateAfter = async (ms: number) => {
      now += ms;
      const { json } = await client.call(`GET /v13/deployments/${id}`);
      return [json.readyState, json.aliasAssigned];
    };
    expect(await stateAfter(0)).toEqual(["QUEUED", false]);
    expect(await stateAfter(10_000)).toEqual(["INITIALIZING", false]);
    expect(await stateAfter(10_000)).toEqual(["BUILDING", false]);
    expect(await stateAfter(9_999)).toEqual(["BUILDING", false]);
    expect(await stateAfter(1)).toEqual(["READY", false]);
    expect(await stateAfter(0)).toEqual(["READY", true]);
  });

  it("never gets its addresses when that fails", async () => {
    const { id } = await client.create(files);
    simulator.state.deployments.get(id)!.aliasError = { code: "cert_missing", message: "No certificate." };
    const { deployment } = await client.settled(id);
    expect(deployment).toMatchObject({
      readyState: "READY",
      aliasAssigned: false,
      aliasError: { code: "cert_missing" },
    });
    expect((await client.visit("https://acme.vercel.app/")).status).toBe(404);
  });

  it("can be cancelled until it is ready", async () => {
    const { id } = await client.create(files);
    await client.call(`GET /v13/deployments/${id}`);
    expect((await client.call(`PATCH /v12/deployments/${id}/cancel`)).json.readyState).toBe("CANCELED");
    expect((await client.settled(id)).states).toEqual(["CANCELED"]);
    const { id: ready } = await client.deploy(files);
    expect((await client.call(`PATCH /v12/deployments/${ready}/cancel`)).status).toBe(400);
    expect((await client.call("PATCH /v12/deployments/dpl_none/cancel")).status).toBe(404);
  });

  it("is gone after it was deleted, and so are its addresses", async () => {
    const { id, url } = await client.deploy(files);
    expect((await client.call(`DELETE /v13/deployments/${id}`)).json).toEqual({ uid: id, state: "DELETED" });
    expect((await client.call(`GET /v13/deployments/${id}`)).status).toBe(404);
    for (const host of [url, "acme.vercel.app"])
      expect((await client.visit(`https://${host}/`)).headers["x-vercel-error"]).toBe("DEPLOYMENT_NOT_FOUND");
  });

  it("is found by its host name and by its alias", async () => {
    const { id, url } = await client.deploy(files);
    for (const host of [url, "acme.vercel.app"])
      expect((await client.call(`GET /v13/deployments/${host}`)).json.id).toBe(id);
  });

  it("may come packed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "landfall-vercel-"));
    try {
      const long = `${"deep/".repeat(30)}page.html`;
      mkdirSync(join(folder, "deep/".repeat(30)), { recursive: true });
      writeFileSync(join(folder, "index.html"), page);
      writeFileSync(join(folder, long), "deep");
      execFileSync("tar", ["-czf", "source.tgz", "index.html", long], { cwd: folder });
      const tgz = readFileSync(join(folder, "source.tgz"));
      const parts = [tgz.subarray(0, 100), tgz.subarray(100)].map((part, index) => ({
        file: `.vercel/source.tgz.part${index + 1}`,
        data: part.toString("base64"),
        encoding: "base64",
      }));
      const { json } = await client.call("POST /v13/deployments?skipAutoDetectionConfirmation=1", {
        json: { name: "acme", files: parts },
      });
      await client.settled(json.id);
      expect(await client.bodyAt("https://acme.vercel.app/")).toBe(page);
      expect(await client.bodyAt(`https://acme.vercel.app/${long}`)).toBe("deep");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("logs", () => {
  it("come as history, in both forms and directions", async () => {
    const { id } = await client.deploy(files);
    const path = `GET /v3/deployments/${id}/events`;
    const history = lines(await client.call(`${path}?format=lines&limit=-1`));
    expect(history[0]).toMatchObject({
      type: "stdout",
      deploymentId: id,
      text: "Running build in Washington, D.C., USA (East) – iad1",
      info: { type: "build" },
    });
    expect(history.at(-1).text).toBe("Deployment completed");
    const older = (await client.call(path)).json;
    expect(older[0]).toMatchObject({ type: "stdout", payload: { deploymentId: id, text: history[0].text } });
    const last = lines(await client.call(`${path}?format=lines&direction=backward&limit=1`));
    expect(last.map(({ text }) => text)).toEqual(["Deployment completed"]);
  });

  it("follow a deployment to the end, also when nobody looks at it, and say when it has its addresses", async () => {
    const { id } = await client.create(files);
    const stream = lines(await client.call(`GET /v3/now/deployments/${id}/events?follow=1&format=lines`));
    expect(stream.at(-2).text).toBe("Deployment completed");
    expect(stream.at(-1)).toMatchObject({
      type: "alias-assigned",
      deploymentId: id,
      alias: ["acme.vercel.app"],
      aliasError: null,
    });
  });

  it("go on from the last line that was seen", async () => {
    const { id } = await client.create(files);
    for (let look = 0; look < 4; look++) {
      await client.call(`GET /v13/deployments/${id}`);
      now += 1000;
    }
    const path = `GET /v3/deployments/${id}/events?format=lines&follow=1`;
    const whole = lines(await client.call(path));
    const since = whole[3].date;
    const rest = lines(await client.call(`${path}&since=${since}`));
    expect(rest).toEqual(whole.filter(({ date }) => date >= since));
    expect(rest.length).toBeLessThan(whole.length);
  });

  it("tell why a build failed", async () => {
    const { id } = await client.create({ ...files, "landfall-simulator-fail": "" });
    const { states, deployment } = await client.settled(id);
    expect(states.at(-1)).toBe("ERROR");
    expect(deployment).toMatchObject({ errorCode: "BUILD_FAILED", errorStep: "buildStep", aliasAssigned: false });
    const history = lines(await client.call(`GET /v3/deployments/${id}/events?format=lines&follow=1`));
    expect(history.at(-1)).toMatchObject({ type: "stderr", level: "error", text: /exited with 1/ });
  });
});

describe("promotion and rollback", () => {
  let first: Called["json"];
  let second: Called["json"];
  beforeEach(async () => {
    first = await client.deploy(files);
    second = await client.deploy({ "index.html": "<h1>Two</h1>" }, { target: "production" });
  });

  const look = async () =>
    (await client.call("GET /v9/projects/acme?rollbackInfo=true")).json.lastAliasRequest.jobStatus;

  it("moves the addresses some looks after it was asked for", async () => {
    const { status } = await client.call(`POST /v1/projects/${first.projectId}/rollback/${first.id}`, { json: {} });
    expect(status).toBe(201);
    expect(simulator.state.projects.get(first.projectId)!.production).toBe(second.id);
    expect([await look(), await look()]).toEqual(["in-progress", "succeeded"]);
    expect(await client.bodyAt("https://acme.vercel.app/")).toBe(page);
  });

  it("leaves new deployments staged after a rollback, until one is promoted", async () => {
    await client.call(`POST /v9/projects/${first.projectId}/rollback/${first.id}`, { json: {} });
    await look();
    await look();
    const third = await client.deploy({ "index.html": "<h1>Three</h1>" }, { target: "production" });
    expect(third).toMatchObject({ readySubstate: "STAGED", alias: [] });
    expect(await client.bodyAt("https://acme.vercel.app/")).toBe(page);
    await client.call(`POST /v10/projects/acme/promote/${third.id}`, { json: {} });
    const { json } = await client.call("GET /v1/projects/acme/promote/aliases");
    expect(json.aliases).toEqual([{ status: "in-progress", alias: "acme.vercel.app", id: "als_acme.vercel.app" }]);
    expect(await look()).toBe("succeeded");
    expect(await client.bodyAt("https://acme.vercel.app/")).toBe("<h1>Three</h1>");
  });

  it("leaves a deployment staged that asks for it", async () => {
    const staged = await client.deploy(files, { target: "production", autoAssignCustomDomains: false });
    expect(staged).toMatchObject({ readySubstate: "STAGED", alias: [] });
    expect(await client.bodyAt("https://acme.vercel.app/")).toBe("<h1>Two</h1>");
  });

  it("refuses a preview, one that is not ready, and a second one at the same time", async () => {
    const promote = async (id: string) =>
      (await client.call(`POST /v10/projects/acme/promote/${id}`, { json: {} })).status;
    const preview = await client.deploy({ "index.html": "preview" });
    expect(await promote(preview.id)).toBe(400);
    const waiting = await client.create(files, { target: "production" });
    expect(await promote(waiting.id)).toBe(400);
    expect([await promote(first.id), await promote(second.id)]).toEqual([201, 409]);
  });

  it("builds a preview anew for production", async () => {
    const preview = await client.deploy({ "index.html": "preview" });
    const json = { deploymentId: preview.id, name: "acme", target: "production", meta: { action: "promote" } };
    const { json: again } = await client.call("POST /v13/deployments?forceNew=1", { json });
    expect(again.id).not.toBe(preview.id);
    await client.settled(again.id);
    expect(await client.bodyAt("https://acme.vercel.app/")).toBe("preview");
  });
});

describe("lists", () => {
  const uids = async (query: string) =>
    (await client.call(`GET /v6/deployments?${query}`)).json.deployments.map(({ uid }: { uid: string }) => uid);

  it("are newest first, and cut into pages by time", async () => {
    const made: string[] = [];
    for (let count = 0; count < 5; count++) made.unshift((await client.create(files)).id);
    const pages: string[][] = [];
    for (let until = ""; pages.length < 9; ) {
      const { json } = await client.call(`GET /v6/deployments?limit=2${until}`);
      pages.push(json.deployments.map(({ uid }: { uid: string }) => uid));
      if (json.pagination.next === null) break;
      until = `&until=${json.pagination.next}`;
    }
    expect(pages).toEqual([made.slice(0, 2), made.slice(2, 4), made.slice(4)]);
  });

  it("keep to what was asked for", async () => {
    const one = await client.deploy(files, { meta: { ticket: "7" } });
    const two = await client.create(files, { gitMetadata: { commitRef: "main", commitSha: "abc" } });
    const other = await client.create(files, { name: "other" });
    expect(await uids(`projectId=${one.projectId}`)).toEqual([two.id, one.id]);
    expect(await uids("meta-ticket=7")).toEqual([one.id]);
    expect(await uids("state=QUEUED,ERROR")).toEqual([other.id, two.id]);
    expect(await uids("app=acme&target=production")).toEqual([one.id]);
    expect(await uids("branch=main")).toEqual([two.id]);
    expect(await uids("rollbackCandidate=true")).toEqual([]);
    const live = await client.deploy(files, { target: "production" });
    expect(await uids("rollbackCandidate=true")).toEqual([one.id]);
    expect(await uids("limit=1")).toEqual([live.id]);
  });
});
