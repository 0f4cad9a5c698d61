import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NetlifyOptions } from "../src/index.ts";
import { digestOf, manifestOf, netlifyClient, openNetlify, zipOf, type OpenNetlify } from "./netlify-client.ts";

const start = Date.parse("2026-08-21T10:00:00Z");
const clock = { now: () => now, sleep: async () => {} };
let now: number;
let { simulator, client, close } = {} as OpenNetlify;

beforeEach(async () => {
  now = start;
  ({ simulator, client, close } = await openNetlify({}, { clock }));
});
afterEach(() => close());

/** Another one in place of the one that is open. */
async function reopen(options: NetlifyOptions) {
  await close();
  ({ simulator, client, close } = await openNetlify(options, { clock }));
}

const page = { "index.html": "<h1>Hello</h1>" };

describe("account and sites", () => {
  it("knows whose token it is, and the teams", async () => {
    expect((await client.call("GET /user")).json).toMatchObject({ email: "simulated@example.com", site_count: 0 });
    const [team] = (await client.call("GET /accounts?minimal=true")).json;
    expect(team.slug).toBe("simulated-team");
    expect((await client.call(`GET /accounts/${team.id}`)).json.slug).toBe("simulated-team");
  });

  it("refuses a token it does not know", async () => {
    const refused = await netlifyClient(simulator, "stolen").call("GET /user");
    expect([refused.status, refused.json]).toEqual([401, { code: 401, message: "Access Denied" }]);
  });

  it("creates a site in a team, finds it by id, host name and part of its name, not by its bare name", async () => {
    const created = await client.call("POST /simulated-team/sites", { json: { name: "Acme" } });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      name: "acme",
      state: "current",
      ssl_url: "https://acme.netlify.app",
      account_slug: "simulated-team",
      published_deploy: null,
    });
    const { id } = created.json;
    expect((await client.call(`GET /sites/${id}?feature_flags=cli`)).json.feature_flags).toEqual({});
    expect((await client.call("GET /sites/acme.netlify.app")).json.id).toBe(id);
    expect((await client.call("GET /sites?name=cm&filter=all")).json).toMatchObject([{ id }]);
    expect((await client.call("GET /sites/acme")).status).toBe(404);
  });

  it("names a site by itself when none is given", async () => {
    const { json } = await client.call("POST /sites", { json: {} });
    expect(json.name).toMatch(/^[a-z]+-[a-z]+-[0-9a-f]{6}$/);
  });

  it("keeps teams apart, and names unique across all of them", async () => {
    await reopen({
      tokens: {
        "simulated-token": { email: "ada@example.com", teams: ["ada"] },
        other: { email: "bob@example.com", teams: ["bob"] },
      },
    });
    const bob = netlifyClient(simulator, "other");
    const { id } = await client.createSite("acme");
    expect((await bob.call(`GET /sites/${id}`)).status).toBe(404);
    expect((await bob.call("POST /ada/sites", { json: {} })).status).toBe(404);
    const taken = await bob.call("POST /bob/sites", { json: { name: "acme" } });
    expect([taken.status, taken.json]).toEqual([422, { errors: { subdomain: ["must be unique"] } }]);
    await client.call(`DELETE /sites/${id}`);
    expect((await bob.call("POST /bob/sites", { json: { name: "acme" } })).status).toBe(201);
  });

  it("updates what is named and nothing when something is refused", async () => {
    const { id } = await client.createSite("acme");
    await client.createSite("taken");
    const refused = await client.call(`PATCH /sites/${id}`, { json: { name: "taken", force_ssl: true } });
    expect(refused.status).toBe(422);
    const { json } = await client.call(`PATCH /sites/${id}`, {
      json: { name: "renamed", build_settings: { cmd: "npm run build", dir: "dist" } },
    });
    expect(json).toMatchObject({ name: "renamed", force_ssl: false, build_settings: { dir: "dist" } });
  });

  it("gives lists by pages, with the way to the next", async () => {
    for (const name of ["one", "two", "three"]) await client.createSite(name);
    const first = await client.call("GET /sites?per_page=2");
    expect(first.json.map(({ name }: { name: string }) => name)).toEqual(["three", "two"]);
    const next = /^<([^>]+)>; rel="next", <[^>]+page=2[^>]*>; rel="last"$/.exec(first.headers.get("link")!)![1]!;
    const second = await client.call(`GET ${next.replace(`${simulator.url}/api/v1`, "")}`);
    expect(second.json.map(({ name }: { name: string }) => name)).toEqual(["one"]);
    expect(second.headers.get("link")).toBeNull();
  });
});

