import { describe, expect, it } from "vitest";
import { keyOf, site, useCloudflare } from "./cloudflare-client.ts";

const cloud = useCloudflare();
const { api, clock, restart } = cloud;

const host = "acme.simulated.workers.dev";
const scripts = "/workers/scripts/acme";

describe("a Worker with assets alone", () => {
  it("goes from nothing to live as wrangler takes it there", async () => {
    expect(await api.call("GET /workers/services/acme")).toMatchObject({ status: 404, codes: [10090] });
    expect(await api.call(`GET ${scripts}/deployments`)).toMatchObject({ status: 404, codes: [10007] });
    const put = await api.publishWorker("acme", site);
    expect(put.result).toMatchObject({ id: "acme", has_assets: true, has_modules: false });
    const worker = (await api.call("GET /workers/workers/acme")).result;
    expect(worker).toMatchObject({ name: "acme", subdomain: { enabled: true, url: `https://${host}` } });
    expect((await api.call(`GET /workers/workers/${worker.id}`)).result.name).toBe("acme");
    expect((await api.call("GET /workers/subdomain")).result).toEqual({ subdomain: "simulated" });
    const visited = await api.visit(host, "/");
    expect([visited.status, visited.text]).toEqual([200, site["/index.html"]]);
    expect((await api.call("GET /workers/services/acme")).result.default_environment.script.tag).toBe(worker.id);
    expect(cloud.simulator.violations).toEqual([]);
  });

  it("has its address below another domain when that is asked for", async () => {
    await restart({ siteDomain: "localhost" });
    await api.publishWorker("acme", site);
    const { url } = (await api.call("GET /workers/workers/acme")).result.subdomain;
    expect(url).toBe(`http://acme.simulated.localhost:${new URL(cloud.simulator.url).port}`);
    expect((await api.visit(new URL(url).host, "/")).text).toBe(site["/index.html"]);
  });

  it("is not reachable before its subdomain is enabled", async () => {
    const jwt = await api.uploadToWorker("acme", site);
    await api.call(`PUT ${scripts}`, { body: api.workerForm({ assets: { jwt } }) });
    expect((await api.visit(host, "/")).status).toBe(404);
    await api.call(`POST ${scripts}/subdomain`, { json: { enabled: true } });
    expect((await api.visit(host, "/")).status).toBe(200);
    await api.call(`DELETE ${scripts}/subdomain`);
    expect((await api.visit(host, "/")).status).toBe(404);
  });

  it("needs a subdomain of the account, which can be registered", async () => {
    await restart({ workersSubdomain: null, takenLabels: ["taken"] });
    const jwt = await api.uploadToWorker("acme", site);
    await api.call(`PUT ${scripts}`, { body: api.workerForm({ assets: { jwt } }) });
    expect(await api.call("GET /workers/subdomain")).toMatchObject({ status: 404, codes: [10007] });
    const enable = () => api.call(`POST ${scripts}/subdomain`, { json: { enabled: true } });
    expect(await enable()).toMatchObject({ status: 400, codes: [10063] });
    expect((await api.call("GET /workers/subdomains/taken")).status).toBe(200);
    expect((await api.call("GET /workers/subdomains/free")).codes).toEqual([10032]);
    const register = (subdomain: string) => api.call("PUT /workers/subdomain", { json: { subdomain } });
    expect((await register("taken")).codes).toEqual([10031]);
    expect((await register("free")).result).toEqual({ subdomain: "free" });
    expect((await enable()).status).toBe(200);
    expect((await api.visit("acme.free.workers.dev", "/")).status).toBe(200);
  });

  it.each(["Acme", "-acme", "a".repeat(64)])("is refused with the name %j", async (name) => {
    const jwt = await api.uploadToWorker(name, site);
    const body = api.workerForm({ assets: { jwt } });
    expect(await api.call(`PUT /workers/scripts/${name}`, { body })).toMatchObject({ status: 400, codes: [10016] });
  });

  it("goes with its addresses when it is deleted", async () => {
    await api.publishWorker("acme", site);
    expect((await api.call("DELETE /workers/services/acme?force=true")).status).toBe(200);
    expect((await api.visit(host, "/")).status).toBe(404);
    expect((await api.call(`GET ${scripts}/versions`)).codes).toEqual([10007]);
  });
});

