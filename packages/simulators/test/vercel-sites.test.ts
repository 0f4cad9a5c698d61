import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, vercel, type Simulator, type VercelState } from "../src/index.ts";
import { vercelClient } from "./vercel-client.ts";

let simulator: Simulator<VercelState>;
let client: ReturnType<typeof vercelClient>;
beforeEach(async () => {
  simulator = await createSimulator(vercel());
  client = vercelClient(simulator);
});
afterEach(() => simulator.close());

const site = "https://acme.vercel.app";

describe("what is served", () => {
  it("are files with their types, folders by their index, and what is known by its tag", async () => {
    await client.deploy({ "index.html": "home", "docs/index.html": "docs", "a b.svg": "<svg/>", data: "?" });
    const type = async (path: string) => (await client.visit(site + path)).headers["content-type"];
    expect(await client.bodyAt(`${site}/docs`)).toBe("docs");
    expect(await client.bodyAt(`${site}/docs/`)).toBe("docs");
    expect(await type("/")).toBe("text/html; charset=utf-8");
    expect(await type("/a%20b.svg")).toBe("image/svg+xml");
    expect(await type("/data")).toBe("application/octet-stream");
    const { headers } = await client.visit(site);
    expect(headers["x-vercel-cache"]).toBe("HIT");
    const again = await client.visit(site, { headers: { "if-none-match": String(headers["etag"]) } });
    expect([again.status, again.body]).toEqual([304, ""]);
    expect((await client.visit(site, { method: "HEAD" })).headers["content-length"]).toBe("4");
    expect((await client.visit(site, { method: "POST" })).status).toBe(405);
  });

  it("is the vendor's page where nothing is, or the site's own", async () => {
    await client.deploy({ "index.html": "home" });
    const missing = await client.visit(`${site}/none`);
    expect([missing.status, missing.headers["x-vercel-error"]]).toEqual([404, "NOT_FOUND"]);
    await client.deploy({ "index.html": "home", "404.html": "lost" }, { target: "production" });
    const own = await client.visit(`${site}/none`);
    expect([own.status, own.body]).toEqual([404, "lost"]);
    const nowhere = await client.visit("https://nobody.vercel.app/");
    expect([nowhere.status, nowhere.headers["x-vercel-error"]]).toEqual([404, "DEPLOYMENT_NOT_FOUND"]);
  });

  it("comes from the output directory, else from public, else from the source", async () => {
    const bodies = async (files: Record<string, string>, projectSettings: object) => {
      await client.deploy(files, { target: "production", projectSettings });
      return client.bodyAt(`${site}/`);
    };
    const files = { "index.html": "source", "public/index.html": "public", "web/dist/index.html": "dist" };
    expect(await bodies(files, { rootDirectory: "web", outputDirectory: "./dist/" })).toBe("dist");
    expect(await bodies(files, {})).toBe("public");
    expect(await bodies({ "index.html": "source" }, {})).toBe("source");
  });

  it("follows a link to another file of the deployment", async () => {
    const link = { file: "latest/app.js", data: "../v2/app.js", mode: 0o120777 };
    const target = { file: "v2/app.js", data: "two" };
    await client.call("POST /v13/deployments?skipAutoDetectionConfirmation=1", {
      json: { name: "acme", files: [link, target] },
    });
    const [deployment] = simulator.state.deployments.values();
    await client.settled(deployment!.id);
    expect(await client.bodyAt(`${site}/latest/app.js`)).toBe("two");
  });

  it("goes before the API, also under a path of the API", async () => {
    await client.deploy({ "v2/user": "mine", "index.html": "home" });
    expect(await client.bodyAt(`${site}/v2/user`)).toBe("mine");
    expect((await client.visit(`${simulator.url.replace("http", "https")}/v2/user`)).status).toBe(403);
    expect(simulator.violations).toEqual([]);
  });

  it("has the addresses of another domain when told so", async () => {
    await using local = await createSimulator(vercel({ siteDomain: "sites.test" }));
    const { url } = await vercelClient(local).deploy({ "index.html": "home" });
    expect(url).toMatch(/^acme-\w{9}-acme\.sites\.test$/);
    expect(await vercelClient(local).bodyAt("https://acme.sites.test/")).toBe("home");
  });
});

describe("vercel.json", () => {
  const files = (config: object) => ({
    "index.html": "home",
    "about.html": "about",
    "assets/a.js": "a",
    "vercel.json": JSON.stringify(config),
  });

  it("rewrites what no file answers", async () => {
    await client.deploy(files({ rewrites: [{ source: "/((?!api/).*)", destination: "/index.html" }] }));
    expect(await client.bodyAt(`${site}/deep/link`)).toBe("home");
    expect(await client.bodyAt(`${site}/assets/a.js`)).toBe("a");
    expect((await client.visit(`${site}/api/none`)).status).toBe(404);
  });

  it("redirects, with parts of the path", async () => {
    await client.deploy(
      files({
        redirects: [
          { source: "/blog/:slug", destination: "/news/:slug", permanent: false },
          { source: "/old/:path*", destination: "https://old.example.com/:path*", statusCode: 301 },
        ],
      }),
    );
    const moved = async (path: string) => {
      const { status, headers } = await client.visit(site + path);
      return [status, headers["location"]];
    };
    expect(await moved("/blog/hello")).toEqual([307, "/news/hello"]);
    expect(await moved("/old/a/b")).toEqual([301, "https://old.example.com/a/b"]);
    expect(await moved("/old")).toEqual([301, "https://old.example.com/"]);
  });

  it("sets headers, hides endings, and settles the slash at the end", async () => {
    const headers = [{ source: "/assets/(.*)", headers: [{ key: "Cache-Control", value: "immutable" }] }];
    await client.deploy(files({ headers, cleanUrls: true, trailingSlash: false }));
    expect((await client.visit(`${site}/assets/a.js`)).headers["cache-control"]).toBe("immutable");
    expect(await client.bodyAt(`${site}/about`)).toBe("about");
    expect((await client.visit(`${site}/about.html`)).headers["location"]).toBe("/about");
    expect((await client.visit(`${site}/about/`)).headers["location"]).toBe("/about");
  });

  it("is refused when it is not valid", async () => {
    await expect(client.deploy(files({ routes: [{ src: "/(", dest: "/" }] }))).rejects.toThrow(
      "is no regular expression",
    );
    expect(simulator.state.deployments.size).toBe(0);
  });

  it("gives way to what the request says", async () => {
    await client.deploy(files({ cleanUrls: true }), { cleanUrls: false });
    expect(await client.bodyAt(`${site}/about.html`)).toBe("about");
  });
});