describe("a deployment by digest", () => {
  it("goes from new to ready, asks for each file once, and has the traffic then", async () => {
    const { id: site } = await client.createSite("acme");
    const files = { "index.html": "same", "copy/a b%#é.html": "same", "style.css": "body{}" };
    const created = await client.call(`POST /sites/${site}/deploys?title=first`, {
      json: { draft: false, include_upload_url: false, deploy_source: "cli" },
    });
    expect([created.status, created.json.state, created.json.title]).toEqual([200, "new", "first"]);
    const { id } = created.json;
    const described = await client.call(`PUT /sites/${site}/deploys/${id}`, {
      json: { files: manifestOf(files), async: false, draft: false },
    });
    expect(described.json.state).toBe("uploading");
    expect(described.json.required.sort()).toEqual([digestOf("sha1", "same"), digestOf("sha1", "body{}")].sort());
    expect(described.json.required_functions).toBeNull();

    const sent = await client.call(
      `PUT /deploys/${id}/files/${encodeURI("copy/a b%").replace("%25", "%25")}%23%C3%A9.html`,
      { body: "same" },
    );
    expect(sent.json).toEqual({
      id: "/copy/a b%#é.html",
      path: "/copy/a b%#é.html",
      sha: digestOf("sha1", "same"),
      mime_type: "text/html; charset=UTF-8",
      size: 4,
    });
    expect((await client.call(`GET /deploys/${id}`)).json.required).toEqual([digestOf("sha1", "body{}")]);
    await client.call(`PUT /deploys/${id}/files/style.css`, { body: "body{}" });
    // The other file of the same digest may come late.
    expect((await client.call(`PUT /deploys/${id}/files/index.html`, { body: "same" })).status).toBe(200);

    const { states, deploy } = await client.settled(id);
    expect(states).toEqual(["processing", "ready"]);
    expect(deploy).toMatchObject({
      context: "production",
      ssl_url: "https://acme.netlify.app",
      deploy_ssl_url: `https://${id}--acme.netlify.app`,
      published_at: new Date(start).toISOString(),
    });
    expect((await client.call(`GET /sites/${site}`)).json.published_deploy.id).toBe(id);
    expect((await client.call(`GET /sites/${site}/files`)).json).toHaveLength(3);
    expect((await client.call(`GET /sites/${site}/files/style.css`)).json.size).toBe(6);
  });

  it("compares a large manifest in its own time: nothing is missing until it is prepared", async () => {
    const { id: site } = await client.createSite("acme");
    const { json } = await client.call(`POST /sites/${site}/deploys`, {
      json: { files: manifestOf(page), async: true },
    });
    expect([json.state, json.required]).toEqual(["preparing", []]);
    const prepared = (await client.call(`GET /deploys/${json.id}`)).json;
    expect([prepared.state, prepared.required]).toEqual(["prepared", [digestOf("sha1", page["index.html"])]]);
    await client.call(`PUT /deploys/${json.id}/files/index.html`, { body: page["index.html"] });
    expect((await client.settled(json.id)).states).toEqual(["processing", "ready"]);

    const again = await client.call(`POST /sites/${site}/deploys`, { json: { files: manifestOf(page), async: true } });
    expect((await client.settled(again.json.id)).states).toEqual(["prepared", "processing", "ready"]);
  });

  it("takes as long as it is told to, however often it is looked at", async () => {
    await reopen({ buildMs: 1000 });
    const { id: site } = await client.createSite("acme");
    const { json } = await client.call(`POST /sites/${site}/deploys`, { json: { files: manifestOf(page) } });
    await client.call(`PUT /deploys/${json.id}/files/index.html`, { body: page["index.html"] });
    const state = async () => (await client.call(`GET /deploys/${json.id}`)).json.state;
    expect([await state(), await state()]).toEqual(["uploaded", "uploaded"]);
    now += 500;
    expect([await state(), await state()]).toEqual(["processing", "processing"]);
    now += 500;
    expect((await client.call(`GET /sites/${site}/deploys`)).json[0].state).toBe("ready");
  });

  it("refuses bytes that are others than promised, names nobody promised, and digests that are none", async () => {
    const { id: site } = await client.createSite("acme");
    const { json } = await client.call(`POST /sites/${site}/deploys`, { json: { files: manifestOf(page) } });
    const wrong = await client.call(`PUT /deploys/${json.id}/files/index.html`, { body: "other" });
    expect([wrong.status, wrong.json.message]).toEqual([422, "Uploaded file /index.html did not match deploy"]);
    const unknown = await client.call(`PUT /deploys/${json.id}/files/none.html`, { body: "x" });
    expect([unknown.status, unknown.json.message]).toEqual([422, "No records matched"]);
    const files = { "index.html": digestOf("sha256", "x") };
    expect((await client.call(`POST /sites/${site}/deploys`, { json: { files } })).status).toBe(422);
    expect((await client.call(`GET /deploys/${json.id}`)).json.state).toBe("uploading");
  });

  it("takes the same manifest again, and refuses another one when it is too late", async () => {
    const { id: site } = await client.createSite("acme");
    const { id } = await client.deploy(site, { files: page });
    expect((await client.call(`PUT /sites/${site}/deploys/${id}`, { json: { files: manifestOf(page) } })).status).toBe(
      200,
    );
    const late = await client.call(`PUT /sites/${site}/deploys/${id}`, { json: { files: {} } });
    expect([late.status, late.json]).toEqual([422, { code: 422, message: "Build is already done" }]);
  });

  it("asks for functions by SHA-256, edge functions and a server too", async () => {
    const { id: site } = await client.createSite("acme");
    const sha = (text: string) => digestOf("sha256", text);
    const { json } = await client.call(`POST /sites/${site}/deploys`, {
      json: {
        files: {},
        functions: { hello: sha("zip") },
        edge_functions: { eszip2: sha("edge") },
        server: { sha: sha("server"), region: "us-east-2" },
      },
    });
    expect(json).toMatchObject({
      state: "uploading",
      required_functions: [sha("zip")],
      required_edge_functions: [sha("edge")],
      required_server: [sha("server")],
    });
    expect((await client.call(`PUT /deploys/${json.id}/functions/hello?runtime=js`, { body: "other" })).status).toBe(
      422,
    );
    const sent = await client.call(`PUT /deploys/${json.id}/functions/hello?runtime=js`, { body: "zip" });
    expect(sent.json).toMatchObject({ name: "hello", sha: sha("zip") });
    await client.call(`PUT /deploys/${json.id}/edge_functions/${sha("edge")}`, { body: "edge" });
    await client.call(`PUT /deploys/${json.id}/server/${sha("server")}`, { body: "server" });
    expect((await client.settled(json.id)).deploy.state).toBe("ready");
    expect((await client.call(`GET /sites/${site}/functions`)).json[0].functions).toEqual([
      { n: "hello", d: sha("zip") },
    ]);
  });

  it("keeps the variables of one deployment as they were first said", async () => {
    const { id: site } = await client.createSite("acme");
    const { json } = await client.call(`POST /sites/${site}/deploys`, { json: {} });
    const manifest = (value: string, files: object) => {
      const environment = [{ key: "A", value, is_secret: false, scopes: ["functions"] }];
      return client.call(`PUT /sites/${site}/deploys/${json.id}`, { json: { files, environment } });
    };
    await manifest("", manifestOf(page));
    await manifest("later", manifestOf({ "other.html": "other" }));
    expect(simulator.state.deploys.get(json.id)?.environment).toMatchObject([{ key: "A", value: "" }]);
  });

  it("keeps where a source archive may be put, when asked", async () => {
    const { id: site } = await client.createSite("acme");
    const { json } = await client.call(`POST /sites/${site}/deploys`, { json: { include_upload_url: true } });
    const put = await fetch(json.source_zip_upload_url, { method: "PUT", body: "PK" });
    expect(put.status).toBe(200);
    expect(simulator.state.sourceZips.get(json.id)?.toString()).toBe("PK");
  });
});