describe("an upload session", () => {
  it("asks in at least two buckets, for what is missing alone", async () => {
    const first = await api.openSession("acme", site);
    expect(first.buckets.length).toBeGreaterThanOrEqual(2);
    expect(first.buckets.flat().sort()).toEqual([...first.pathOf.keys()].sort());
    await api.uploadToWorker("acme", site);
    const second = await api.openSession("acme", { ...site, "/new.css": "a{}" });
    expect(second.buckets).toEqual([[keyOf("/new.css", "a{}")]]);
    const third = await api.openSession("acme", site);
    expect(third.buckets).toEqual([]);
    const put = await api.call(`PUT ${scripts}`, { body: api.workerForm({ assets: { jwt: third.jwt } }) });
    expect(put.status).toBe(200);
  });

  it("gives the completion token with the bucket that completes it, also when that comes again", async () => {
    const { jwt, buckets, bucketForm } = await api.openSession("acme", site);
    const send = (keys: string[]) =>
      api.call("POST /workers/assets/upload?base64=true", { body: bucketForm(keys), token: jwt });
    expect(await send(buckets[0]!)).toMatchObject({ status: 202, result: { jwt: null } });
    const last = await send(buckets[1]!);
    expect([last.status, typeof last.result.jwt]).toEqual([201, "string"]);
    expect((await send(buckets[1]!)).status).toBe(201);
  });

  it("has many buckets for many files", async () => {
    const many = Object.fromEntries(Array.from({ length: 1201 }, (_, index) => [`/${index}.txt`, String(index)]));
    const { buckets } = await api.openSession("acme", many);
    expect(buckets.map(({ length }) => length)).toEqual([401, 400, 400]);
  });

  it("takes files one by one as they are when that is the mode", async () => {
    await restart({ workersUploads: "single" });
    const { jwt, buckets, pathOf } = await api.openSession("acme", site);
    const [, payload] = jwt.split(".");
    expect(JSON.parse(Buffer.from(payload!, "base64url").toString())).toMatchObject({
      wrangler_single_asset_uploads: true,
    });
    const uploads = buckets.flat().map((key) => {
      const path = pathOf.get(key)! as keyof typeof site;
      return api.call(`POST /workers/assets/upload/${key}`, { body: site[path], token: jwt, type: "text/x-own" });
    });
    const answers = await Promise.all(uploads);
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([201, 202, 202, 202]);
    const complete = answers.find(({ status }) => status === 201)!.result.jwt;
    await api.call(`PUT ${scripts}`, { body: api.workerForm({ assets: { jwt: complete } }) });
    await api.call(`POST ${scripts}/subdomain`, { json: { enabled: true } });
    const style = await api.visit(host, "/app.css");
    expect([style.text, style.headers["content-type"]]).toEqual([site["/app.css"], "text/x-own"]);
  });

  it.each([
    [{}, "no file"],
    [{ "index.html": { hash: "0".repeat(32), size: 1 } }, "no slash"],
    [{ "/index.html": { hash: "0", size: 1 } }, "no key"],
    [{ "/index.html": { hash: "0".repeat(32) } }, "no size"],
    [{ "/index.html": { hash: "0".repeat(32), size: 26_214_401 } }, "too large"],
  ])("is refused with the manifest %j: %s", async (manifest, _why) => {
    expect(await api.call(`POST ${scripts}/assets-upload-session`, { json: { manifest } })).toMatchObject({
      status: 400,
      codes: [10021],
    });
  });

  it("refuses files it did not ask for, of another size, and of other bytes", async () => {
    const { jwt, buckets } = await api.openSession("acme", site);
    const send = (key: string, text: string) => {
      const body = new FormData();
      body.append(key, new Blob([Buffer.from(text).toString("base64")]), key);
      return api.call("POST /workers/assets/upload?base64=true", { body, token: jwt });
    };
    const key = keyOf("/app.css", site["/app.css"]);
    expect(buckets.flat()).toContain(key);
    for (const [name, text] of [
      ["0".repeat(32), "x"],
      [key, "body{ }"],
      [key, "bodyxx"],
    ] as const)
      expect(await send(name, text)).toMatchObject({ status: 400, codes: [10021] });
    expect((await send(key, site["/app.css"])).status).toBe(202);
  });

  it("is over after an hour, and nobody else's token opens it", async () => {
    const { jwt, buckets, bucketForm } = await api.openSession("acme", site);
    const send = (token: string) =>
      api.call("POST /workers/assets/upload?base64=true", { body: bucketForm(buckets[0]!), token });
    expect(await send("simulated-token")).toMatchObject({ status: 401, codes: [10000] });
    const complete = await api.uploadToWorker("acme", site);
    clock.at += 3_600_000;
    expect((await send(jwt)).status).toBe(401);
    const body = api.workerForm({ assets: { jwt: complete } });
    expect(await api.call(`PUT ${scripts}`, { body })).toMatchObject({ status: 400, codes: [10021] });
  });

  it("completes one Worker and not another", async () => {
    const jwt = await api.uploadToWorker("acme", site);
    const body = api.workerForm({ assets: { jwt } });
    expect(await api.call("PUT /workers/scripts/other", { body })).toMatchObject({ status: 400, codes: [10021] });
  });
});

