/** Sites on Cloudflare Pages: what is sent, what is asked, what people get. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloudflarePages } from "../../../src/platforms/cloudflare/pages.ts";
import { accountId, envelope, expectClean, openPlace, type Place } from "./place.ts";

let place: Place;

beforeEach(async () => {
  place = await openPlace(cloudflarePages);
});
afterEach(async () => {
  expectClean(place);
  await place[Symbol.asyncDispose]();
});

const page = (text: string) => ({ "index.html": `<h1>${text}</h1>` });
const project = (name = "demo") => place.simulator.state.accounts.get(accountId)!.projects.get(name)!;

describe("files", () => {
  it("are sent once by content and extension, and served to the letter", async () => {
    const files = {
      "index.html": "<h1>home</h1>",
      "copy.html": "<h1>home</h1>",
      "copy.txt": "<h1>home</h1>",
      ".well-known/security.txt": "who to write to",
      "empty.css": "",
      "data/ünïcode-名.bin": Buffer.from([0, 255, 1]),
    };
    const done = await place.deploy(files);
    expect(done).toMatchObject({
      state: "success",
      filesSent: 5,
      url: expect.stringMatching(/^http:\/\/demo\.cloudflare/),
    });
    for (const [path, content] of Object.entries(files))
      if (!path.endsWith(".html"))
        expect(await place.visit(done.url, `/${encodeURI(path)}`)).toMatchObject({
          status: 200,
          body: content.toString(),
        });
    expect((await place.visit(done.url, "/copy.txt")).headers["content-type"]).toBe("text/plain");
  });

  it("that wrangler has uploaded are not sent again", async () => {
    // Keys as wrangler 4.164.0 makes them.
    const known = {
      "2a5d130960d45d1bc9cabc1fd248a0cb": "<h1>hi</h1><img src=img/a.png>\n",
      aa42bba514e8ddfea838ec1a715ca332: "body{}\n",
    };
    const { pagesAssets } = place.simulator.state.accounts.get(accountId)!;
    for (const [key, text] of Object.entries(known))
      pagesAssets.set(key, { bytes: Buffer.from(text), contentType: "text/html" });
    const [html, css] = Object.values(known);
    expect(await place.deploy({ "index.html": html!, "app.css": css! })).toMatchObject({
      state: "success",
      filesSent: 0,
    });
  });

  it("ask for little: the first time, and when nothing has changed", async () => {
    await place.deploy(page("one"));
    expect(place.calls()).toEqual([
      "GET /accounts?per_page=50&page=1",
      "POST /pages/projects",
      "GET /pages/projects/demo/upload-token",
      "POST /pages/assets/check-missing",
      "POST /pages/assets/upload",
      "POST /pages/assets/upsert-hashes",
      "POST /pages/projects/demo/deployments",
      "GET /pages/projects/demo/deployments/:id",
      "GET /pages/projects/demo/deployments/:id",
    ]);
    expect(await place.deploy(page("one"))).toMatchObject({ filesSent: 0 });
    expect(place.calls()).toEqual([
      "GET /pages/projects/demo",
      "GET /pages/projects/demo/upload-token",
      "POST /pages/assets/check-missing",
      "POST /pages/assets/upsert-hashes",
      "POST /pages/projects/demo/deployments",
      "GET /pages/projects/demo/deployments/:id",
      "GET /pages/projects/demo/deployments/:id",
    ]);
  });

  it("of many sizes come in several requests, the largest in parts", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`f${index}.bin`, Buffer.alloc(200_000 + index, index)] as const),
    );
    const large = Buffer.alloc(3_000_001, "large");
    const done = await place.deploy({ ...files, ...page("many"), "large.bin": large });
    expect(done).toMatchObject({ state: "success", filesSent: 42 });
    expect(place.simulator.requests({ path: /assets\/upload$/ }).length).toBeGreaterThan(1);
    expect((await place.visit(done.url, "/large.bin")).body).toHaveLength(large.length);
  });

  it("that say how others are served are no files themselves", async () => {
    const done = await place.deploy({
      ...page("rules"),
      _headers: "/*\n  x-rule: yes\n",
      _redirects: "/old /new 301\n",
      "functions/api.js": "export const onRequest = () => {}",
      "node_modules/left/pad.js": "",
    });
    expect((await place.visit(done.url, "/")).headers["x-rule"]).toBe("yes");
    expect(await place.visit(done.url, "/old")).toMatchObject({ status: 301, headers: { location: "/new" } });
    expect([...project().deployments[0]!.manifest.keys()]).toEqual(["/index.html"]);
    expect(await place.notes(done.id)).toEqual([expect.stringContaining("functions/ is left out")]);
  });

  it("get a page for what is not there when the plan has none for every path, and stay as they are when taken so", async () => {
    const built = await place.deploy(page("built"), { prebuilt: false, project: "built" });
    expect(await place.visit(built.url, "/nowhere")).toMatchObject({ status: 404 });
    const taken = await place.deploy(page("taken"), { project: "taken" });
    expect(await place.visit(taken.url, "/nowhere")).toMatchObject({ status: 200, body: "<h1>taken</h1>" });
  });
});

describe("an upload", () => {
  const upload = { path: /\/pages\/assets\/upload$/ };

  it("whose answer was lost asks what is missing, and sends nothing twice", async () => {
    place.simulator.fail("reset", { match: upload, once: true, afterWork: true });
    expect(await place.deploy(page("lost"))).toMatchObject({ state: "success", filesSent: 0 });
    expect(place.simulator.requests(upload)).toHaveLength(1);
    expect(place.simulator.requests({ path: /check-missing/ })).toHaveLength(2);
  });

  it("that the gateway drops is made in the next round, with what is missing alone", async () => {
    place.simulator.fail("server-error", { status: 502, match: upload, times: 2 });
    expect(await place.deploy({ ...page("gateway"), "a.txt": "a" })).toMatchObject({ state: "success", filesSent: 2 });
  });

  it("gets a new token when the one it has is refused", async () => {
    const refused = { status: 401, json: envelope(null, { code: 8000013, message: "Authorization failed" }) };
    place.simulator.fail("status", { ...refused, match: upload, once: true });
    expect(await place.deploy(page("token"))).toMatchObject({ state: "success" });
    expect(place.simulator.requests({ path: /upload-token/ })).toHaveLength(2);
  });

  it("of more files than the account's plan takes is refused before the first", async () => {
    place.simulator.state.settings.maxFiles = 2;
    const done = await place.deploy({ ...page("many"), "a.txt": "a", "b.txt": "b" });
    expect(done).toMatchObject({ state: "failed", filesSent: 0, error: { code: "INVALID_SOURCE", step: "upload" } });
    expect(place.simulator.requests(upload)).toEqual([]);
  });

  it("that never comes through ends with what to do, and nothing new is live", async () => {
    await place.deploy(page("before"));
    place.simulator.fail("status", {
      status: 413,
      json: envelope(null, { code: 413, message: "Too large" }),
      match: upload,
    });
    const done = await place.deploy(page("never"));
    expect(done).toMatchObject({ state: "failed", error: { code: "INVALID_CONFIG" } });
    expect(project().deployments).toHaveLength(1);
  });
});

describe("environments", () => {
  it("but production are previews at an address of their own, which stays", async () => {
    const live = await place.deploy(page("live"));
    const one = await place.deploy(page("one"), { environment: "pr-7" });
    const two = await place.deploy(page("two"), { environment: "pr-7" });
    expect(two.url).toBe(one.url);
    expect(two.url).toContain("//pr-7.demo.");
    expect((await place.visit(two.url)).body).toBe("<h1>two</h1>");
    const [service] = one.services as { alsoAt: string[] }[];
    expect((await place.visit(service!.alsoAt[0]!)).body).toBe("<h1>one</h1>");
    expect((await place.visit(live.url)).body).toBe("<h1>live</h1>");
  });

  it("that are called like the branch of production are previews all the same", async () => {
    const live = await place.deploy(page("live"));
    const preview = await place.deploy(page("preview"), { environment: "main" });
    expect(preview.state).toBe("success");
    expect(project().deployments[0]).toMatchObject({ branch: "preview-main", environment: "preview" });
    expect((await place.visit(live.url)).body).toBe("<h1>live</h1>");
  });
});

describe("a deployment", () => {
  it("that cannot be published says why, and what was live stays", async () => {
    const before = await place.deploy(page("before"));
    const done = await place.deploy({ ...page("broken"), "landfall-simulator-fail": "" });
    expect(done).toMatchObject({ state: "failed", error: { code: "BUILD_FAILED", step: "deploy" } });
    expect(done.error?.what).toContain("Failed to publish your Function");
    expect(done.error?.evidence?.at(-1)).toContain("asked for");
    expect((await place.visit(before.url)).body).toBe("<h1>before</h1>");
  });

  it("that cannot be published says so also where its log is not to be had", async () => {
    place.simulator.fail("status", { status: 403, match: { path: /\/history\/logs$/ } });
    const done = await place.deploy({ ...page("broken"), "landfall-simulator-fail": "" });
    expect(done).toMatchObject({ state: "failed", error: { code: "BUILD_FAILED", step: "deploy" } });
  });

  it("whose creation was not answered is found again", async () => {
    place.simulator.fail("reset", { match: { method: "POST", path: /\/deployments$/ }, once: true, afterWork: true });
    expect(await place.deploy(page("lost"))).toMatchObject({ state: "success" });
    expect(project().deployments).toHaveLength(1);
  });

  it("that ends half-made is taken away, and gives back the traffic it has got", async () => {
    const before = await place.deploy(page("before"));
    // The second look makes it live, and the answer says that it may not be looked at.
    const looks = { method: "GET", path: /\/deployments\/[0-9a-f-]+$/ };
    place.simulator.fail("status", { status: 403, match: looks, after: 1, once: true, afterWork: true });
    expect(await place.deploy(page("half"))).toMatchObject({ state: "failed" });
    expect(project().deployments).toHaveLength(1);
    expect((await place.visit(before.url)).body).toBe("<h1>before</h1>");
  });

  it("gets the traffic back by Cloudflare's own rollback, without a new one", async () => {
    await place.deploy(page("one"));
    const two = await place.deploy(page("two"));
    place.calls();
    const back = await place.finish((await place.engine.rollback({ project: "demo" })).id);
    expect(place.calls()).toEqual(["GET /pages/projects/demo", "POST /pages/projects/demo/deployments/:id/rollback"]);
    expect(back.state).toBe("success");
    expect((await place.visit(two.url)).body).toBe("<h1>one</h1>");
    const [live] = await cloudflarePages.status({
      projectId: "prj_1",
      ...place.context(),
      deploymentId: back.id,
      finished: async () => undefined,
    });
    expect(live).toEqual({ service: "web", release: back.releaseId, state: "ready" });
  });

  it("that is gone at Cloudflare, or was a preview, is rolled back to by deploying its files once more", async () => {
    await place.deploy(page("one"));
    await place.deploy(page("two"));
    project().deployments.pop();
    const back = await place.finish((await place.engine.rollback({ project: "demo" })).id);
    expect(back).toMatchObject({ state: "success", filesSent: 0 });
    expect((await place.visit(back.url)).body).toBe("<h1>one</h1>");
    await place.deploy(page("p1"), { environment: "pr-1" });
    await place.deploy(page("p2"), { environment: "pr-1" });
    const preview = await place.finish((await place.engine.rollback({ project: "demo", environment: "pr-1" })).id);
    expect((await place.visit(preview.url)).body).toBe("<h1>p1</h1>");
  });
});

describe("a project", () => {
  it("of that name in the account is taken over, with what is in it", async () => {
    const { api } = place.context();
    const json = { name: "demo", production_branch: "trunk" };
    await api.call({ method: "POST", path: `/accounts/${accountId}/pages/projects`, json });
    await place.deploy(page("adopted"));
    expect(project().deployments[0]).toMatchObject({ branch: "trunk", environment: "production" });
  });

  it("that Cloudflare builds from git is another's: other names are suggested", async () => {
    const git = {
      id: "1",
      name: "demo",
      subdomain: "demo.pages.dev",
      production_branch: "main",
      source: { type: "github" },
      deployment_configs: { production: {}, preview: {} },
    };
    place.simulator.fail("status", { status: 200, json: envelope(git), match: { method: "POST", path: /projects$/ } });
    const done = await place.deploy(page("git"));
    expect(done.error).toMatchObject({ code: "PROJECT_NAME_TAKEN", step: "create" });
    expect(done.error?.recovery?.[0]?.command).toBe("landfall deploy --project demo-app");
  });

  it("whose name is taken below pages.dev is reached where Cloudflare puts it", async () => {
    place.simulator.state.takenLabels.add("demo");
    const done = await place.deploy(page("elsewhere"));
    expect(done.url).toMatch(/\/\/demo-\w{3}\.cloudflare/);
    expect((await place.visit(done.url)).body).toBe("<h1>elsewhere</h1>");
  });

  it("is listed, asked for by name, and goes with all of its deployments", async () => {
    await place.deploy(page("here"));
    const preview = await place.deploy(page("preview"), { environment: "pr-1" });
    expect(await cloudflarePages.projects.list(place.context())).toMatchObject([
      { name: "demo", url: "https://demo.pages.dev" },
    ]);
    expect(await cloudflarePages.projects.checkName(place.context(), "demo")).toEqual({
      free: false,
      suggestions: ["demo-app", "demo-web", "my-demo"],
    });
    expect(await cloudflarePages.projects.checkName(place.context(), "other")).toMatchObject({ free: true });
    await place.engine.remove({ project: "demo", environment: "pr-1" });
    expect((await place.visit(preview.url)).status).toBe(404);
    await place.engine.remove({ project: "demo" });
    expect(project()).toBeUndefined();
  });

  it("with more deployments than Cloudflare removes at once loses them first", async () => {
    await place.deploy(page("many"));
    const [one] = project().deployments;
    for (let n = 0; n < 120; n++)
      project().deployments.push({ ...one!, id: `${String(n).padStart(8, "0")}-0000-4000-8000-000000000000` });
    await place.engine.remove({ project: "demo" });
    expect(project()).toBeUndefined();
  });
});
