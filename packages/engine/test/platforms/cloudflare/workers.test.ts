/** Sites on Cloudflare Workers: versions, the traffic, previews, both ways of uploading. */
import type { CloudflareOptions } from "@landfall/simulators";
import { afterEach, describe, expect, it } from "vitest";
import { cloudflareWorkers } from "../../../src/platforms/cloudflare/workers.ts";
import { accountId, envelope, expectClean, openPlace, type Place } from "./place.ts";

let place: Place;

async function open(options: CloudflareOptions & { environment?: Record<string, string> } = {}): Promise<void> {
  place = await openPlace(cloudflareWorkers, options);
}
afterEach(async () => {
  expectClean(place);
  await place[Symbol.asyncDispose]();
});

const page = (text: string) => ({ "index.html": `<h1>${text}</h1>` });
const account = () => place.simulator.state.accounts.get(accountId)!;
const script = () => account().scripts.get("demo")!;

describe("files", () => {
  it("ask for little: the first time, and when nothing has changed", async () => {
    await open({ environment: { CLOUDFLARE_ACCOUNT_ID: accountId } });
    await place.deploy({ ...page("one"), "a.txt": "a" });
    const looks = ["GET /workers/scripts/demo/subdomain", "GET /workers/subdomain"];
    const first = place.calls();
    expect(first.slice(0, 2).toSorted()).toEqual(looks);
    expect(first.slice(2)).toEqual([
      "POST /workers/scripts/demo/assets-upload-session",
      "POST /workers/assets/upload?base64=true",
      "POST /workers/assets/upload?base64=true",
      "PUT /workers/scripts/demo?excludeScript=true&bindings_inherit=strict",
      "POST /workers/scripts/demo/subdomain",
    ]);
    expect(await place.deploy({ ...page("one"), "a.txt": "a" })).toMatchObject({ filesSent: 0 });
    expect(place.calls().slice(2)).toEqual([
      "POST /workers/scripts/demo/assets-upload-session",
      "POST /workers/scripts/demo/versions?bindings_inherit=strict",
      "POST /workers/scripts/demo/deployments?force=true",
    ]);
    expect(script().deployments).toHaveLength(2);
  });

  it.each(["buckets", "single"] as const)("arrive to the letter in %s", async (workersUploads) => {
    await open({ workersUploads });
    const files = {
      ...page("home"),
      "copy.html": "<h1>home</h1>",
      "a.bin": Buffer.from([0, 255]),
      LICENSE: "text",
      "e.txt": "",
    };
    const done = await place.deploy(files);
    expect(done).toMatchObject({ state: "success", filesSent: 4 });
    for (const [path, content] of Object.entries(files))
      if (!path.endsWith(".html"))
        expect(await place.visit(done.url, `/${path}`)).toMatchObject({ status: 200, body: content.toString() });
    expect((await place.visit(done.url, "/e.txt")).headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect((await place.visit(done.url, "/LICENSE")).headers["content-type"]).toBeUndefined();
  });

  it("that say how others are served travel as text, and what .assetsignore names stays here", async () => {
    await open();
    const done = await place.deploy({
      ...page("rules"),
      "404.html": "not here",
      _headers: "/*\n  x-rule: yes\n",
      _redirects: "/old /new 301\n",
      ".assetsignore": "drafts/\n*.map\n",
      "drafts/one.html": "draft",
      "app.js.map": "{}",
    });
    expect((await place.visit(done.url)).headers["x-rule"]).toBe("yes");
    expect((await place.visit(done.url, "/old")).status).toBe(301);
    expect(await place.visit(done.url, "/nowhere")).toMatchObject({ status: 404, body: "not here" });
    expect([...script().versions[0]!.assets!.manifest.keys()].toSorted()).toEqual(["/404.html", "/index.html"]);
  });

  it("of a single-page application answer every path", async () => {
    await open();
    const done = await place.deploy(page("app"), { overrides: { spaFallback: true } });
    expect(await place.visit(done.url, "/any/view")).toMatchObject({ status: 200, body: "<h1>app</h1>" });
  });
});

describe("an upload", () => {
  it("whose answer was lost is settled by a new session, and sends nothing twice", async () => {
    await open();
    place.simulator.fail("reset", { match: { path: /assets\/upload$/ }, times: 2, afterWork: true });
    expect(await place.deploy({ ...page("lost"), "a.txt": "a" })).toMatchObject({ state: "success" });
    expect(place.simulator.requests({ path: /assets\/upload$/ })).toHaveLength(2);
    expect(place.simulator.requests({ path: /upload-session/ })).toHaveLength(2);
  });

  it("whose session comes back empty is asked for again", async () => {
    await open();
    const empty = { status: 201, json: envelope(null) };
    place.simulator.fail("status", { ...empty, match: { path: /upload-session/ }, once: true });
    expect(await place.deploy(page("again"))).toMatchObject({ state: "success" });
  });

  it("of which no version came is not made again: the next run needs the session alone", async () => {
    await open();
    place.simulator.fail("status", { status: 403, match: { method: "PUT" }, once: true });
    expect(await place.deploy(page("site"))).toMatchObject({
      state: "failed",
      error: { code: "INSUFFICIENT_PERMISSIONS" },
    });
    expect(await place.deploy(page("site"))).toMatchObject({ state: "success", filesSent: 0 });
  });
});

describe("versions", () => {
  it("have the date of their release, whoever carries it on", async () => {
    await open();
    place.simulator.fail("reset", { match: { method: "PUT" }, once: true, afterWork: true });
    const done = await place.deploy(page("dated"));
    expect(done.state).toBe("success");
    expect(script().versions).toHaveLength(1);
    expect(script().versions[0]).toMatchObject({ compatibilityDate: done.createdAt.slice(0, 10) });
    expect(script().versions[0]!.annotations["workers/message"]).toBe(`landfall ${done.id} ${done.releaseId}`);
  });

  it("whose switch was not answered have the traffic once", async () => {
    await open();
    await place.deploy(page("one"));
    place.simulator.fail("reset", { match: { method: "POST", path: /\/versions$/ }, once: true, afterWork: true });
    const done = await place.deploy(page("two"));
    expect((await place.visit(done.url)).body).toBe("<h1>two</h1>");
    expect([script().versions.length, script().deployments.length]).toEqual([2, 2]);
  });

  it("get the traffic back by their own id, and are asked for what really runs", async () => {
    await open();
    const first = await place.deploy(page("one"));
    const second = await place.deploy(page("two"));
    place.calls();
    const back = await place.finish((await place.engine.rollback({ project: "demo" })).id);
    expect(back.state).toBe("success");
    expect(script().deployments[0]!.versions).toEqual([{ version_id: script().versions[0]!.id, percentage: 100 }]);
    expect(place.calls().at(-1)).toBe("POST /workers/scripts/demo/deployments?force=true");
    expect((await place.visit(second.url)).body).toBe("<h1>one</h1>");
    const release = { ...place.context(), deploymentId: back.id, projectId: "prj_1", finished: async () => undefined };
    expect(await cloudflareWorkers.status(release)).toEqual([
      { service: "web", release: first.releaseId, state: "ready" },
    ]);
  });

  it("that end half-made give the traffic back to the one before", async () => {
    await open();
    const before = await place.deploy(page("before"));
    // Switched, and then refused to be reached.
    script().subdomain.previews_enabled = false;
    place.simulator.fail("status", { status: 403, match: { method: "POST", path: /demo\/subdomain$/ }, once: true });
    expect(await place.deploy(page("half"))).toMatchObject({ state: "failed" });
    expect((await place.visit(before.url)).body).toBe("<h1>before</h1>");
  });
});

describe("previews", () => {
  it("come before production without opening it", async () => {
    await open();
    const preview = await place.deploy(page("preview"), { environment: "pr-7" });
    expect(preview).toMatchObject({
      state: "success",
      url: expect.stringContaining("//pr-7-demo.simulated.cloudflare"),
    });
    expect((await place.visit(preview.url)).body).toBe("<h1>preview</h1>");
    const closed = preview.url!.replace("pr-7-demo", "demo");
    expect((await place.visit(closed)).status).toBe(404);
    const live = await place.deploy(page("live"));
    expect(live.url).toBe(closed);
    expect((await place.visit(live.url)).body).toBe("<h1>live</h1>");
    expect((await place.visit(preview.url)).body).toBe("<h1>preview</h1>");
  });

  it("move with each deployment, one by one still at addresses of their own, and end as nothing", async () => {
    await open();
    const live = await place.deploy(page("live"));
    const one = await place.deploy(page("one"), { environment: "7-up" });
    const two = await place.deploy(page("two"), { environment: "7-up" });
    expect(two.url).toContain("//e-7-up-demo.");
    expect((await place.visit(two.url)).body).toBe("<h1>two</h1>");
    expect((await place.visit((one.services as { alsoAt: string[] }[])[0]!.alsoAt[0]!)).body).toBe("<h1>one</h1>");
    await place.engine.remove({ project: "demo", environment: "7-up" });
    expect((await place.visit(two.url)).body).not.toContain("two");
    expect((await place.visit(live.url)).body).toBe("<h1>live</h1>");
    await place.engine.remove({ project: "demo" });
    expect(account().scripts.size).toBe(0);
  });
});

describe("addresses", () => {
  it("need a subdomain of the account, which a person chooses once", async () => {
    await open({ workersSubdomain: null });
    const done = await place.deploy(page("nowhere"));
    expect(done.error).toMatchObject({ code: "INVALID_CONFIG", step: "create" });
    expect(done.error?.next).toContain(`https://dash.cloudflare.com/${accountId}/workers-and-pages`);
  });

  it("below workers.dev stay off where somebody has turned them off for a domain", async () => {
    await open();
    await place.deploy(page("one"));
    await cloudflareWorkers.domains.add(place.context(), "www.example.com");
    script().subdomain.enabled = false;
    const done = await place.deploy(page("two"), {});
    expect(done.url).toBe("https://www.example.com");
    expect(script().subdomain.enabled).toBe(false);
  });
});