describe("versions of a Worker", () => {
  const upload = async (text: string, more: object = {}) => {
    const jwt = await api.uploadToWorker("acme", { "/index.html": text });
    return api.call(`POST ${scripts}/versions`, { body: api.workerForm({ assets: { jwt }, ...more }) });
  };
  const deploy = (id: string) =>
    api.call(`POST ${scripts}/deployments`, {
      json: {
        strategy: "percentage",
        versions: [{ version_id: id, percentage: 100 }],
        annotations: { "workers/message": "m" },
      },
    });

  it("have no traffic until they are deployed, and an older one can have it back", async () => {
    await api.publishWorker("acme", { "/index.html": "one" });
    const second = (await upload("two")).result;
    expect((await api.visit(host, "/")).text).toBe("one");
    expect((await api.visit(`${second.id.slice(0, 8)}-${host}`, "/")).text).toBe("two");
    expect((await deploy(second.id)).result).toMatchObject({ annotations: { "workers/message": "m" } });
    expect((await api.visit(host, "/")).text).toBe("two");
    const { deployments } = (await api.call(`GET ${scripts}/deployments`)).result;
    const [, first] = deployments;
    await deploy(first.versions[0].version_id);
    expect((await api.visit(host, "/")).text).toBe("one");
    const { items } = (await api.call(`GET ${scripts}/versions?deployable=true`)).result;
    expect(items.map(({ number }: { number: number }) => number)).toEqual([2, 1]);
    expect(cloud.simulator.violations).toEqual([]);
  });

  it("have an alias when one is given", async () => {
    await api.publishWorker("acme", { "/index.html": "one" });
    await upload("staged", { annotations: { "workers/alias": "staging" } });
    expect((await api.visit(`staging-${host}`, "/")).text).toBe("staged");
  });

  it("are refused for a Worker that was never deployed", async () => {
    expect(await upload("one")).toMatchObject({ status: 404, codes: [10007] });
  });

  it("are refused by id when there is none, and in shares that are not the whole", async () => {
    const { result } = await api.publishWorker("acme", site);
    expect(await deploy("nothing")).toMatchObject({ status: 404, codes: [100146] });
    const versions = [{ version_id: result.deployment_id, percentage: 50 }];
    const json = { strategy: "percentage", versions };
    expect(await api.call(`POST ${scripts}/deployments`, { json })).toMatchObject({ status: 400, codes: [10023] });
  });

  it("keep assets and bindings they are told to keep", async () => {
    const jwt = await api.uploadToWorker("acme", site);
    const bindings = [
      { type: "plain_text", name: "A", text: "1" },
      { type: "secret_text", name: "S", text: "sk-live-2" },
    ];
    const worker = (metadata: object) =>
      api.workerForm({ main_module: "worker.js", ...metadata }, { "worker.js": "export default {}" });
    await api.call(`PUT ${scripts}`, { body: worker({ assets: { jwt }, bindings }) });
    const next = await api.call(`POST ${scripts}/versions`, {
      body: worker({ keep_assets: true, keep_bindings: ["secret_text"], bindings: [{ type: "inherit", name: "A" }] }),
    });
    const version = await api.call(`GET ${scripts}/versions/${next.result.id}`);
    expect(version.result.resources.bindings).toEqual([
      { type: "plain_text", name: "A", text: "1" },
      { type: "secret_text", name: "S" },
    ]);
    await deploy(next.result.id);
    await api.call(`POST ${scripts}/subdomain`, { json: { enabled: true } });
    expect((await api.visit(host, "/app.css")).text).toBe(site["/app.css"]);
    expect((await api.visit(host, "/made/by/code")).text).toBe(`Worker acme, version ${next.result.id}`);
    const gone = await api.call(`POST ${scripts}/versions`, {
      body: worker({ bindings: [{ type: "inherit", name: "Z" }] }),
    });
    expect(gone).toMatchObject({ status: 400, codes: [10021] });
  });

  it.each([
    [{ main_module: "missing.js" }],
    [{}],
    [{ keep_assets: true, assets: { config: { not_found_handling: "index" } } }],
    [{ keep_assets: true, assets: { config: { html_handling: "pretty" } } }],
  ])("are refused with the metadata %j", async (metadata) => {
    await api.publishWorker("acme", site);
    expect(await api.call(`POST ${scripts}/versions`, { body: api.workerForm(metadata) })).toMatchObject({
      status: 400,
      codes: [10021],
    });
  });
});

