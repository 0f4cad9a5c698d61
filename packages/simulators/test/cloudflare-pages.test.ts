import { describe, expect, it } from "vitest";
import { keyOf, site, useCloudflare } from "./cloudflare-client.ts";

const cloud = useCloudflare();
const { api, clock, restart } = cloud;

describe("a Pages project", () => {
  it("is created, found, listed, changed and deleted", async () => {
    const created = await api.createProject("acme");
    expect(created.result).toMatchObject({ name: "acme", subdomain: "acme.pages.dev", canonical_deployment: null });
    expect((await api.call("GET /pages/projects/acme")).result.id).toBe(created.result.id);
    await api.createProject("other");
    const page = await api.call("GET /pages/projects?page=2&per_page=1");
    expect(page.result.map(({ name }: { name: string }) => name)).toEqual(["other"]);
    expect(page.json.result_info).toEqual({ page: 2, per_page: 1, count: 1, total_count: 2, total_pages: 2 });
    const changed = await api.call("PATCH /pages/projects/acme", { json: { production_branch: "trunk" } });
    expect(changed.result.production_branch).toBe("trunk");
    expect((await api.call("DELETE /pages/projects/acme")).json).toMatchObject({ success: true, result: null });
    expect(await api.call("GET /pages/projects/acme")).toMatchObject({ status: 404, codes: [8000007] });
    expect(cloud.simulator.violations).toEqual([]);
  });

  it.each(["Acme", "-acme", "a".repeat(59), "a_b", ""])("is refused with the name %j", async (name) => {
    expect(await api.createProject(name)).toMatchObject({ status: 400, codes: [8000001] });
  });

  it("is refused when the account has one of that name", async () => {
    await api.createProject("acme");
    expect(await api.createProject("acme")).toMatchObject({ status: 409, codes: [8000002] });
  });

  it("gets another subdomain when somebody else has the name", async () => {
    await restart({ takenLabels: ["acme"] });
    const { subdomain } = (await api.createProject("acme")).result;
    expect(subdomain).toMatch(/^acme-[0-9a-f]{3}\.pages\.dev$/);
    await api.deploy("acme", site);
    expect((await api.visit(subdomain, "/")).text).toBe(site["/index.html"]);
    expect((await api.visit("acme.pages.dev", "/")).status).toBe(404);
  });

  it("lists ten at most at once", async () => {
    expect(await api.call("GET /pages/projects?per_page=11")).toMatchObject({ status: 400, codes: [8000024] });
  });
});