describe("a deployment by archive", () => {
  it("takes the files in it", async () => {
    const { id: site } = await client.createSite("acme");
    const body = zipOf({ ...page, "deep/er.txt": "é" });
    const { json, status } = await client.call(`POST /sites/${site}/deploys?title=zipped`, {
      body,
      type: "application/zip",
    });
    expect([status, json.state, json.required, json.title]).toEqual([200, "uploaded", [], "zipped"]);
    await client.settled(json.id);
    expect((await client.visit("https://acme.netlify.app/deep/er.txt")).body).toBe("é");
  });

  it("refuses what is no archive", async () => {
    const { id: site } = await client.createSite("acme");
    const refused = await client.call(`POST /sites/${site}/deploys`, { body: "no zip", type: "application/zip" });
    expect(refused.status).toBe(422);
  });
});

describe("drafts, branches, production", () => {
  it("publishes neither a draft nor a branch, and calls each by its own address", async () => {
    const { id: site } = await client.createSite("acme");
    const draft = await client.deploy(site, { files: page, draft: true });
    const branch = await client.deploy(site, { files: page, branch: "Feature/One" });
    expect([draft.context, draft.deploy_ssl_url]).toEqual(["deploy-preview", `https://${draft.id}--acme.netlify.app`]);
    expect([branch.context, branch.deploy_ssl_url]).toEqual(["branch-deploy", "https://feature-one--acme.netlify.app"]);
    expect((await client.call(`GET /sites/${site}`)).json.published_deploy).toBeNull();
    const listed = await client.call(`GET /sites/${site}/deploys?branch=Feature/One`);
    expect(listed.json.map(({ id }: { id: string }) => id)).toEqual([branch.id]);
  });

  it("stays a draft though the manifest says it is none, as the command line's does", async () => {
    const { id: site } = await client.createSite("acme");
    const { json } = await client.call(`POST /sites/${site}/deploys`, { json: { draft: true } });
    await client.call(`PUT /sites/${site}/deploys/${json.id}`, { json: { files: {}, draft: false } });
    expect((await client.settled(json.id)).deploy).toMatchObject({ draft: true, published_at: null });
  });

  it("publishes an earlier one, rolls back, and deletes only what has no traffic", async () => {
    const { id: site } = await client.createSite("acme");
    const first = await client.deploy(site, { files: { "index.html": "1" } });
    const second = await client.deploy(site, { files: { "index.html": "2" } });
    const live = async () => (await client.visit("https://acme.netlify.app/")).body;
    expect(await live()).toBe("2");
    expect((await client.call(`PUT /sites/${site}/rollback`)).status).toBe(204);
    expect(await live()).toBe("1");
    expect((await client.call(`PUT /sites/${site}/rollback`)).status).toBe(422);
    const restored = await client.call(`POST /sites/${site}/deploys/${second.id}/restore`);
    expect([restored.status, restored.json.id, await live()]).toEqual([201, second.id, "2"]);
    expect((await client.call(`DELETE /sites/${site}/deploys/${second.id}`)).status).toBe(422);
    expect((await client.call(`DELETE /deploys/${first.id}`)).status).toBe(204);
    expect((await client.call(`GET /deploys/${first.id}`)).status).toBe(404);
  });

  it("finishes a production deployment without traffic while another one is locked", async () => {
    const { id: site } = await client.createSite("acme");
    const first = await client.deploy(site, { files: { "index.html": "1" } });
    expect((await client.call(`POST /deploys/${first.id}/lock`)).json.locked).toBe(true);
    const second = await client.deploy(site, { files: { "index.html": "2" } });
    expect([second.state, second.published_at]).toEqual(["ready", null]);
    await client.call(`POST /deploys/${first.id}/unlock`);
    const third = await client.deploy(site, { files: { "index.html": "3" } });
    expect((await client.call(`GET /sites/${site}/deploys?latest-published=true`)).json[0].id).toBe(third.id);
  });

  it("takes no production deployment where only git may make one", async () => {
    const { id: site } = await client.createSite("acme");
    await client.call(`PATCH /sites/${site}`, { json: { prevent_non_git_prod_deploys: true } });
    expect((await client.call(`POST /sites/${site}/deploys`, { json: { files: {} } })).status).toBe(422);
    expect((await client.deploy(site, { files: page, draft: true })).state).toBe("ready");
  });

  it("cancels what is under way: it ends as an error, and takes no more bytes", async () => {
    const { id: site } = await client.createSite("acme");
    const { json } = await client.call(`POST /sites/${site}/deploys`, { json: { files: manifestOf(page) } });
    const canceled = await client.call(`POST /deploys/${json.id}/cancel`);
    expect([canceled.status, canceled.json.state, canceled.json.error_message]).toEqual([
      201,
      "error",
      "Canceled deploy",
    ]);
    const late = await client.call(`PUT /deploys/${json.id}/files/index.html`, { body: page["index.html"] });
    expect(late.status).toBe(422);
    const { id } = await client.deploy(site, { files: page });
    expect((await client.call(`POST /deploys/${id}/cancel`)).status).toBe(422);
  });
});