describe("secrets of a Worker", () => {
  const names = async () => (await api.call(`GET ${scripts}/secrets`)).result.map(({ name }: { name: string }) => name);
  const put = (name: string) =>
    api.call(`PUT ${scripts}/secrets`, { json: { name, text: "sk-live-3", type: "secret_text" } });

  it("are set, listed without their text, set many at once, deleted; each time a version", async () => {
    await api.publishWorker("acme", site);
    expect((await put("A")).result).toEqual({ name: "A", type: "secret_text" });
    const json = { secrets: { B: { type: "secret_text", name: "B", text: "sk-live-4" }, A: null } };
    await api.call(`PATCH ${scripts}/secrets-bulk`, { json });
    expect(await names()).toEqual(["B"]);
    expect((await api.call(`DELETE ${scripts}/secrets/B?url_encoded=true`)).status).toBe(200);
    expect((await api.call(`DELETE ${scripts}/secrets/B`)).codes).toEqual([10056]);
    expect((await api.call(`GET ${scripts}/versions`)).result.items).toHaveLength(4);
    expect((await api.visit(host, "/")).text).toBe(site["/index.html"]);
  });

  it("cannot be set while the newest version has no traffic", async () => {
    await api.publishWorker("acme", site);
    await api.call(`POST ${scripts}/versions`, { body: api.workerForm({ keep_assets: true }) });
    expect(await put("A")).toMatchObject({ status: 400, codes: [10215] });
  });
});

