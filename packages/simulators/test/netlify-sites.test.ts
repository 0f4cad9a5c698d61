/** What visitors of a simulated Netlify's sites get, and under which addresses. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, openNetlify, type OpenNetlify } from "./netlify-client.ts";

let { simulator, client, close } = {} as OpenNetlify;
beforeEach(async () => {
  ({ simulator, client, close } = await openNetlify());
});
afterEach(() => close());

/** A site with these files live; visits it. */
async function live(files: Record<string, string>, functions: Record<string, string> = {}) {
  const { id } = await client.createSite("acme");
  await client.deploy(id, { files, functions });
  return {
    id,
    get: (path: string, headers?: Record<string, string>) => client.visit(`https://acme.netlify.app${path}`, headers),
  };
}

describe("files", () => {
  it("are served as they were uploaded, each with its type", async () => {
    const { get } = await live({ "index.html": "<p>é", "a b/c%.txt": "text", "app.js": "1", "no-extension": "x" });
    const home = await get("/");
    expect([home.status, home.body, home.headers["content-type"]]).toEqual([200, "<p>é", "text/html; charset=UTF-8"]);
    expect((await get("/a%20b/c%25.txt")).body).toBe("text");
    expect((await get("/app.js")).headers["content-type"]).toBe("text/javascript; charset=UTF-8");
    expect((await get("/no-extension")).headers["content-type"]).toBe("application/octet-stream");
  });

  it("need no .html and no index.html in the address", async () => {
    const { get } = await live({ "index.html": "home", "about.html": "about", "docs/index.html": "docs" });
    expect((await get("/about")).body).toBe("about");
    expect((await get("/docs/")).body).toBe("docs");
    expect([(await get("/docs")).status, (await get("/docs")).headers["location"]]).toEqual([301, "/docs/"]);
  });

  it("are not sent again to who has them", async () => {
    const { get } = await live({ "index.html": "home" });
    const etag = String((await get("/")).headers["etag"]);
    const again = await get("/", { "if-none-match": etag });
    expect([again.status, again.body]).toEqual([304, ""]);
  });

  it("that are missing are answered with the site's own page, or the vendor's", async () => {
    const { get } = await live({ "index.html": "home", "404.html": "ours" });
    expect(await get("/none")).toMatchObject({ status: 404, body: "ours" });
    expect(await client.visit("https://nobody.netlify.app/")).toMatchObject({
      status: 404,
      body: expect.stringContaining("Site not found"),
    });
  });

  it("of functions are named by the digest of what would run", async () => {
    const { get } = await live({}, { hello: "zip" });
    const { body } = await get("/.netlify/functions/hello");
    expect(JSON.parse(body)).toEqual({ function: "hello", sha256: digestOf("sha256", "zip") });
    expect((await get("/.netlify/functions/other")).status).toBe(404);
  });
});

describe("_redirects", () => {
  const redirects = `
# comment
/old          /new            # permanent unless it is said
/away/*       https://example.com/:splat  302
/blog/:year/:slug  /posts/:slug-:year  301
/shop id=:id  /items/:id      302
/forced       /other.html     200!
/unforced     /other.html     200
/country      /de             302 Country=de
/gone         /index.html     410
/*            /index.html     200
`;
  const files = {
    _redirects: redirects,
    "index.html": "app",
    "other.html": "other",
    "forced.html": "hidden",
    "unforced.html": "shown",
  };

  it.each([
    ["/old", 301, "/new"],
    ["/old/?a=1", 301, "/new?a=1"],
    ["/away/a/b?c=d", 302, "https://example.com/a/b?c=d"],
    ["/blog/2026/hello", 301, "/posts/hello-2026"],
    ["/shop?id=7", 302, "/items/7"],
  ])("%s leads on", async (path, status, location) => {
    const { get } = await live(files);
    const answer = await get(path);
    expect([answer.status, answer.headers["location"]]).toEqual([status, location]);
  });

  it.each([
    ["/forced", 200, "other"],
    ["/unforced", 200, "shown"],
    ["/gone", 410, "app"],
    ["/country", 200, "app"],
    ["/deep/link", 200, "app"],
    ["/_redirects", 200, "app"],
  ])("%s is answered in its place", async (path, status, body) => {
    const { get } = await live(files);
    expect(await get(path)).toMatchObject({ status, body });
  });

  it("is known by the netlify.toml which the command line makes of it", async () => {
    const toml = `
[[redirects]]
from = "/*"
to = "/index.html"
status = 200.0
[redirects.query]
[redirects.conditions]
[[headers]]
for = "/*"
[headers.values]
X-From = ["toml", "twice"]
`;
    const { get } = await live({ "netlify.toml": toml, "index.html": "app" });
    expect(await get("/deep")).toMatchObject({ status: 200, body: "app", headers: { "x-from": "toml, twice" } });
  });
});

