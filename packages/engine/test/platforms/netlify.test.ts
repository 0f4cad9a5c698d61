/** Netlify's protocol: one describing call, each digest once, previews by branch, what is locked, taken, refused, slow or lost. */
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectClean, hastyClock, openPlace, type Place, sha256 } from "./netlify/place.ts";

let place: Place;

beforeEach(async () => {
  place = await openPlace();
});
afterEach(async () => {
  expectClean(place);
  await place[Symbol.asyncDispose]();
});

/** The same on a Netlify that is set otherwise. */
async function reopen(options: Parameters<typeof openPlace>[0]): Promise<void> {
  await place[Symbol.asyncDispose]();
  place = await openPlace(options);
}

const page = (text: string): Record<string, string> => ({ "index.html": `<h1>${text}</h1>` });
const pages = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`page-${index}.html`, `<p>${index}</p>`]));

describe("deploying to Netlify", () => {
  it("makes the site, describes all in one call, and sends what is the same under two names once", async () => {
    const done = await place.deploy({ ...page("one"), "a/same.txt": "same", "b/same.txt": "same" });
    expect(done).toMatchObject({ state: "success", error: null, filesSent: 2 });
    expect(done.url).toBe(place.sitesUrl.replace("//", "//demo."));
    expect(place.asked().toSorted()).toEqual([
      "GET /sites/:id",
      "GET /sites/:id/deploys/:id",
      "GET /sites/:id/deploys/:id",
      "GET /sites/demo.netlify.app",
      "POST /sites",
      "POST /sites/:id/deploys",
      "PUT /deploys/:id/files/a/same.txt",
      "PUT /deploys/:id/files/index.html",
    ]);
    expect(await place.text(done.url!, "/b/same.txt")).toBe("same");
    const [immutable] = done.services[0]!.alsoAt;
    await place.deploy(page("two"));
    expect(await place.text(done.url!)).toContain("two");
    expect(await place.text(immutable!)).toContain("one");
  });

  it("describes the files in a second call where the first one has not taken them, as the official command line does", async () => {
    await using other = await openPlace({
      change: (vendor) => {
        const key = "POST /api/v1/sites/:site/deploys";
        const create = vendor.routes[key]!;
        const deaf: typeof create = (state, request) => create(state, { ...request, json: () => ({ draft: false }) });
        return { ...vendor, routes: { ...vendor.routes, [key]: deaf } };
      },
    });
    const done = await other.deploy({ "index.html": "one", "b.txt": "two" });
    expect(done).toMatchObject({ state: "success", filesSent: 2 });
    expect(await other.text(done.url!)).toBe("one");
  });

  it("sends nothing that is there, and does not look for the site again", async () => {
    const root = place.folder(page("same"));
    await place.deploy(root);
    const before = place.asked().length;
    expect(await place.deploy(root)).toMatchObject({ state: "success", filesSent: 0 });
    const asked = place.asked().slice(before);
    expect(asked.filter((one) => !one.startsWith("GET"))).toEqual(["POST /sites/:id/deploys"]);
    expect(asked).not.toContain("GET /sites/demo.netlify.app");
  });

  it("has more than a hundred files compared in the background", async () => {
    const done = await place.deploy(pages(101));
    expect(done).toMatchObject({ state: "success", filesSent: 101 });
    expect(await place.text(done.url!, "/page-100.html")).toBe("<p>100</p>");
  });

  it("sends names with spaces, percent signs and letters of all kinds", async () => {
    const done = await place.deploy({ ...page("names"), "50% off/größe + 1.txt": "here" });
    expect(await place.text(done.url!, `/${encodeURI("50% off/größe + 1.txt")}`)).toBe("here");
  });

  it("refuses names with # and ? before anything is sent", async () => {
    const done = await place.deploy({ ...page("names"), "c#.txt": "1", "what?.txt": "2" });
    expect(done.error).toMatchObject({ code: "INVALID_SOURCE", faults: [{ path: "c#.txt" }, { path: "what?.txt" }] });
    expect(place.asked()).toEqual([]);
  });

  it("has _headers and _redirects of the folder obeyed", async () => {
    const done = await place.deploy({
      ...page("rules"),
      _headers: "/*\n  X-From: rules\n",
      _redirects: "/old /index.html 200\n",
    });
    expect(await place.text(done.url!, "/old")).toContain("rules");
  });

  it("serves a single-page application's index.html for every path", async () => {
    const done = await place.deploy(page("app"), { overrides: { spaFallback: true } });
    expect(await place.text(done.url!, "/deep/down")).toContain("app");
    const own = await place.deploy(
      { ...page("app"), _redirects: "/x /index.html 200" },
      { overrides: { spaFallback: true } },
    );
    expect(await place.text(own.url!, "/deep/down")).not.toContain("app");
  });

  it("sends what links lead to in their place", async () => {
    const root = place.folder({ ...page("links"), "v2/app.js": "two" });
    symlinkSync("v2", join(root, "latest"));
    symlinkSync("v2/app.js", join(root, "app.js"));
    const done = await place.deploy(root);
    expect(done).toMatchObject({ state: "success", filesSent: 2 });
    expect(await place.text(done.url!, "/latest/app.js")).toBe("two");
    expect(await place.text(done.url!, "/app.js")).toBe("two");
  });

  it("takes a project of pages that needs no build", async () => {
    const done = await place.deploy({ ...page("plain"), "style.css": "body {}" }, { prebuilt: false });
    expect(done).toMatchObject({ state: "success", filesSent: 2 });
    expect(await place.text(done.url!, "/style.css")).toBe("body {}");
  });

  it("sends large files in parts", async () => {
    const large = Buffer.alloc(5 * 1024 * 1024, "0123456789abcdef");
    const done = await place.deploy({ ...page("large"), "large.bin": large });
    expect(done).toMatchObject({ state: "success", filesSent: 2 });
    expect(sha256(await place.text(done.url!, "/large.bin"))).toBe(sha256(large));
  });
});

