/** Deployments to Vercel: what is sent, what is asked, what people get. */
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeploymentView } from "../../../src/index.ts";
import { openPlace, type Place } from "./place.ts";

let place: Place;

beforeEach(async () => {
  place = await openPlace();
});
afterEach(async () => {
  const repeated = place.simulator.repeated();
  await place[Symbol.asyncDispose]();
  expect(place.simulator.violations).toEqual([]);
  expect(repeated).toEqual([]);
});

const page = { "index.html": "<p>one</p>" };

/** The deployment as Vercel has it. */
function remote(view: DeploymentView) {
  const own = [...place.simulator.state.deployments.values()].filter(
    ({ meta }) => meta["landfallDeployment"] === view.id,
  );
  expect(own).toHaveLength(1);
  return own[0]!;
}

function errorOf(view: DeploymentView) {
  expect(view.state).toBe("failed");
  return view.error!;
}

describe("pages", () => {
  it("are sent once by content, and served to the letter", async () => {
    const files = {
      "index.html": "<p>home</p>",
      "copy.html": "<p>home</p>",
      "public/a.txt": "a",
      "api/data.json": "{}",
      "package.json": '{"scripts":{"build":"exit 1"}}',
      "ünïcode-名.bin": Buffer.from([0, 255, 1]),
      ".vercel/project.json": '{"projectId":"prj_other"}',
      ".well-known/security.txt": "who to write to",
    };
    const done = await place.deploy(files);
    expect(done).toMatchObject({
      state: "success",
      url: expect.stringContaining("//shop.vercel.localhost"),
      filesSent: 6,
    });
    expect(place.simulator.requests({ path: "/v2/files" })).toHaveLength(6);
    for (const path of ["copy.html", "public/a.txt", "api/data.json", "package.json", ".well-known/security.txt"])
      expect(await place.visit(done.url, `/${path}`)).toMatchObject({ status: 200, body: files[path as "copy.html"] });
    expect((await place.visit(done.url, `/${encodeURI("ünïcode-名.bin")}`)).status).toBe(200);
    expect((await place.visit(done.url, "/.vercel/project.json")).status).toBe(404);
  });

  it("may be links to each other, of which the target is sent", async () => {
    const path = place.folder({ ...page, "v2/app.js": "app" });
    symlinkSync("v2/app.js", join(path, "latest.js"));
    const source = { kind: "folder" as const, path };
    const prepared = await place.engine.prepare({ source, platform: "vercel", project: "shop", prebuilt: true });
    const done = await place.finish((await place.engine.accept(prepared)).id);
    expect(await place.visit(done.url, "/latest.js")).toMatchObject({ status: 200, body: "app" });
  });

  it("that are new ask for the project, the deployment, the files, the deployment; the same ones again for the deployment alone", async () => {
    await place.deploy(page);
    expect(place.calls()).toEqual([
      "GET /v9/projects/shop",
      "POST /v11/projects",
      "POST /v13/deployments",
      "POST /v2/files",
      "POST /v13/deployments",
      "GET /v13/deployments/dpl",
    ]);
    const again = await place.deploy(page, { force: true });
    expect(again).toMatchObject({ state: "success", filesSent: 0 });
    expect(place.calls()).toEqual(["POST /v13/deployments", "GET /v13/deployments/dpl"]);
  });

  it("go as they are, under the names they have, unless Vercel would take something of them for a source", async () => {
    const names = async (files: Record<string, string>): Promise<string[]> =>
      [...remote(await place.deploy(files)).files.keys()].sort();
    expect(await names({ ...page, ".well-known/x": "x", "main.js": "1" })).toEqual([
      ".well-known/x",
      "index.html",
      "main.js",
    ]);
    for (const path of ["api/hello.js", "public/a.txt", "package.json", "middleware.ts"])
      expect(await names({ ...page, [path]: "{}" })).toContain(`.vercel/output/static/${path}`);
  });

  it("have addresses without .html, a page for what is not there, and none for assets that are missing", async () => {
    const files = { ...page, "about.html": "about", "docs/index.html": "docs", "404.html": "not here" };
    const done = await place.deploy(files, { prebuilt: false });
    expect(await place.visit(done.url, "/about")).toMatchObject({ status: 200, body: "about" });
    expect(await place.visit(done.url, "/docs/")).toMatchObject({ status: 200, body: "docs" });
    expect(await place.visit(done.url, "/nowhere")).toMatchObject({ status: 404, body: "not here" });
    const app = await place.deploy(page, { project: "app", overrides: { spaFallback: true } });
    expect(await place.visit(app.url, "/any/view")).toMatchObject({ status: 200, body: "<p>one</p>" });
    expect((await place.visit(app.url, "/assets/gone.js")).status).toBe(404);
  });

  it("beside a vercel.json are left to Vercel, which alone applies it, and nothing is built", async () => {
    const config = `{ // with a comment
      "redirects": [{ "source": "/old", "destination": "/" }], "cleanUrls": true }`;
    const done = await place.deploy({ ...page, "vercel.json": config, "package.json": '{"scripts":{"build":"x"}}' });
    expect(done.state).toBe("success");
    expect((await place.visit(done.url, "/old")).status).toBe(308);
    expect(remote(done).settings).toMatchObject({ framework: null, buildCommand: "", installCommand: "" });
  });

  it("are refused whole when vercel.json cannot be read", async () => {
    const view = await place.deploy({ ...page, "vercel.json": "{" });
    expect(errorOf(view)).toMatchObject({ code: "INVALID_CONFIG", where: "vercel.json" });
    expect(place.simulator.state.deployments.size).toBe(0);
  });
});