it("_headers go with the paths they are for", async () => {
  const { get } = await live({
    _headers:
      "/*\n  X-Frame-Options: DENY\n  # comment\n/assets/*\n  Cache-Control: public, max-age=31536000\n  X-Frame-Options: SAMEORIGIN\n",
    "index.html": "home",
    "assets/app.css": "body{}",
  });
  expect((await get("/")).headers).toMatchObject({
    "x-frame-options": "DENY",
    "cache-control": "public,max-age=0,must-revalidate",
  });
  expect((await get("/assets/app.css")).headers).toMatchObject({
    "x-frame-options": "DENY, SAMEORIGIN",
    "cache-control": "public, max-age=31536000",
  });
});

describe("addresses", () => {
  it("name the live site, one deployment, a branch, or a domain, whatever comes after the first label", async () => {
    const { id: site } = await client.createSite("my--acme");
    const first = await client.deploy(site, { files: { "index.html": "first" } });
    await client.deploy(site, { files: { "index.html": "second" } });
    await client.deploy(site, { files: { "index.html": "branch" }, branch: "feature/x" });
    await client.call(`PATCH /sites/${site}`, {
      json: { custom_domain: "www.example.com", domain_aliases: ["example.com"] },
    });
    const body = async (address: string) => (await client.visit(address)).body;
    expect(await body("https://my--acme.netlify.app/")).toBe("second");
    expect(await body(`https://${first.id}--my--acme.netlify.app/`)).toBe("first");
    expect(await body("https://feature-x--my--acme.netlify.localhost:9101/")).toBe("branch");
    expect(await body("https://www.example.com/")).toBe("second");
    expect(await body("https://example.com/")).toBe("second");
    expect((await client.visit("https://none--my--acme.netlify.app/")).status).toBe(404);
  });

  it("are not served before the deployment is ready, nor when the site is off or has a password", async () => {
    const { id, get } = await live({ "index.html": "home" });
    const { json } = await client.call(`POST /sites/${id}/deploys`, { json: { draft: true } });
    expect((await client.visit(json.deploy_ssl_url)).status).toBe(404);
    await client.call(`PATCH /sites/${id}`, { json: { password: "hush" } });
    expect((await get("/")).status).toBe(401);
    expect(JSON.stringify((await client.call(`GET /sites/${id}`)).json)).not.toContain("hush");
    await client.call(`PATCH /sites/${id}`, { json: { password: "" } });
    await client.call(`PUT /sites/${id}/disable?reason=test`);
    expect((await get("/")).status).toBe(404);
    await client.call(`PUT /sites/${id}/enable`);
    expect((await get("/")).status).toBe(200);
  });

  it("are this machine's own when a domain for it is given", async () => {
    await close();
    ({ simulator, client, close } = await openNetlify({ siteDomain: "netlify.localhost" }));
    const { id } = await client.createSite("acme");
    const { ssl_url: url, deploy_ssl_url: own } = await client.deploy(id, { files: { "index.html": "home" } });
    const { port } = new URL(simulator.url);
    expect(url).toBe(`http://acme.netlify.localhost:${port}`);
    expect((await client.visit(own)).body).toBe("home");
  });

  it("of the API belong to the site when a site is asked", async () => {
    const { get } = await live({ "api/v1/user": "a file" });
    expect((await get("/api/v1/user")).body).toBe("a file");
  });
});
