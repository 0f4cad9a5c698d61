/** Servers on Cloudflare: outputs of frameworks' adapters, their variables, and what is refused. */
import { afterEach, describe, expect, it } from "vitest";
import { cloudflarePages } from "../../../src/platforms/cloudflare/pages.ts";
import { cloudflareWorkers } from "../../../src/platforms/cloudflare/workers.ts";
import { accountId, expectClean, type Files, openPlace, type Place } from "./place.ts";

let place: Place;

afterEach(async () => {
  expectClean(place);
  await place[Symbol.asyncDispose]();
});

const account = () => place.simulator.state.accounts.get(accountId)!;
const live = () => account().scripts.get("demo")!.versions.at(-1)!;
const bindings = () => Object.fromEntries(live().bindings.map(({ name, type, text }) => [name, [type, text]]));

/** Part names of the newest upload of a Worker are kept by nobody; what is kept tells enough. */
const served = () => [...(live().assets?.manifest.keys() ?? [])].toSorted();

const astro: Files = {
  "index.html": "<h1>static page</h1>",
  "_worker.js/index.js": 'import "./chunks/page.mjs"; export default {}',
  "_worker.js/chunks/page.mjs": "export {}",
  "_worker.js/chunks/page.mjs.map": "{}",
  "_routes.json": '{"version":1,"include":["/*"],"exclude":["/_astro/*"]}',
  "_astro/app.css": "body{}",
};

const nitro: Files = {
  "nitro.json": '{"preset":"cloudflare-module"}',
  "server/index.mjs": 'import "./chunks/a.mjs"; export default {}',
  "server/chunks/a.mjs": "export {}",
  "public/app.css": "body{}",
  "public/_headers": "/app.css\n  x-from: nitro\n",
};