describe("what was built for Vercel", () => {
  const output = {
    ".vercel/output/config.json":
      '{"version":3,"routes":[{"src":"/go","headers":{"Location":"/"},"status":307},{"handle":"filesystem"}]}',
    ".vercel/output/static/index.html": "built",
    ".vercel/output/functions/hello.func/.vc-config.json":
      '{"runtime":"nodejs22.x","handler":"index.js","filePathMap":{"lib.js":"lib/lib.js"}}',
    ".vercel/output/functions/hello.func/index.js": "module.exports = () => {}",
  };

  it("goes as it is, with the files its functions name and no others", async () => {
    const done = await place.deploy({ ...output, "lib/lib.js": "1", "src/secret.txt": "stays here" });
    expect(done.state).toBe("success");
    expect((await place.visit(done.url, "/go")).status).toBe(307);
    expect((await place.visit(done.url, "/hello")).body).toContain("function hello");
    expect([...remote(done).files.keys()].sort()).toEqual([...Object.keys(output), "lib/lib.js"].sort());
    expect(remote(done).prebuilt).toBe(true);
  });

  it("may be given as the output's folder alone", async () => {
    const inner = Object.entries(output).flatMap(([path, text]) =>
      path.includes(".func/") ? [] : [[path.replace(".vercel/output/", ""), text] as const],
    );
    const done = await place.deploy(Object.fromEntries(inner));
    expect((await place.visit(done.url, "/")).body).toBe("built");
  });

  it("is refused when its functions name files that are not there", async () => {
    expect(errorOf(await place.deploy(output))).toMatchObject({ code: "OUTPUT_MISSING", where: "lib/lib.js" });
  });

  it("gets its variables before the deployment is made", async () => {
    const done = await place.deploy({ ...output, "lib/lib.js": "1" }, { variables: { API_KEY: "k3y-of-the-api" } });
    expect(done.state).toBe("success");
    expect(remote(done).variables).toEqual({ API_KEY: "k3y-of-the-api" });
  });
});

describe("two previews at once", () => {
  it("each get their own variables, although Vercel keeps one set for all previews", async () => {
    await place.deploy(page);
    // No file is in both: what Vercel lacks of two deployments at once, both send.
    const filesOf = (own: string) => ({
      ".vercel/output/config.json": JSON.stringify({ version: 3, cache: [own] }),
      ".vercel/output/static/index.html": own,
    });
    const accepted = async (environment: string) => {
      const source = { kind: "folder" as const, path: place.folder(filesOf(environment)) };
      const request = { source, platform: "vercel", project: "shop", prebuilt: true, environment };
      return place.engine.accept(await place.engine.prepare({ ...request, variables: { DATABASE: environment } }));
    };
    const views = [await accepted("red"), await accepted("blue")];
    // Both have set theirs before either is created.
    place.simulator.fail("slow", { latencyMs: 300, times: 2, match: { method: "POST", path: "/v13/deployments" } });
    await place.engine.work({ signal: AbortSignal.timeout(30_000), until: "idle" });
    expect(views.map((view) => remote(view).variables["DATABASE"])).toEqual(["red", "blue"]);
  });
});