describe("the site", () => {
  const others = {
    tokens: {
      "simulated-token": { email: "a@b.c", teams: ["mine", "second"] },
      other: { email: "o@b.c", teams: ["others"] },
    },
  };

  async function siteOf(token: string, name: string, team: string): Promise<{ id: string }> {
    const answer = await fetch(`${place.simulator.url}/api/v1/${team}/sites`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
    return (await answer.json()) as { id: string };
  }

  it("is named to the person when somebody else has the name", async () => {
    await reopen(others);
    await siteOf("other", "demo", "others");
    const done = await place.deploy(page("mine"));
    expect(done).toMatchObject({ state: "failed", error: { code: "PROJECT_NAME_TAKEN", step: "create" } });
    expect(done.error?.recovery?.map(({ command }) => command)).toContain("landfall deploy --project demo-app");
    expect(place.simulator.state.deploys.size).toBe(0);
  });

  it("is not taken from another of the person's teams when a team was asked for", async () => {
    await reopen(others);
    await siteOf("simulated-token", "demo", "second");
    const done = await place.deploy(page("mine"), { target: { account: "mine" } });
    expect(done.error).toMatchObject({ code: "PROJECT_NAME_TAKEN" });
    expect(done.error?.what).toContain("second");
    const other = await place.deploy(page("mine"), { project: "fresh", target: { account: "mine" } });
    expect(other.state).toBe("success");
    expect(place.asked()).toContain("POST /mine/sites");
  });

  it("is taken as ours when it has the project's name and the credential opens it", async () => {
    const { id } = await siteOf("simulated-token", "demo", "simulated-team");
    await place.deploy(page("adopted"));
    expect([...place.simulator.state.sites.keys()]).toEqual([id]);
  });

  it.each(["name", "host name", "id"])("may be named by its %s, again and again", async (kind) => {
    const { id } = await siteOf("simulated-token", "elsewhere", "simulated-team");
    const named = { name: "elsewhere", "host name": "elsewhere.netlify.app", id }[kind]!;
    const target = { projectId: named };
    const first = await place.deploy(page("one"), { target });
    expect(first.url).toContain("//elsewhere.");
    expect(await place.deploy(page("two"), { target })).toMatchObject({ state: "success", url: first.url });
  });

  it("may be named by the vendor's own variable", async () => {
    await reopen({ environment: { NETLIFY_SITE_ID: "elsewhere" } });
    await siteOf("simulated-token", "elsewhere", "simulated-team");
    expect((await place.deploy(page("one"))).url).toContain("//elsewhere.");
  });

  it("that was asked for by id must be there", async () => {
    const done = await place.deploy(page("lost"), { target: { projectId: "nowhere" } });
    expect(done.error).toMatchObject({ code: "NOT_FOUND" });
    expect(done.error?.next).toContain("NETLIFY_SITE_ID");
    expect(place.simulator.state.sites.size).toBe(0);
  });

  it("that was deleted meanwhile is said to be gone", async () => {
    await place.deploy(page("one"));
    place.simulator.state.sites.clear();
    expect((await place.deploy(page("two"))).error).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("previews", () => {
  it("have an address of their own and leave production alone", async () => {
    const production = await place.deploy(page("production"));
    const preview = await place.deploy(page("preview"), { environment: "pr-7" });
    expect(preview.url).toBe(place.sitesUrl.replace("//", "//pr-7--demo."));
    expect(await place.text(preview.url!)).toContain("preview");
    expect(await place.text(production.url!)).toContain("production");
  });

  it("with a name too long for an address are refused before anything is deployed", async () => {
    const done = await place.deploy(page("long"), { environment: "p".repeat(58) });
    expect(done.error).toMatchObject({ code: "INVALID_CONFIG" });
    expect(place.simulator.state.deploys.size).toBe(0);
  });

  it("behind the site's password are as they should be", async () => {
    await place.deploy(page("one"));
    const [site] = place.simulator.state.sites.values();
    site!.settings.password = "open sesame";
    expect(await place.deploy(page("two"), { environment: "pr-7" })).toMatchObject({ state: "success" });
  });
});

describe("traffic", () => {
  it("is given back to an earlier deployment without deploying anything", async () => {
    const first = await place.deploy(page("one"));
    await place.deploy(page("two"));
    const back = await place.finish((await place.engine.rollback({ project: "demo" })).id);
    expect(back).toMatchObject({ state: "success", filesSent: 0, releaseId: first.releaseId });
    expect(await place.text(back.url!)).toContain("one");
    expect(place.simulator.state.deploys.size).toBe(2);
  });

  it("goes to the earlier files deployed again when Netlify no longer has the deployment", async () => {
    const first = await place.deploy(page("one"));
    await place.deploy(page("two"));
    const [id] = place.simulator.state.deploys.keys();
    place.simulator.state.deploys.delete(id!);
    const back = await place.finish((await place.engine.rollback({ project: "demo", to: first.id })).id);
    expect(back).toMatchObject({ state: "success" });
    expect(await place.text(back.url!)).toContain("one");
  });

  it("of a preview goes back without touching production", async () => {
    const production = await place.deploy(page("production"));
    await place.deploy(page("one"), { environment: "pr-7" });
    await place.deploy(page("two"), { environment: "pr-7" });
    const back = await place.finish((await place.engine.rollback({ project: "demo", environment: "pr-7" })).id);
    expect(await place.text(back.url!)).toContain("one");
    expect(await place.text(production.url!)).toContain("production");
  });

  it("of production goes to a preview as it is", async () => {
    await place.deploy(page("production"));
    const preview = await place.deploy(page("preview"), { environment: "pr-7" });
    const promoted = await place.finish((await place.engine.promote(preview.id)).id);
    expect(promoted).toMatchObject({ state: "success", environment: "production" });
    expect(await place.text(promoted.url!)).toContain("preview");
    expect(place.simulator.state.deploys.size).toBe(2);
  });

  it("stays where production is locked, which is told", async () => {
    const first = await place.deploy(page("one"));
    for (const deploy of place.simulator.state.deploys.values()) deploy.locked = true;
    const second = await place.deploy(page("two"));
    expect(second).toMatchObject({ state: "failed", error: { code: "CONFLICT" } });
    expect(second.error?.what).toContain("locked");
    expect(await place.text(first.url!)).toContain("one");
  });
});

describe("trouble", () => {
  it("waits for the next minute when there were three deployments in this one, and says so", async () => {
    const clock = hastyClock();
    await reopen({ limits: "published", clock });
    for (const text of ["one", "two", "three"]) await place.deploy(page(text));
    const fourth = await place.deploy(page("four"));
    expect(fourth.state).toBe("success");
    const notes = (await place.events(fourth.id)).flatMap((event) => (event.type === "note" ? [event.message] : []));
    expect(notes.join()).toMatch(/few deployments a minute.* \d+ s/);
    expect(clock.waits.some((ms) => ms > 2_000 && ms <= 61_000)).toBe(true);
  });

  it("does not wait for tomorrow", async () => {
    await reopen({ limits: { deploysPerDay: 1 } });
    await place.deploy(page("one"));
    const second = await place.deploy(page("two"));
    expect(second.error).toMatchObject({ code: "RATE_LIMIT_EXCEEDED" });
    expect(second.error?.what).toContain("100 a day");
  });

  it("creates nothing twice when the answer to creating was lost", async () => {
    place.simulator.fail("reset", { match: { method: "POST", path: "/api/v1/sites" }, afterWork: true, once: true });
    place.simulator.fail("reset", { match: { method: "POST", path: /deploys$/ }, afterWork: true, once: true });
    const done = await place.deploy(page("once"));
    expect(done).toMatchObject({ state: "success" });
    expect([place.simulator.state.sites.size, place.simulator.state.deploys.size]).toEqual([1, 1]);
  });

  it("sends no file twice, whatever happens on the way", async () => {
    await reopen({ clock: hastyClock() });
    place.simulator.failRandomly({
      seed: 7,
      rate: 0.2,
      kinds: ["server-error", "reset", "half-body", "html-with-200"],
      match: { method: "PUT" },
      times: 40,
    });
    const done = await place.deploy(pages(120));
    expect(done).toMatchObject({ state: "success", filesSent: 120 });
  });

  it("keeps to the requests a minute that Netlify allows", async () => {
    await reopen({ limits: { requestsPerMinute: 50 }, clock: hastyClock() });
    expect(await place.deploy(pages(120))).toMatchObject({ state: "success", filesSent: 120 });
  });

  it("goes on with the same deployment when the upload was broken off", async () => {
    await reopen({ clock: hastyClock() });
    place.simulator.fail("server-error", { match: { path: /page-5\.html$/ }, times: 6 });
    const done = await place.deploy(pages(60));
    expect(done).toMatchObject({ state: "success", filesSent: 60 });
    expect(done.steps.find(({ name }) => name === "upload")).toMatchObject({ attempt: 2 });
    expect(place.simulator.state.deploys.size).toBe(1);
  });

  it("says which variable holds the credential that is refused", async () => {
    place.simulator.fail("unauthorized", { match: { method: "PUT" }, after: 1 });
    const done = await place.deploy(pages(3));
    expect(done.error).toMatchObject({ code: "AUTH_FAILED" });
    expect(done.error?.next).toContain("NETLIFY_AUTH_TOKEN");
  });

  it("is cancelled when a person cancels it on Netlify", async () => {
    await reopen({ buildMs: 60_000 });
    const deploying = place.deploy(page("cancelled"));
    const { state } = place.simulator;
    await expect.poll(() => [...state.deploys.values()].map((one) => one.state)).toEqual(["uploaded"]);
    const [deploy] = state.deploys.values();
    deploy!.errorMessage = "Canceled deploy";
    deploy!.state = "error";
    expect(await deploying).toMatchObject({ state: "cancelled", live: false });
  });

  it("passes on why Netlify could not make it ready", async () => {
    await reopen({ buildMs: 60_000 });
    const deploying = place.deploy(page("broken"));
    const { state } = place.simulator;
    await expect.poll(() => [...state.deploys.values()].map((one) => one.state)).toEqual(["uploaded"]);
    const [deploy] = state.deploys.values();
    deploy!.errorMessage = "Post processing failed: too many redirects";
    deploy!.state = "error";
    const done = await deploying;
    expect(done.error).toMatchObject({ code: "BUILD_FAILED", step: "deploy" });
    expect(done.error?.what).toContain("too many redirects");
  });

  it("leaves nothing half-made when a person cancels it here", async () => {
    const before = await place.deploy(page("before"));
    place.simulator.state.settings.buildMs = 60_000;
    const root = place.folder(page("cancelled"));
    const prepared = await place.engine.prepare({
      source: { kind: "folder", path: root },
      platform: "netlify",
      project: "demo",
      prebuilt: true,
    });
    const { id } = await place.engine.accept(prepared);
    const working = place.finish(id);
    const { state } = place.simulator;
    await expect.poll(() => [...state.deploys.values()].at(-1)!.state).toBe("uploaded");
    await place.engine.cancel(id);
    expect(await working).toMatchObject({ state: "cancelled" });
    expect([...state.deploys.values()].at(-1)).toMatchObject({ state: "error", errorMessage: "Canceled deploy" });
    expect(await place.text(before.url!)).toContain("before");
  });
});