describe("on Workers", () => {
  it.each<[string, Files, { main: string; files: string[]; first?: unknown }]>([
    ["Astro's folder of modules", astro, { main: "index.js", files: ["/_astro/app.css", "/index.html"] }],
    [
      "one bundled file",
      { ...astro, "_worker.js": "export default {}" },
      { main: "_worker.js", files: ["/_astro/app.css", "/index.html"] },
    ],
    ["Nitro's output", nitro, { main: "index.mjs", files: ["/app.css"] }],
    [
      "SvelteKit's, beside the folder that is served",
      {
        "cloudflare/_worker.js": 'import "../output/server/index.js"',
        "cloudflare/app.css": "body{}",
        "cloudflare/.assetsignore": "_worker.js\n_routes.json\n",
        "cloudflare/_routes.json": "{}",
        "output/server/index.js": "export {}",
        "output/client/app.css": "body{}",
      },
      { main: "cloudflare/_worker.js", files: ["/app.css"] },
    ],
    [
      "what a build writes down for wrangler",
      {
        "server/wrangler.json": JSON.stringify({
          main: "index.js",
          assets: { directory: "../client", not_found_handling: "single-page-application" },
          compatibility_date: "2026-05-01",
          compatibility_flags: ["nodejs_compat_v2"],
        }),
        "server/index.js": "export default {}",
        "client/index.html": "<h1>app</h1>",
      },
      { main: "index.js", files: ["/index.html"] },
    ],
  ])("%s runs, and its files are served", async (_, files, { main, files: paths }) => {
    place = await openPlace(cloudflareWorkers);
    const given = main === "_worker.js" ? withoutFolder(files) : files;
    const done = await place.deploy(given);
    expect(done).toMatchObject({ state: "success", error: null });
    expect(live().mainModule).toBe(main);
    expect(served()).toEqual(paths);
    expect(bindings()["ASSETS"]).toEqual(["assets", undefined]);
    expect((await place.visit(done.url, "/not-a-file")).body).toContain("Worker demo");
  });

  const withoutFolder = (files: Files): Files =>
    Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith("_worker.js/")));

  it("what the build writes down decides date, flags and how files are served", async () => {
    place = await openPlace(cloudflareWorkers);
    const config = {
      main: "index.js",
      assets: { directory: "../client" },
      compatibility_date: "2026-05-01",
      compatibility_flags: ["x"],
    };
    await place.deploy({ "server/wrangler.json": JSON.stringify(config), "server/index.js": "1", "client/a.txt": "a" });
    expect(live()).toMatchObject({ compatibilityDate: "2026-05-01", compatibilityFlags: ["x"] });
    const first = await place.deploy(astro);
    expect(first.state).toBe("success");
    expect(live()).toMatchObject({
      compatibilityDate: first.createdAt.slice(0, 10),
      compatibilityFlags: ["nodejs_compat"],
    });
    expect(live().assets!.config.run_worker_first).toEqual(["/*", "!/_astro/*"]);
  });

  it("variables are bindings of the version; what others have bound stays, what was ours and is gone goes", async () => {
    place = await openPlace(cloudflareWorkers);
    await place.deploy(nitro, { variables: { API_KEY: "k3y-of-the-api", OLD: "going" } });
    expect(bindings()).toMatchObject({ API_KEY: ["secret_text", "k3y-of-the-api"], OLD: ["secret_text", "going"] });
    live().bindings.push(
      { type: "kv_namespace", name: "CACHE", namespace_id: "1" },
      { type: "plain_text", name: "THEIRS", text: "stays" },
    );
    const again = await place.deploy(nitro, { variables: { API_KEY: "an0ther" } });
    expect(again.state).toBe("success");
    expect(Object.keys(bindings()).toSorted()).toEqual(["API_KEY", "ASSETS", "CACHE", "THEIRS"]);
    expect(bindings()).toMatchObject({ API_KEY: ["secret_text", "an0ther"], THEIRS: ["plain_text", "stays"] });
    const told = JSON.stringify([again, await place.notes(again.id)]);
    expect(told).not.toContain("an0ther");
  });

  it("variables can be listed, changed and taken away where code runs, and nowhere else", async () => {
    place = await openPlace(cloudflareWorkers);
    const { variables } = cloudflareWorkers;
    await place.deploy(nitro);
    await variables.set(place.context(), [{ key: "A", value: "one", sensitive: false }]);
    expect(await variables.list(place.context())).toEqual([{ key: "A", value: null, sensitive: true }]);
    await variables.remove(place.context(), ["A"]);
    expect(await variables.list(place.context())).toEqual([]);
    await expect(
      variables.set({ ...place.context(), environment: "pr-1" }, [{ key: "A", value: "one", sensitive: true }]),
    ).rejects.toMatchObject({ code: "INVALID_VARIABLE" });
    await place.deploy({ "index.html": "files alone" }, { project: "files" });
    const files = place.context({ project: "files" });
    const { environment } = place.context();
    await expect(
      variables.set({ ...files, environment }, [{ key: "A", value: "one", sensitive: true }]),
    ).rejects.toMatchObject({ code: "INVALID_VARIABLE", text: { next: expect.stringContaining("landfall env set") } });
  });

  it("that need no files have none", async () => {
    place = await openPlace(cloudflareWorkers);
    const config = { main: "index.js" };
    const done = await place.deploy({ "wrangler.json": JSON.stringify(config), "index.js": "export default {}" });
    expect(done).toMatchObject({ state: "success", filesSent: 0 });
    expect(live().assets).toBeNull();
  });
});