describe("prebuilt output", () => {
  const output = (config: object) => ({
    ".vercel/output/config.json": JSON.stringify({ version: 3, ...config }),
    ".vercel/output/static/index.html": "home",
    ".vercel/output/static/feed": "<rss/>",
    ".vercel/output/functions/api/hello.func/.vc-config.json": "{}",
    ".vercel/output/functions/api/hello.func/index.js": "",
  });
  const deploy = async (config: object) => {
    await client.deploy(output(config), { query: "&prebuilt=1", target: "production" });
  };

  it("is served as it lies, by its own routes", async () => {
    await deploy({
      routes: [
        { src: "/old", status: 308, headers: { Location: "/" } },
        { src: "/(.*)", headers: { "x-team": "acme" }, continue: true },
        { handle: "filesystem" },
        { src: "/app/.*", dest: "/index.html" },
        { src: "/outside", dest: "https://example.com/" },
        { handle: "error" },
        { src: "/.*", dest: "/index.html" },
      ],
      overrides: { feed: { path: "feed.xml", contentType: "application/rss+xml" } },
    });
    expect((await client.visit(`${site}/old`)).headers["location"]).toBe("/");
    const feed = await client.visit(`${site}/feed.xml`);
    expect([feed.body, feed.headers["content-type"], feed.headers["x-team"]]).toEqual([
      "<rss/>",
      "application/rss+xml",
      "acme",
    ]);
    expect(await client.bodyAt(`${site}/app/deep`)).toBe("home");
    expect((await client.visit(`${site}/outside`)).status).toBe(502);
    expect((await client.visit(`${site}/none`)).status).toBe(404);
    expect((await client.visit(`${site}/functions/api/hello.func/index.js`)).status).toBe(404);
  });

  it("fails without its configuration", async () => {
    const { readyState, errorMessage } = await client.deploy(
      { ".vercel/output/static/index.html": "home" },
      { query: "&prebuilt=1" },
    );
    expect([readyState, errorMessage]).toEqual(["ERROR", ".vercel/output/config.json is missing or not valid"]);
  });

  it("has functions, which answer without running", async () => {
    await deploy({});
    const { status, body } = await client.visit(`${site}/api/hello`, { method: "POST" });
    expect([status, body]).toEqual([200, "Here the function api/hello would answer.\n"]);
  });
});

describe("protection", () => {
  it("shows strangers production domains and nothing else, until it is turned off", async () => {
    const live = await client.deploy({ "index.html": "live" });
    const preview = await client.deploy({ "index.html": "preview" });
    const statusOf = async (host: string) => (await client.visit(`https://${host}/`)).status;
    const statuses = () => Promise.all(["acme.vercel.app", live.url, preview.url, preview.alias[0]].map(statusOf));
    const protect = (ssoProtection: object | null) =>
      client.call("PATCH /v9/projects/acme", { json: { ssoProtection } });
    expect(preview.alias).toEqual(["acme-ada-acme.vercel.app"]);
    expect(await statuses()).toEqual([200, 401, 401, 401]);
    expect((await client.visit(`https://${preview.url}/`)).headers["content-type"]).toBe("text/html; charset=utf-8");
    await protect({ deploymentType: "preview" });
    expect(await statuses()).toEqual([200, 200, 401, 401]);
    await protect({ deploymentType: "all" });
    expect(await statuses()).toEqual([401, 401, 401, 401]);
    await protect(null);
    expect(await statuses()).toEqual([200, 200, 200, 200]);
  });

  it("opens for a secret in a header or in the query, until it is revoked", async () => {
    await client.deploy({ "index.html": "live" });
    const { url } = await client.deploy({ "index.html": "preview" });
    const bypass = (json: object) => client.call("PATCH /v1/projects/acme/protection-bypass", { json });
    const { json } = await bypass({ generate: {} });
    const [secret = ""] = Object.keys(json.protectionBypass);
    const headers = { "x-vercel-protection-bypass": secret };
    expect((await client.visit(`https://${url}/`, { headers })).body).toBe("preview");
    expect(await client.bodyAt(`https://${url}/?x-vercel-protection-bypass=${secret}`)).toBe("preview");
    await bypass({ revoke: { secret, regenerate: false } });
    expect((await client.visit(`https://${url}/`, { headers })).status).toBe(401);
  });
});