describe("a direct upload", () => {
  it("goes from nothing to live, with the bytes it was given", async () => {
    await api.createProject("acme");
    const manifest = await api.upload("acme", site);
    const created = await api.create("acme", {
      manifest: JSON.stringify(manifest),
      branch: "main",
      commit_dirty: "true",
    });
    expect(created.result).toMatchObject({
      environment: "production",
      latest_stage: { name: "queued", status: "active" },
      url: `https://${created.result.short_id}.acme.pages.dev`,
      deployment_trigger: { type: "ad_hoc", metadata: { branch: "main", commit_dirty: true } },
    });
    expect((await api.visit("acme.pages.dev", "/")).status).toBe(404);
    const { stages } = await api.settled("acme", created.result.id);
    expect(stages).toEqual(["queued active", "deploy success"]);
    for (const host of ["acme.pages.dev", `${created.result.short_id}.acme.pages.dev`, "acme.localhost:9101"])
      expect(await api.visit(host, "/")).toMatchObject({ status: 200, text: site["/index.html"] });
    expect((await api.call("GET /pages/projects/acme")).result.canonical_deployment.id).toBe(created.result.id);
    expect(cloud.simulator.violations).toEqual([]);
  });

  it("uploads only what is missing", async () => {
    await api.createProject("acme");
    await api.deploy("acme", site);
    const token = await api.uploadToken("acme");
    const known = keyOf("/app.css", site["/app.css"]);
    const other = keyOf("/app.css", "body{color:red}");
    const missing = await api.call("POST //pages/assets/check-missing", { json: { hashes: [known, other] }, token });
    expect(missing.result).toEqual([other]);
    expect((await api.call("POST //pages/assets/upsert-hashes", { json: { hashes: [known] }, token })).status).toBe(
      200,
    );
  });

  it("takes JSON whatever its type is called", async () => {
    const answer = await api.call("POST /pages/projects", {
      json: { name: "acme", production_branch: "main" },
      type: "text/plain;charset=UTF-8",
    });
    expect(answer.status).toBe(200);
  });

  it("fails, with the reason in the last line of its log, when a file of the manifest was never uploaded", async () => {
    await api.createProject("acme");
    const manifest = { ...(await api.upload("acme", site)), "/gone.html": "0".repeat(32) };
    const { id } = (await api.create("acme", { manifest: JSON.stringify(manifest), branch: "main" })).result;
    expect((await api.settled("acme", id)).stages.at(-1)).toBe("deploy failure");
    const logs = await api.call(`GET /pages/projects/acme/deployments/${id}/history/logs?size=10000000`);
    expect(logs.result.data[logs.result.total - 1].line).toBe(
      "Error: Failed to publish assets. Not uploaded: /gone.html",
    );
    expect((await api.visit("acme.pages.dev", "/")).status).toBe(404);
  });

  it("fails when it has the file that asks for it", async () => {
    await api.createProject("acme");
    const deployment = await api.deploy("acme", { ...site, "/landfall-simulator-fail": "" });
    expect(deployment.latest_stage).toMatchObject({ name: "deploy", status: "failure" });
  });

  it.each([
    [{ branch: "main" }, 8000096],
    [{ manifest: "{" }, 8000097],
    [{ manifest: '{"index.html":"0"}' }, 8000097],
    [{ manifest: JSON.stringify({ "/a": "0", "/b": "0", "/c": "0", "/d": "0", "/e": "0" }) }, 8000098],
  ])("is refused with the form %j", async (fields, code) => {
    await restart({ maxFiles: 4 });
    await api.createProject("acme");
    expect(await api.create("acme", fields)).toMatchObject({ status: 400, codes: [code] });
  });

  it("has a token of its own, which is refused when it is wrong, expired, or the API's", async () => {
    await restart({ uploadTokenMs: 60_000 });
    await api.createProject("acme");
    const token = await api.uploadToken("acme");
    const ask = (with_: string) =>
      api.call("POST //pages/assets/check-missing", { json: { hashes: [] }, token: with_ });
    expect((await ask(token)).status).toBe(200);
    const [head, payload] = token.split(".");
    expect(JSON.parse(Buffer.from(payload!, "base64url").toString())).toMatchObject({
      exp: clock.at / 1000 + 60,
      max_file_count_allowed: 20_000,
    });
    for (const wrong of ["simulated-token", `${head}.${payload}.AAAA`, "x"])
      expect(await ask(wrong)).toMatchObject({ status: 401, codes: [8000013] });
    clock.at += 60_000;
    expect(await ask(token)).toMatchObject({ status: 401, codes: [8000013] });
    expect((await ask(await api.uploadToken("acme"))).status).toBe(200);
  });

  it.each([
    [{ key: "short", value: "", metadata: { contentType: "text/css" }, base64: true }],
    [{ key: "0".repeat(32), value: "", base64: true }],
    [{ key: "0".repeat(32), metadata: { contentType: "text/css" }, base64: true }],
  ])("refuses the asset %j", async (asset) => {
    await api.createProject("acme");
    const token = await api.uploadToken("acme");
    expect(await api.call("POST //pages/assets/upload", { json: [asset], token })).toMatchObject({
      status: 400,
      codes: [8000016],
    });
  });
});