describe("on Pages", () => {
  const project = () => account().projects.get("demo")!;

  it("a server is sent as a bundle beside the files, and gets what it needs before it is deployed", async () => {
    place = await openPlace(cloudflarePages);
    const done = await place.deploy(astro, { variables: { API_KEY: "k3y-of-the-api" } });
    expect(done).toMatchObject({ state: "success", filesSent: 2 });
    const [deployment] = project().deployments;
    expect(deployment).toMatchObject({
      hasFunctions: true,
      envVars: { API_KEY: { type: "secret_text", value: "k3y-of-the-api" } },
    });
    expect([...deployment!.manifest.keys()].toSorted()).toEqual(["/_astro/app.css", "/index.html"]);
    expect(project().deploymentConfigs.production["compatibility_flags"]).toEqual(["nodejs_compat"]);
  });

  it("variables of a preview are the preview's, those of others stay, and ours go when they are gone", async () => {
    place = await openPlace(cloudflarePages);
    await place.deploy(nitro, { variables: { ONE: "1-of-production" } });
    await place.deploy(nitro, { variables: { ONE: "1-of-preview", TWO: "2" }, environment: "pr-1" });
    const { deploymentConfigs: configs } = project();
    configs.preview.env_vars["THEIRS"] = { type: "plain_text", value: "stays" };
    await place.deploy(nitro, { variables: { ONE: "1-again" }, environment: "pr-1" });
    expect(project().deploymentConfigs.production.env_vars).toEqual({
      ONE: { type: "secret_text", value: "1-of-production" },
    });
    expect(project().deploymentConfigs.preview.env_vars).toEqual({
      ONE: { type: "secret_text", value: "1-again" },
      THEIRS: { type: "plain_text", value: "stays" },
    });
    const preview = { ...place.context(), environment: "pr-1" };
    expect(await cloudflarePages.variables.list(preview)).toEqual([
      { key: "ONE", value: null, sensitive: true },
      { key: "THEIRS", value: "stays", sensitive: false },
    ]);
  });

  it("files alone ask for no variables, and say that nothing reads them", async () => {
    place = await openPlace(cloudflarePages);
    const done = await place.deploy({ "index.html": "files" }, { variables: { GREETING: "hello" } });
    expect(place.calls().filter((one) => one.startsWith("PATCH"))).toEqual([]);
    expect(await place.notes(done.id)).toEqual([expect.stringContaining("GREETING")]);
  });
});

describe("is refused", () => {
  it.each<[string, Files, string]>([
    [
      "Nitro for another platform",
      { ...nitro, "nitro.json": '{"preset":"node-server"}' },
      "NITRO_PRESET=cloudflare_module",
    ],
    ["a build of Next.js", { BUILD_ID: "x", "build-manifest.json": "{}" }, 'output: "export"'],
    [
      "SvelteKit for Node",
      { "handler.js": "", "server/index.js": "", "server/manifest.js": "" },
      "@sveltejs/adapter-cloudflare",
    ],
    ["Astro for another platform", { "server/entry.mjs": "", "server/manifest.mjs": "" }, "@astrojs/cloudflare"],
    ["OpenNext's output", { "worker.js": "", "server-functions/default/handler.mjs": "" }, "wrangler"],
    [
      "a worker that is not bundled",
      { "_worker.js": 'import { Server } from "../output/server/index.js"' },
      ".svelte-kit",
    ],
    ["routes that are not JSON", { "_worker.js": "1", "_routes.json": "{" }, "mend it"],
  ])("%s, with what to do", async (_, files, advice) => {
    place = await openPlace(cloudflareWorkers);
    const done = await place.deploy(files);
    expect(done).toMatchObject({ state: "failed", error: { code: "INVALID_CONFIG", step: "upload" } });
    expect(done.error?.next).toContain(advice);
    expect(place.calls()).toEqual([]);
  });

  it("a framework without its adapter, when it is planned", async () => {
    place = await openPlace(cloudflareWorkers);
    const path = place.folder({
      "package.json": JSON.stringify({ dependencies: { "@sveltejs/kit": "2.0.0" }, scripts: { build: "vite build" } }),
      "svelte.config.js": "export default {}",
    });
    const { problems } = await place.engine.prepare({
      source: { kind: "folder", path },
      platform: "cloudflare-workers",
    });
    expect(problems.find(({ code }) => code === "NO_ROUTE")?.next).toContain("@sveltejs/adapter-cloudflare");
  });
});

describe("a project whose framework makes Cloudflare's output", () => {
  it("is built with its preset and deployed from the folder the build leaves", async () => {
    place = await openPlace(cloudflareWorkers);
    const path = place.folder({
      "package.json": JSON.stringify({
        dependencies: { nuxt: "4.0.0" },
        scripts: { build: "nuxt build", start: "node x.js" },
      }),
      "nuxt.config.ts": "export default {}",
    });
    const { plan, problems } = await place.engine.prepare({
      source: { kind: "folder", path },
      platform: "cloudflare-workers",
    });
    expect(problems).toEqual([]);
    expect(plan.services[0]).toMatchObject({ kind: "server", accepts: "prebuilt", build: { outputDir: ".output" } });
    expect(plan.services[0]!.start).toBeUndefined();
    expect(plan.services[0]!.build!.build![0]!.env).toMatchObject({ NITRO_PRESET: "cloudflare_module" });
  });
});