describe("a source", () => {
  const next = {
    "package.json": '{"dependencies":{"next":"16.0.0","react":"19.0.0"},"scripts":{"build":"next build"}}',
    "pages/index.js":
      "export default () => process.env.NEXT_PUBLIC_GREETING;\nconst key = process.env.STRIPE_SECRET_KEY;",
  };
  const variables = { NEXT_PUBLIC_GREETING: "hello", STRIPE_SECRET_KEY: "sk_test_4eC39HqLyjWDarjtT1zdp7dc" };

  it("of a framework that Vercel builds is sent as it is, with its variables, and its build's log is told", async () => {
    const done = await place.deploy(next, { prebuilt: false, variables });
    expect(done).toMatchObject({ state: "success", error: null });
    const there = remote(done);
    expect([...there.files.keys()].sort()).toEqual(["package.json", "pages/index.js"]);
    expect(there).toMatchObject({ prebuilt: false, settings: { framework: "nextjs" }, variables });
    const types = [...place.simulator.state.projects.values()][0]!.variables.map(({ key, type }) => [key, type]);
    expect(Object.fromEntries(types)).toEqual({ NEXT_PUBLIC_GREETING: "encrypted", STRIPE_SECRET_KEY: "sensitive" });
    const events = await place.events(done.id);
    const lines = events.flatMap((event) => (event.type === "log" && event.step === "deploy" ? event.lines : []));
    expect(lines).toContain("Deployment completed");
    expect(new Set(lines).size).toBe(lines.length);
    expect(JSON.stringify(events)).not.toContain(variables.STRIPE_SECRET_KEY);
  });

  it("keeps what a person decided, and where it lies in a workspace", async () => {
    const files = {
      "package.json": '{"workspaces":["apps/*"]}',
      "apps/web/package.json": next["package.json"],
      "apps/web/pages/index.js": "export default () => 1",
    };
    const overrides = { buildCommand: "next build --turbo" };
    const done = await place.deploy(files, { prebuilt: false, services: ["apps/web"], overrides });
    expect(done).toMatchObject({ state: "success", error: null });
    expect(remote(done).settings).toMatchObject({ rootDirectory: "apps/web", buildCommand: "next build --turbo" });
  });

  it("that does not build ends with the last lines of its log", async () => {
    const view = await place.deploy({ ...next, "landfall-simulator-fail": "" }, { prebuilt: false, variables });
    expect(errorOf(view)).toMatchObject({
      code: "BUILD_FAILED",
      what: expect.stringContaining("exited with 1"),
      evidence: expect.arrayContaining([expect.stringContaining("exited with 1")]),
    });
  });

  it("of a framework without Vercel's adapter is refused before anything is made, with the package to add", async () => {
    const kit = (adapter: string) => ({
      "package.json": `{"devDependencies":{"@sveltejs/kit":"2.0.0","${adapter}":"5.0.0","vite":"7.0.0"},"scripts":{"build":"vite build"}}`,
      "svelte.config.js": `import adapter from "${adapter}";\nexport default { kit: { adapter: adapter() } };`,
      "src/routes/+page.svelte": "<p>hi</p>",
    });
    const prepared = async (adapter: string) => {
      const source = { kind: "folder" as const, path: place.folder(kit(adapter)) };
      return place.engine.prepare({ source, platform: "vercel", project: "kit" });
    };
    expect((await prepared("@sveltejs/adapter-node")).problems).toMatchObject([
      { code: "NO_ROUTE", next: expect.stringContaining("@sveltejs/adapter-auto") },
    ]);
    const { problems, plan } = await prepared("@sveltejs/adapter-vercel");
    expect(problems).toEqual([]);
    expect(plan.services[0]).toMatchObject({ accepts: "source", remoteBuild: { framework: "sveltekit-1" } });
    expect(place.calls()).toEqual([]);
  });

  it("of a static site is left to Vercel when it has functions or a vercel.json", async () => {
    const vite = {
      "package.json": '{"devDependencies":{"vite":"7.0.0"},"scripts":{"build":"vite build"}}',
      "index.html": "<p>app</p>",
      "api/hello.js": "export default (request, response) => response.end('hi')",
    };
    const done = await place.deploy(vite, { prebuilt: false });
    expect(done).toMatchObject({ state: "success", error: null });
    expect(remote(done).files.has("api/hello.js")).toBe(true);
    expect(remote(done)).toMatchObject({ prebuilt: false, settings: { framework: "vite" } });
    const unknown = {
      "package.json": '{"devDependencies":{"webpack":"5.0.0"},"scripts":{"build":"webpack"}}',
      "vercel.json": "{}",
      "webpack.config.js": 'module.exports = { output: { path: __dirname + "/dist" } };',
      "index.html": "<p>app</p>",
    };
    const other = await place.deploy(unknown, { prebuilt: false, project: "other", overrides: { outputDir: "dist" } });
    expect(remote(other).settings).toMatchObject({ framework: null, outputDirectory: "dist" });
  });
});