describe("asset keys", () => {
  /** As wrangler 4.164.0 sent them; that of the empty file is computed. */
  const recorded = {
    "/index.html": ["<h1>hi</h1><img src=img/a.png>\n", "2a5d130960d45d1bc9cabc1fd248a0cb"],
    "/a.css": ["body{}\n", "aa42bba514e8ddfea838ec1a715ca332"],
    "/empty.txt": ["", "f9bc91770fa5e997cbd47fba833629fc"],
    "/hello": ["hello", "324ea05bea4d7f75b8d9ed695e65b2ca"],
  } as const;

  async function deployWith(files: Record<string, readonly [text: string, key: string]>): Promise<string> {
    await api.createProject("acme");
    const token = await api.uploadToken("acme");
    const assets = Object.values(files).map(([text, key]) => ({
      key,
      value: Buffer.from(text).toString("base64"),
      metadata: { contentType: "text/html" },
      base64: true,
    }));
    await api.call("POST //pages/assets/upload", { json: assets, token });
    const manifest = Object.fromEntries(Object.entries(files).map(([path, [, key]]) => [path, key]));
    const { id } = (await api.create("acme", { manifest: JSON.stringify(manifest) })).result;
    return (await api.settled("acme", id)).stages.at(-1)!;
  }

  it("are accepted as wrangler makes them", async () => {
    expect(await deployWith(recorded)).toBe("deploy success");
  });

  it("are refused for other bytes, and for another extension", async () => {
    expect(await deployWith({ ...recorded, "/a.css": ["body{ }", recorded["/a.css"][1]] })).toBe("deploy failure");
    cloud.simulator.reset();
    expect(await deployWith({ "/a.html": recorded["/a.css"] })).toBe("deploy failure");
  });

  it("may be anything of 32 hex digits when that is asked for", async () => {
    await restart({ assetKeys: "opaque" });
    expect(await deployWith({ "/index.html": ["x", "00112233445566778899aabbccddeeff"] })).toBe("deploy success");
  });

  it("are looked at now and then when sampled", async () => {
    await restart({ assetKeys: "sampled" });
    expect(await deployWith({ "/index.html": ["x", "10112233445566778899aabbccddeeff"] })).toBe("deploy success");
    cloud.simulator.reset();
    expect(await deployWith({ "/index.html": ["x", "00112233445566778899aabbccddeeff"] })).toBe("deploy failure");
  });
});