describe("limits", () => {
  it("as published: the fourth deployment within a minute waits until the reset that is told", async () => {
    await reopen({ limits: "published" });
    const { id: site } = await client.createSite("acme");
    const attempt = () => client.call(`POST /sites/${site}/deploys`, { json: { draft: true } });
    for (let turn = 0; turn < 3; turn++) expect((await attempt()).status).toBe(200);
    const refused = await attempt();
    expect([refused.status, refused.json.code]).toEqual([429, 429]);
    expect(refused.headers.get("x-ratelimit-limit")).toBe("3");
    const reset = Number(refused.headers.get("x-ratelimit-reset"));
    expect(reset).toBe(start / 1000 + 60);
    now = reset * 1000 - 1;
    expect((await attempt()).status).toBe(429);
    now = reset * 1000;
    expect((await attempt()).status).toBe(200);
  });

  it("count the requests of a token by the minute, and say how many are left", async () => {
    await reopen({ limits: { requestsPerMinute: 2 } });
    const first = await client.call("GET /user");
    expect(["limit", "remaining", "reset"].map((name) => first.headers.get(`x-ratelimit-${name}`))).toEqual([
      "2",
      "1",
      String(start / 1000 + 60),
    ]);
    expect((await client.call("GET /user")).status).toBe(200);
    expect((await client.call("GET /user")).status).toBe(429);
    now += 60_000;
    expect((await client.call("GET /user")).status).toBe(200);
  });

  it("do not stand in the way unless they are asked for", async () => {
    const { id: site } = await client.createSite("acme");
    for (let turn = 0; turn < 20; turn++)
      expect((await client.call(`POST /sites/${site}/deploys`, { json: { draft: true } })).status).toBe(200);
  });
});