describe("the project", () => {
  it("of that name in the account is taken, with what is there", async () => {
    const { state } = place.simulator;
    await place.deploy(page, { project: "other" });
    const [there] = [...state.projects.values()];
    there!.name = "shop";
    await place.deploy(page);
    expect(state.projects.size).toBe(1);
  });

  it("that the environment names is looked up once, and never made", async () => {
    await place.deploy(page, { project: "there" });
    const [there] = [...place.simulator.state.projects.values()];
    await using other = await openPlace({}, { VERCEL_PROJECT_ID: there!.id, VERCEL_ORG_ID: there!.accountId });
    expect((await other.deploy(page)).error).toMatchObject({ code: "NOT_FOUND", step: "create" });
    other.simulator.state.projects.set(there!.id, there!);
    other.calls();
    expect((await other.deploy(page)).state).toBe("success");
    expect(other.calls().slice(0, 2)).toEqual(["GET /v9/projects/prj", "POST /v13/deployments"]);
    expect(other.simulator.journal.at(-3)!.query).toContain(`teamId=${there!.accountId}`);
    await other.deploy({ "index.html": "<p>two</p>" });
    expect(other.calls()[0]).toBe("POST /v13/deployments");
  });

  it("whose name is taken where we cannot look is refused, with other names", async () => {
    await place.deploy(page, { project: "other" });
    [...place.simulator.state.projects.values()][0]!.name = "shop";
    place.simulator.fail("status", { status: 404, match: { method: "GET", path: "/v9/projects/shop" } });
    expect(errorOf(await place.deploy(page))).toMatchObject({
      code: "PROJECT_NAME_TAKEN",
      next: expect.stringContaining("shop-app"),
      recovery: expect.arrayContaining([expect.objectContaining({ kind: "alternative" })]),
    });
  });

  it("is made once when the answer to that was lost", async () => {
    place.simulator.fail("reset", { once: true, afterWork: true, match: { method: "POST", path: "/v11/projects" } });
    expect((await place.deploy(page)).state).toBe("success");
    expect(place.simulator.state.projects.size).toBe(1);
  });

  it("holds one service", async () => {
    const files = {
      "package.json": '{"workspaces":["apps/*"]}',
      "apps/web/package.json": '{"name":"web","dependencies":{"next":"16.0.0"},"scripts":{"build":"next build"}}',
      "apps/api/package.json": '{"name":"api","dependencies":{"express":"5.0.0"},"scripts":{"start":"node server.js"}}',
      "apps/api/server.js": "require('express')().listen(3000)",
    };
    const source = { kind: "folder" as const, path: place.folder(files) };
    const { problems } = await place.engine.prepare({ source, platform: "vercel", project: "shop" });
    expect(problems).toMatchObject([{ code: "NO_ROUTE", next: expect.stringContaining("--service api") }]);
    expect(place.calls()).toEqual([]);
  });
});