describe("deployments of a project", () => {
  const base = "/pages/projects/acme/deployments";

  it("are ready by the clock when they take time", async () => {
    await restart({ buildMs: 8000 });
    await api.createProject("acme");
    const manifest = JSON.stringify(await api.upload("acme", site));
    const { id } = (await api.create("acme", { manifest })).result;
    const stage = async () => (await api.call(`GET ${base}/${id}`)).result.latest_stage;
    expect(await stage()).toMatchObject({ name: "queued", status: "active" });
    clock.at += 4000;
    expect(await stage()).toMatchObject({ name: "deploy", status: "active", ended_on: null });
    clock.at += 4000;
    // Nobody has to look for it.
    expect((await api.visit("acme.pages.dev", "/")).status).toBe(200);
    expect(await stage()).toMatchObject({ status: "success", ended_on: "2026-08-22T10:00:08.000Z" });
  });

  it("of another branch are previews, with an alias for the newest", async () => {
    await api.createProject("acme");
    await api.deploy("acme", site);
    const first = await api.deploy("acme", { ...site, "/index.html": "one" }, { branch: "Feature/Login" });
    const second = await api.deploy("acme", { ...site, "/index.html": "two" }, { branch: "Feature/Login" });
    expect([first.environment, second.aliases]).toEqual(["preview", ["https://feature-login.acme.pages.dev"]]);
    expect((await api.visit("feature-login.acme.pages.dev", "/")).text).toBe("two");
    expect((await api.visit(`${first.short_id}.acme.pages.dev`, "/")).text).toBe("one");
    expect((await api.visit("acme.pages.dev", "/")).text).toBe(site["/index.html"]);
    expect((await api.visit("feature-login.acme.pages.dev", "/")).headers["x-robots-tag"]).toBe("noindex");
    const previews = await api.call(`GET ${base}?env=preview`);
    expect(previews.result.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id]);
  });

  it("roll back, to successful ones of production alone", async () => {
    await api.createProject("acme");
    const old = await api.deploy("acme", { "/index.html": "old" });
    await api.deploy("acme", { "/index.html": "new" });
    expect((await api.visit("acme.pages.dev", "/")).text).toBe("new");
    expect((await api.call(`POST ${base}/${old.id}/rollback`)).result.id).toBe(old.id);
    expect((await api.visit("acme.pages.dev", "/")).text).toBe("old");
    const preview = await api.deploy("acme", site, { branch: "x" });
    const failed = await api.deploy("acme", { "/landfall-simulator-fail": "" });
    for (const { id } of [preview, failed])
      expect(await api.call(`POST ${base}/${id}/rollback`)).toMatchObject({ status: 400, codes: [8000038] });
  });

  it("are made again with the same files and the variables of now", async () => {
    await api.createProject("acme");
    const old = await api.deploy("acme", site);
    const variables = { KEY: { type: "plain_text", value: "1" } };
    await api.call("PATCH /pages/projects/acme", {
      json: { deployment_configs: { production: { env_vars: variables } } },
    });
    const { result } = await api.call(`POST ${base}/${old.id}/retry`);
    expect(result.id).not.toBe(old.id);
    const { deployment } = await api.settled("acme", result.id);
    expect([deployment.env_vars, old.env_vars]).toEqual([variables, {}]);
    expect((await api.visit(`${deployment.short_id}.acme.pages.dev`, "/app.css")).text).toBe(site["/app.css"]);
  });

  it("are deleted, but not the live one, and an aliased one only by force", async () => {
    await api.createProject("acme");
    const live = await api.deploy("acme", site);
    const preview = await api.deploy("acme", site, { branch: "x" });
    expect(await api.call(`DELETE ${base}/${live.id}?force=true`)).toMatchObject({ status: 400, codes: [8000034] });
    expect(await api.call(`DELETE ${base}/${preview.id}`)).toMatchObject({ status: 400, codes: [8000035] });
    expect((await api.call(`DELETE ${base}/${preview.id}?force=true`)).status).toBe(200);
    expect((await api.visit("x.acme.pages.dev", "/")).status).toBe(404);
    expect(await api.call(`GET ${base}/${preview.id}`)).toMatchObject({ status: 404, codes: [8000009] });
  });

  it("can be tailed", async () => {
    await api.createProject("acme");
    const { id } = await api.deploy("acme", site);
    const { result } = await api.call(`POST ${base}/${id}/tails`, { json: { filters: [] } });
    expect(result.url).toMatch(/^wss:/);
    expect((await api.call(`DELETE ${base}/${id}/tails/${result.id}`)).status).toBe(200);
  });
});

describe("variables", () => {
  const set = (environment: string, variables: object) =>
    api.call("PATCH /pages/projects/acme", {
      json: { deployment_configs: { [environment]: { env_vars: variables } } },
    });

  it("merge by key, null deletes, environments are apart, secrets cannot be read", async () => {
    await api.createProject("acme");
    const plain = (value: string) => ({ type: "plain_text", value });
    await set("production", { A: plain("1"), B: plain("2"), S: { type: "secret_text", value: "sk-live-1" } });
    await set("preview", { A: plain("p") });
    const { result, json } = await set("production", { A: null, C: plain("3") });
    expect(result.deployment_configs.production.env_vars).toEqual({
      B: plain("2"),
      C: plain("3"),
      S: { type: "secret_text", value: "" },
    });
    expect(result.deployment_configs.preview.env_vars).toEqual({ A: plain("p") });
    expect(JSON.stringify(json)).not.toContain("sk-live-1");
    const deployment = await api.deploy("acme", site);
    expect(deployment.env_vars.S).toEqual({ type: "secret_text", value: "" });
  });

  it("of an environment go all at once for a null", async () => {
    await api.createProject("acme");
    await set("preview", { A: { type: "plain_text", value: "1" } });
    const json = { deployment_configs: { preview: { env_vars: null } } };
    const { result } = await api.call("PATCH /pages/projects/acme", { json });
    expect(result.deployment_configs.preview.env_vars).toEqual({});
  });

  it("of an unknown type are refused", async () => {
    await api.createProject("acme");
    expect(await set("production", { A: { type: "json", value: "1" } })).toMatchObject({
      status: 400,
      codes: [8000042],
    });
  });
});