describe("settings of a Worker", () => {
  it("are kept, those of the script and those of the version", async () => {
    await api.publishWorker("acme", site);
    await api.call(`PATCH ${scripts}/script-settings`, { json: { tags: ["landfall"] } });
    expect((await api.call(`GET ${scripts}/script-settings`)).result.tags).toEqual(["landfall"]);
    expect((await api.call(`GET ${scripts}/settings`)).result).toMatchObject({
      compatibility_date: "2026-08-01",
      tags: ["landfall"],
    });
  });
});

describe("addresses of a Worker", () => {
  const attach = (service = "acme", hostname = "www.example.com") =>
    api.call("PUT /workers/domains", { json: { hostname, service } });

  it("can be a custom domain, with DNS record and certificate", async () => {
    await api.publishWorker("acme", site);
    const { result } = await attach();
    expect(result).toMatchObject({ hostname: "www.example.com", service: "acme", zone_name: "example.com" });
    expect(result.cert_id).toMatch(/^[0-9a-f]{32}$/);
    expect((await api.visit("www.example.com", "/")).text).toBe(site["/index.html"]);
    const records = await api.call(`GET //zones/${result.zone_id}/dns_records?name=www.example.com`);
    expect(records.result).toMatchObject([{ type: "AAAA", content: "100::", proxied: true }]);
    expect((await api.call("GET /workers/domains?hostname=www.example.com")).result).toEqual([result]);
    expect((await api.call(`DELETE /workers/domains/${result.id}`)).status).toBe(200);
    expect((await api.visit("www.example.com", "/")).status).toBe(404);
    expect((await api.call(`GET //zones/${result.zone_id}/dns_records`)).result).toEqual([]);
  });

  it("are refused when there is no zone, another Worker has it, or DNS says otherwise", async () => {
    await api.publishWorker("acme", site);
    await api.publishWorker("other", site);
    expect(await attach("acme", "www.elsewhere.org")).toMatchObject({ status: 404, codes: [100114] });
    await attach();
    expect(await attach("other")).toMatchObject({ status: 409, codes: [100116] });
    const [zone] = (await api.call("GET //zones")).result;
    const json = { type: "A", name: "api.example.com", content: "192.0.2.1", ttl: 1 };
    await api.call(`POST //zones/${zone.id}/dns_records`, { json });
    expect(await attach("acme", "api.example.com")).toMatchObject({ status: 409, codes: [100117] });
  });

  it("are taken over by wrangler's change set", async () => {
    await api.publishWorker("acme", site);
    await api.publishWorker("other", { "/index.html": "other" });
    await attach();
    const origins = [{ hostname: "www.example.com" }, { hostname: "new.example.com" }];
    const changes = await api.call("POST /workers/scripts/other/domains/changeset?replace_state=true", {
      json: origins,
    });
    expect(changes.result).toMatchObject({
      added: [{ hostname: "new.example.com" }],
      updated: [{ hostname: "www.example.com", modified: true }],
      conflicting: [],
    });
    const json = { override_scope: true, override_existing_origin: true, override_existing_dns_record: true, origins };
    await api.call("PUT /workers/scripts/other/domains/records", { json });
    for (const { hostname } of origins) expect((await api.visit(hostname, "/")).text).toBe("other");
  });

  it("can be routes of a zone", async () => {
    await api.publishWorker("acme", { ...site, "/app/index.html": "app" });
    await api.call(`PUT ${scripts}/routes`, { json: [{ pattern: "example.com/app/*" }] });
    expect((await api.visit("example.com", "/app/")).text).toBe("app");
    expect((await api.visit("example.com", "/other")).status).toBe(404);
    const [zone] = (await api.call("GET //zones")).result;
    expect((await api.call(`GET //zones/${zone.id}/workers/routes`)).result).toMatchObject([{ script: "acme" }]);
    const twice = { json: { pattern: "example.com/app/*", script: "acme" } };
    expect((await api.call(`POST //zones/${zone.id}/workers/routes`, twice)).codes).toEqual([10020]);
  });
});