describe("previews", () => {
  it("have an address of their environment, behind a login, and leave production alone", async () => {
    const production = await place.deploy(page);
    const preview = await place.deploy({ "index.html": "<p>new</p>" }, { environment: "new-look" });
    expect(preview).toMatchObject({ state: "success", url: expect.stringContaining("//shop-git-new-look-acme.") });
    expect((await place.visit(preview.url, "/")).status).toBe(401);
    expect((await place.visit(production.url, "/")).body).toBe("<p>one</p>");
    expect(remote(preview).target).toBeNull();
  });

  it("that come first are production to Vercel, and the person is told", async () => {
    const done = await place.deploy(page, { environment: "new-look" });
    expect(done.url).toContain("//shop.vercel.localhost");
    expect(await place.notes(done.id)).toEqual([expect.stringContaining("first deployment")]);
    expect((await place.visit(done.url, "/")).status).toBe(200);
  });

  it("are promoted by a build with the variables of production", async () => {
    await place.deploy(page);
    const preview = await place.deploy({ "index.html": "<p>new</p>" }, { environment: "new-look" });
    const done = await place.finish((await place.engine.promote(preview.id)).id);
    expect(done).toMatchObject({ state: "success", environment: "production" });
    expect((await place.visit(done.url, "/")).body).toBe("<p>new</p>");
    expect(remote(done)).toMatchObject({ target: "production", source: "redeploy" });
    expect(await place.notes(done.id)).toContainEqual(expect.stringContaining("building it once more"));
  });

  it("that Vercel no longer has are promoted from what they were made of", async () => {
    await place.deploy(page);
    const preview = await place.deploy({ "index.html": "<p>new</p>" }, { environment: "new-look" });
    place.simulator.state.deployments.delete(remote(preview).id);
    const done = await place.finish((await place.engine.promote(preview.id)).id);
    expect((await place.visit(done.url, "/")).body).toBe("<p>new</p>");
  });

  it("get their address back from a later one", async () => {
    await place.deploy(page);
    const environment = "new-look";
    const first = await place.deploy({ "index.html": "<p>first</p>" }, { environment });
    const second = await place.deploy({ "index.html": "<p>second</p>" }, { environment });
    expect(second.url).toBe(first.url);
    const host = new URL(first.url!).hostname.replace("vercel.localhost", "vercel.app");
    const back = async (to?: string) => {
      const asked = { project: "shop", platform: "vercel", environment, ...(to ? { to } : {}) };
      const done = await place.finish((await place.engine.rollback(asked)).id);
      expect(done).toMatchObject({ state: "success", error: null });
      return place.simulator.state.aliases.get(host)?.deploymentId;
    };
    expect(await back()).toBe(remote(first).id);
    expect(await back(second.id)).toBe(remote(second).id);
  });
});

describe("rollback", () => {
  it("gives the traffic back without a deployment, and the next deployment gets it again", async () => {
    const first = await place.deploy(page);
    await place.deploy({ "index.html": "<p>two</p>" });
    const back = await place.finish((await place.engine.rollback({ project: "shop", platform: "vercel" })).id);
    expect(back).toMatchObject({ state: "success", url: first.url, filesSent: 0 });
    expect((await place.visit(back.url, "/")).body).toBe("<p>one</p>");
    expect(place.simulator.state.deployments.size).toBe(2);
    // Vercel gives production's addresses to nobody by itself now.
    const third = await place.deploy({ "index.html": "<p>three</p>" });
    expect(third.state).toBe("success");
    expect((await place.visit(third.url, "/")).body).toBe("<p>three</p>");
  });

  it("is asked for once when the answer to that was lost", async () => {
    await place.deploy(page);
    await place.deploy({ "index.html": "<p>two</p>" });
    place.simulator.fail("reset", { once: true, afterWork: true, match: { method: "POST", path: /rollback/ } });
    const back = await place.finish((await place.engine.rollback({ project: "shop", platform: "vercel" })).id);
    expect((await place.visit(back.url, "/")).body).toBe("<p>one</p>");
  });
});

it("a rollback to what Vercel no longer has says so", async () => {
  const first = await place.deploy(page);
  await place.deploy({ "index.html": "<p>two</p>" });
  place.simulator.state.deployments.delete(remote(first).id);
  const back = await place.finish((await place.engine.rollback({ project: "shop", platform: "vercel" })).id);
  expect(errorOf(back)).toMatchObject({ code: "NOT_FOUND", next: expect.stringContaining("Deploy the earlier") });
});