describe("a custom domain of Pages", () => {
  const base = "/pages/projects/acme/domains";

  it("is pending until its CNAME is there, then active and served", async () => {
    await api.createProject("acme");
    await api.deploy("acme", site);
    const added = await api.call(`POST ${base}`, { json: { name: "www.example.com" } });
    expect(added.result).toMatchObject({ name: "www.example.com", status: "initializing" });
    const look = async () => (await api.call(`GET ${base}/www.example.com`)).result;
    expect(await look()).toMatchObject({ status: "pending", verification_data: { status: "pending" } });
    expect((await api.visit("www.example.com", "/")).status).toBe(404);
    const [zone] = (await api.call("GET //zones?name=example.com")).result;
    await api.call(`POST //zones/${zone.id}/dns_records`, {
      json: { type: "CNAME", name: "www", content: "acme.pages.dev", proxied: true, ttl: 1 },
    });
    const checked = await api.call(`PATCH ${base}/www.example.com`);
    expect(checked.result).toMatchObject({
      status: "active",
      validation_data: { status: "active" },
      zone_tag: zone.id,
    });
    expect((await api.visit("www.example.com", "/")).text).toBe(site["/index.html"]);
    const { canonical_deployment: live } = (await api.call("GET /pages/projects/acme")).result;
    expect(live.aliases).toEqual(["https://www.example.com"]);
    expect(await api.call("DELETE /pages/projects/acme")).toMatchObject({ status: 400, codes: [8000028] });
    expect((await api.call(`DELETE ${base}/www.example.com`)).status).toBe(200);
    // The CNAME alone is not enough.
    expect((await api.visit("www.example.com", "/")).status).toBe(522);
  });

  it("may have its DNS elsewhere", async () => {
    await api.createProject("acme");
    await api.call(`POST ${base}`, { json: { name: "www.elsewhere.org" } });
    cloud.simulator.state.externalDns.set("www.elsewhere.org", "acme.pages.dev");
    expect((await api.call(`GET ${base}`)).result[0]).toMatchObject({ name: "www.elsewhere.org", status: "active" });
  });

  it("is refused when it is in use, and when it is none", async () => {
    await api.createProject("acme");
    await api.createProject("other");
    await api.call(`POST ${base}`, { json: { name: "www.example.com" } });
    const twice = await api.call("POST /pages/projects/other/domains", { json: { name: "www.example.com" } });
    expect(twice).toMatchObject({ status: 409, codes: [8000018] });
    expect(await api.call(`POST ${base}`, { json: { name: "no domain" } })).toMatchObject({
      status: 400,
      codes: [8000020],
    });
  });
});