describe("a site of Workers", () => {
  const visit = (path: string) => api.visit(host, path);

  it.each([
    ["auto-trailing-slash", "/about", "/blog/"],
    ["force-trailing-slash", "/about/", "/blog/"],
    ["drop-trailing-slash", "/about", "/blog"],
  ])("has the clean addresses of %s", async (handling, about, blog) => {
    await api.publishWorker("acme", site, { html_handling: handling });
    expect((await visit(about)).text).toBe(site["/about.html"]);
    expect((await visit(blog)).text).toBe(site["/blog/index.html"]);
    expect(await visit("/about.html")).toMatchObject({ status: 307, headers: { location: about } });
    expect(await visit("/blog/index.html")).toMatchObject({ status: 307, headers: { location: blog } });
    expect((await visit("/")).text).toBe(site["/index.html"]);
  });

  it("has files only where they are without HTML handling", async () => {
    await api.publishWorker("acme", site, { html_handling: "none" });
    expect((await visit("/about.html")).text).toBe(site["/about.html"]);
    expect([(await visit("/about")).status, (await visit("/")).status]).toEqual([404, 404]);
  });

  it.each([
    ["none", 404, ""],
    ["404-page", 404, "lost"],
    ["single-page-application", 200, site["/index.html"]],
  ])("answers %s for what is not there", async (handling, status, text) => {
    await api.publishWorker("acme", { ...site, "/404.html": "lost" }, { not_found_handling: handling });
    expect(await visit("/nowhere/at/all")).toMatchObject({ status, text });
  });

  it.each([
    ["auto-trailing-slash", "/both", "/both/"],
    ["force-trailing-slash", "/both.html", "/both/"],
    ["drop-trailing-slash", "/both", "/both/index.html"],
  ])("keeps two pages of one name apart with %s", async (handling, page, index) => {
    await api.publishWorker("acme", { "/both.html": "page", "/both/index.html": "index" }, { html_handling: handling });
    expect([(await visit(page)).text, (await visit(index)).text]).toEqual(["page", "index"]);
  });

  it("is read alone where files are, and leaves the rest to its code", async () => {
    const jwt = await api.uploadToWorker("acme", site);
    const body = api.workerForm({ main_module: "w.js", assets: { jwt } }, { "w.js": "export default {}" });
    await api.call(`PUT ${scripts}`, { body });
    await api.call(`POST ${scripts}/subdomain`, { json: { enabled: true } });
    expect((await api.visit(host, "/app.css", { method: "POST" })).status).toBe(405);
    expect((await api.visit(host, "/api", { method: "POST" })).status).toBe(200);
  });

  it("obeys _headers and _redirects from its configuration", async () => {
    await api.publishWorker("acme", site, { _headers: "/app.css\n  X-Own: yes\n", _redirects: "/old /about 308\n" });
    expect((await visit("/app.css")).headers["x-own"]).toBe("yes");
    expect(await visit("/old")).toMatchObject({ status: 308, headers: { location: "/about" } });
  });

  it("leaves the type away where it was said to", async () => {
    const { jwt, bucketForm, buckets } = await api.openSession("acme", { "/raw": "bytes" });
    const body = new FormData();
    for (const [key, value] of bucketForm(buckets[0]!))
      body.append(key, new Blob([await (value as File).text()], { type: "application/null" }), key);
    const { result } = await api.call("POST /workers/assets/upload?base64=true", { body, token: jwt });
    await api.call(`PUT ${scripts}`, { body: api.workerForm({ assets: { jwt: result.jwt } }) });
    await api.call(`POST ${scripts}/subdomain`, { json: { enabled: true } });
    const raw = await visit("/raw");
    expect([raw.text, raw.headers["content-type"]]).toEqual(["bytes", undefined]);
  });
});