describe("a deployment", () => {
  const creating = { method: "POST", path: "/v13/deployments" };

  it("is made once when the answer to that was lost", async () => {
    await place.deploy(page);
    place.simulator.fail("reset", { once: true, afterWork: true, match: creating });
    const done = await place.deploy(page, { force: true });
    expect(done.state).toBe("success");
    remote(done);
  });

  it("sends again what Vercel asks for again", async () => {
    const sha = "aa5d5ab8d5aa5ff6d7d4dca0b7e4fd0f9b4c3b0f";
    const json = { error: { code: "missing_files", message: "Missing files", missing: [sha] } };
    place.simulator.fail("status", { status: 400, json, once: true, after: 1, match: creating });
    expect((await place.deploy(page)).state).toBe("success");
  });

  it("that Vercel could not give its addresses ends with the reason", async () => {
    place.simulator.state.buildMs = 150;
    const source = { kind: "folder" as const, path: place.folder(page) };
    const accepted = await place.engine.accept(
      await place.engine.prepare({ source, platform: "vercel", project: "shop", prebuilt: true }),
    );
    const ending = place.finish(accepted.id);
    await expect.poll(() => place.simulator.state.deployments.size, { interval: 5 }).toBe(1);
    remote(accepted).aliasError = { code: "cert_missing", message: "There is no certificate for shop.example." };
    expect(errorOf(await ending)).toMatchObject({
      code: "CONFLICT",
      what: expect.stringContaining("no certificate"),
      where: expect.stringContaining("cert_missing"),
    });
  });

  it("that is cancelled is cancelled on Vercel, and what was live stays", async () => {
    const old = await place.deploy(page);
    place.simulator.state.buildMs = 60_000;
    const source = { kind: "folder" as const, path: place.folder({ "index.html": "<p>two</p>" }) };
    const { id } = await place.engine.accept(
      await place.engine.prepare({ source, platform: "vercel", project: "shop", prebuilt: true }),
    );
    const ending = place.finish(id);
    await expect.poll(() => place.simulator.state.deployments.size, { interval: 5 }).toBe(2);
    await place.engine.cancel(id);
    const view = await ending;
    expect(view).toMatchObject({ state: "cancelled", live: false });
    expect(remote(view).readyState).toBe("CANCELED");
    expect((await place.visit(old.url, "/")).body).toBe("<p>one</p>");
  });
});

describe("what the plan or the token does not allow", () => {
  it("deployments of a day: said with the time, asked once", async () => {
    place.simulator.state.limits.deploymentsPerDay = 1;
    await place.deploy(page);
    place.calls();
    expect(errorOf(await place.deploy(page, { force: true }))).toMatchObject({
      code: "RATE_LIMIT_EXCEEDED",
      where: expect.stringContaining("api-deployments-free-per-day"),
      next: expect.stringContaining("plan"),
      retryAfterMs: 86_400_000,
    });
    expect(place.calls().filter((call) => call === "POST /v13/deployments")).toHaveLength(1);
  });

  it("uploads of a day: what has arrived is not sent again when there are more", async () => {
    const files = { ...page, "a.txt": "a", "b.txt": "b", "c.txt": "c" };
    place.simulator.state.limits.uploadsPerDay = 2;
    expect(errorOf(await place.deploy(files))).toMatchObject({
      code: "RATE_LIMIT_EXCEEDED",
      where: expect.stringContaining("api-upload-free"),
    });
    place.simulator.state.limits.uploadsPerDay = Infinity;
    expect(await place.deploy(files)).toMatchObject({ state: "success", filesSent: 2 });
  });

  it("a token that is no longer good: how to get another", async () => {
    place.simulator.state.tokens.clear();
    expect(errorOf(await place.deploy(page))).toMatchObject({
      code: "AUTH_FAILED",
      next: expect.stringContaining("VERCEL_TOKEN"),
    });
  });

  it("a team the token does not reach: what to name", async () => {
    const view = await place.deploy(page, { target: { account: "somebody" } });
    expect(errorOf(view)).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      next: expect.stringContaining("VERCEL_ORG_ID"),
    });
  });

  it("variables: each with Vercel's reason, and nothing is deployed", async () => {
    const output = { ".vercel/output/config.json": '{"version":3}', ".vercel/output/static/index.html": "x" };
    const view = await place.deploy(output, { variables: { VERCEL: "1", FINE: "2" } });
    expect(errorOf(view)).toMatchObject({ code: "INVALID_VARIABLE", faults: [{ path: "VERCEL" }] });
    expect(place.simulator.state.deployments.size).toBe(0);
  });
});