describe("a site of Pages", () => {
  const visit = (path: string, headers = {}) => api.visit("acme.pages.dev", path, { headers });

  it("has clean addresses", async () => {
    await api.createProject("acme");
    await api.deploy("acme", site);
    for (const [path, location] of [
      ["/index.html", "/"],
      ["/about.html", "/about"],
      ["/about/", "/about"],
      ["/blog", "/blog/"],
      ["/blog/index.html?x=1", "/blog/?x=1"],
    ] as const)
      expect(await visit(path)).toMatchObject({ status: 308, headers: { location } });
    expect((await visit("/about")).text).toBe(site["/about.html"]);
    expect((await visit("/blog/")).text).toBe(site["/blog/index.html"]);
  });

  it("is served with its type, and not twice to who has it", async () => {
    await api.createProject("acme");
    await api.deploy("acme", site);
    const style = await visit("/app.css");
    expect([style.headers["content-type"], style.text]).toEqual(["text/css", site["/app.css"]]);
    expect(await visit("/app.css", { "if-none-match": style.headers["etag"] })).toMatchObject({
      status: 304,
      text: "",
    });
    expect(await api.visit("acme.pages.dev", "/app.css", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
    expect((await api.visit("acme.pages.dev", "/", { method: "POST" })).status).toBe(405);
  });

  it("falls back to the front page, or to the nearest 404.html when there is one", async () => {
    await api.createProject("acme");
    await api.deploy("acme", site);
    expect(await visit("/deep/link")).toMatchObject({ status: 200, text: site["/index.html"] });
    await api.deploy("acme", { ...site, "/404.html": "none", "/blog/404.html": "no post" });
    expect(await visit("/deep/link")).toMatchObject({ status: 404, text: "none" });
    expect(await visit("/blog/old/post")).toMatchObject({ status: 404, text: "no post" });
  });

  it("obeys _redirects", async () => {
    await api.createProject("acme");
    const redirects = [
      "# old",
      "/old /about 301 # moved",
      "/posts/:slug/* /blog/:slug?rest=:splat#top",
      "https://:any.pages.dev/away https://example.org//:any 307",
      "/shown /about 200",
      "/outside https://example.org/ 200",
      "/one /two 302 more",
      "/* /index.html 200",
    ];
    await api.deploy("acme", { ...site, "/404.html": "none" }, { _redirects: new Blob([redirects.join("\n")]) });
    for (const [path, status, location] of [
      ["/old?a=1", 301, "/about?a=1"],
      ["/posts/hello/x/y?a=1", 302, "/blog/hello?rest=x/y#top"],
      ["/away", 307, "https://example.org//acme"],
    ] as const)
      expect(await visit(path)).toMatchObject({ status, headers: { location } });
    expect(await visit("/shown")).toMatchObject({ status: 200, text: site["/about.html"] });
    // Rules that proxy elsewhere, have too many words, or lead back to themselves are ignored.
    for (const path of ["/outside", "/one", "/nowhere"]) expect((await visit(path)).status).toBe(404);
  });

  it("obeys _headers, for every answer", async () => {
    await api.createProject("acme");
    const headers =
      "/*\n  X-All: 1\n  X-Robots-Tag: none\n  Cache-Control: max-age=9\n/app.css\nX-All: 2\n  ! X-Robots-Tag\n";
    await api.deploy("acme", { ...site, "/404.html": "none" }, { _headers: new Blob([headers]) });
    expect((await visit("/")).headers).toMatchObject({
      "x-all": "1",
      "x-robots-tag": "none",
      "cache-control": "max-age=9",
    });
    const style = (await visit("/app.css")).headers;
    expect([style["x-all"], style["x-robots-tag"]]).toEqual(["1, 2", undefined]);
    expect(await visit("/about.html")).toMatchObject({ status: 308, headers: { "x-all": "1" } });
    expect(await visit("/nowhere")).toMatchObject({
      status: 404,
      headers: { "x-all": "1", "cache-control": "no-store" },
    });
  });

  it("has addresses below another domain when that is asked for", async () => {
    await restart({ siteDomain: "localhost" });
    await api.createProject("acme");
    const { url, short_id: id } = await api.deploy("acme", site);
    expect(url).toBe(`http://${id}.acme.localhost:${new URL(cloud.simulator.url).port}`);
    expect((await api.visit(new URL(url).host, "/")).text).toBe(site["/index.html"]);
  });

  it("answers also where the API would", async () => {
    await api.createProject("acme");
    await api.deploy("acme", { ...site, "/client/v4/user": "mine" });
    expect((await visit("/client/v4/user")).text).toBe("mine");
  });
});