describe("builds", () => {
  const source = { "package.json": "{}", "src/main.js": "1", "public/index.html": "built" };

  it("build a source that is sent: its publish directory is what is served", async () => {
    const { id: site } = await client.createSite("acme");
    const sent = await client.call(`POST /sites/${site}/builds?title=remote`, {
      body: zipOf(source),
      type: "application/zip",
    });
    expect([sent.status, sent.json.done]).toEqual([200, false]);
    const { states, deploy } = await client.settled(sent.json.deploy_id);
    expect(states).toEqual(["building", "processing", "ready"]);
    expect(deploy).toMatchObject({ build_id: sent.json.id, title: "remote" });
    expect((await client.visit("https://acme.netlify.app/")).body).toBe("built");
    expect((await client.call(`GET /builds/${sent.json.id}`)).json.done).toBe(true);
    expect((await client.call("GET /simulated-team/builds/status")).json[0].build_count).toBe(1);
  });

  it("take the source as a field of a form too", async () => {
    const { id: site } = await client.createSite("acme");
    const form = new FormData();
    form.set("zip", new Blob([new Uint8Array(zipOf(source))]), "source.zip");
    const answer = await fetch(`${simulator.url}/api/v1/sites/${site}/builds`, {
      method: "POST",
      headers: { authorization: "Bearer simulated-token" },
      body: form,
    });
    const { deploy_id: id } = (await answer.json()) as { deploy_id: string };
    expect((await client.settled(id)).deploy.state).toBe("ready");
  });

  it("fail with a message when the source says so, or has no publish directory", async () => {
    const { id: site } = await client.createSite("acme");
    const failing = zipOf({ ...source, "landfall-simulator-fail": "" });
    const sent = await client.call(`POST /sites/${site}/builds`, { body: failing, type: "application/zip" });
    const { deploy } = await client.settled(sent.json.deploy_id);
    expect([deploy.state, deploy.error_message]).toEqual(["error", expect.stringContaining("exit code: 2")]);
    expect((await client.call(`GET /sites/${site}/builds`)).json[0].error).toBe(deploy.error_message);

    await client.call(`PATCH /sites/${site}`, { json: { build_settings: { dir: "dist" } } });
    const again = await client.call(`POST /sites/${site}/builds`, { body: zipOf(source), type: "application/zip" });
    expect((await client.settled(again.json.deploy_id)).deploy.error_message).toContain("'dist' does not exist");
  });

  it("start again from a hook, which needs no token, and not at all where there is nothing to build", async () => {
    const { id: site } = await client.createSite("acme");
    expect((await client.call(`POST /sites/${site}/builds`)).status).toBe(404);
    await client.call(`POST /sites/${site}/builds`, { body: zipOf(source), type: "application/zip" });
    const hook = await client.call(`POST /sites/${site}/build_hooks`, { json: { title: "nightly", branch: "main" } });
    expect(hook.status).toBe(201);
    expect((await fetch(`${hook.json.url}?trigger_title=by+hook`, { method: "POST" })).status).toBe(200);
    const [newest] = (await client.call(`GET /sites/${site}/deploys`)).json;
    expect(newest.title).toBe("by hook");
    expect((await client.settled(newest.id)).deploy.state).toBe("ready");
    expect((await client.call(`DELETE /sites/${site}/build_hooks/${hook.json.id}`)).status).toBe(204);
    expect((await fetch(hook.json.url, { method: "POST" })).status).toBe(404);
  });
});

describe("faults", () => {
  it("have this vendor's form of an error", async () => {
    simulator.fail("server-error", { status: 503, once: true });
    expect((await client.call("GET /user")).json).toEqual({ code: 503, message: "The service is unavailable." });
    simulator.fail("unauthorized", { once: true });
    expect((await client.call("GET /user")).json.code).toBe(401);
  });

  it("leave the deployment behind when only its answer is lost", async () => {
    const { id: site } = await client.createSite("acme");
    simulator.fail("reset", { once: true, afterWork: true, match: { path: "/api/v1/sites/:site/deploys" } });
    await expect(client.call(`POST /sites/${site}/deploys?title=mine`, { json: {} })).rejects.toThrow("fetch failed");
    expect((await client.call(`GET /sites/${site}/deploys`)).json).toMatchObject([{ title: "mine", state: "new" }]);
  });
});
