/** What belongs to a site on Netlify besides its files: functions and their variables, domains, hooks, the account, the end of it all. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { deliverNetlifyHooks } from "@landfall/simulators";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { netlify } from "../../../src/platforms/netlify.ts";
import { expectClean, openPlace, type Place, sha256 } from "./place.ts";

let place: Place;

beforeEach(async () => {
  place = await openPlace();
});
afterEach(async () => {
  expectClean(place);
  await place[Symbol.asyncDispose]();
});

const page = (text: string): Record<string, string> => ({ "index.html": `<h1>${text}</h1>` });

/** As `netlify build` leaves it. */
function withFunctions(text: string): Record<string, string> {
  const functions = [
    {
      name: "hello",
      runtime: "js",
      runtimeVersion: "nodejs22.x",
      invocationMode: "stream",
      path: "/elsewhere/hello.zip",
    },
    { name: "nightly", runtime: "js", schedule: "@daily", displayName: "Nightly", path: "/elsewhere/nightly.zip" },
  ];
  return {
    ...page(text),
    ".netlify/functions/manifest.json": JSON.stringify({ functions, version: 1 }),
    ".netlify/functions/hello.zip": `zip of hello, ${text}`,
    ".netlify/functions/nightly.zip": "zip of nightly",
    ".netlify/functions-internal/hello/main.mjs": "source",
    ".netlify/state.json": "{}",
  };
}

describe("functions", () => {
  it("are uploaded as the build packed them, and nothing else of Netlify's directory", async () => {
    const files = withFunctions("one");
    const done = await place.deploy(files);
    expect(done).toMatchObject({ state: "success", filesSent: 3 });
    const [deploy] = place.simulator.state.deploys.values();
    expect([...deploy!.parts.files.keys()]).toEqual(["index.html"]);
    expect(Object.fromEntries(deploy!.parts.functions)).toEqual({
      hello: sha256(files[".netlify/functions/hello.zip"]!),
      nightly: sha256(files[".netlify/functions/nightly.zip"]!),
    });
    expect(deploy!.schedules).toEqual([{ name: "nightly", cron: "@daily" }]);
    const [sent] = place.simulator.requests({ path: /functions\/hello$/ });
    expect(sent!.query).toContain("runtime=nodejs22.x&invocation_mode=stream");
  });

  it("that did not change are not sent again", async () => {
    await place.deploy(withFunctions("one"));
    expect(await place.deploy(withFunctions("two"))).toMatchObject({ state: "success", filesSent: 2 });
  });

  it("that are still source are refused with what to do, before anything is sent", async () => {
    const done = await place.deploy({
      ...page("source"),
      ".netlify/functions-internal/render.mjs": "export default 1",
    });
    expect(done.error).toMatchObject({ code: "INVALID_SOURCE", where: ".netlify/functions-internal/render.mjs" });
    expect(done.error?.next).toContain("npx netlify build");
    expect(place.asked()).toEqual([]);
  });

  it("of a framework are not made here: the plan says which adapter does", async () => {
    const path = place.folder({
      "package.json": JSON.stringify({ dependencies: { "@sveltejs/kit": "2.0.0" }, scripts: { build: "vite build" } }),
      "svelte.config.js": "export default {}",
    });
    const source = { kind: "folder" as const, path };
    const { problems } = await place.engine.prepare({ source, platform: "netlify", project: "demo" });
    const refused = problems.find(({ code }) => code === "NO_ROUTE");
    expect(refused?.what).toContain("sveltekit");
    expect(refused?.next).toContain("@sveltejs/adapter-netlify");
  });
});

describe("what only Netlify's own build understands", () => {
  it("is named in the plan", async () => {
    const path = place.folder({
      ...page("site"),
      "netlify.toml": "",
      "netlify/functions/hello.js": "export default 1",
    });
    const { plan } = await place.engine.prepare({ source: { kind: "folder", path }, platform: "netlify" });
    const said = plan.notes.map(({ message }) => message).join("\n");
    expect(said).toMatch(/netlify\.toml is not sent.*_redirects/);
    expect(said).toMatch(/netlify\/functions are not deployed.*npx netlify build/);
  });
});

describe("variables", () => {
  const variablesOf = () => {
    const [site] = place.simulator.state.sites.values();
    const variables = [...(place.simulator.state.variables.get(site!.id)?.values() ?? [])];
    return variables.map(({ key, is_secret, values }) => ({
      key,
      secret: is_secret,
      values: values.map(({ context, context_parameter, value }) => [context_parameter ?? context, value]),
    }));
  };

  it("are asked for by nobody when only files are deployed", async () => {
    await place.deploy(page("files"), { variables: { GREETING: "hello" } });
    expect(place.asked().filter((one) => one.includes("/env"))).toEqual([]);
  });

  it("of functions are there before the functions are, as secrets, each in its environment", async () => {
    await place.deploy(withFunctions("one"), { variables: { API_KEY: "one" } });
    await place.deploy(withFunctions("two"), { variables: { API_KEY: "two" }, environment: "pr-7" });
    await place.deploy(withFunctions("three"), { variables: { API_KEY: "three" } });
    expect(variablesOf()).toEqual([
      {
        key: "API_KEY",
        secret: true,
        values: [
          ["pr-7", "two"],
          ["production", "three"],
        ],
      },
    ]);
    const order = place.asked().filter((one) => one.startsWith("POST"));
    expect(order.slice(0, 3)).toEqual(["POST /sites", "POST /accounts/simulated-team/env", "POST /sites/:id/deploys"]);
  });

  it("somebody else made stay as they are, and a plain one becomes a secret without losing its other values", async () => {
    await place.deploy(page("site"));
    const { api } = place.context();
    const [site] = place.simulator.state.sites.values();
    const json = [
      { key: "API_KEY", values: [{ context: "all", value: "theirs" }] },
      { key: "OTHER", values: [{ context: "all", value: "untouched" }] },
    ];
    await api.call({ method: "POST", path: "/accounts/simulated-team/env", query: { site_id: site!.id }, json });
    await place.deploy(withFunctions("one"), { variables: { API_KEY: "ours" } });
    expect(variablesOf().toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([
      {
        key: "API_KEY",
        secret: true,
        values: [
          ["deploy-preview", "theirs"],
          ["branch-deploy", "theirs"],
          ["production", "ours"],
        ],
      },
      { key: "OTHER", secret: false, values: [["all", "untouched"]] },
    ]);
    await place.deploy(withFunctions("two"));
    expect(variablesOf().find(({ key }) => key === "API_KEY")?.values).toEqual([
      ["deploy-preview", "theirs"],
      ["branch-deploy", "theirs"],
    ]);
    expect(variablesOf().some(({ key }) => key === "OTHER")).toBe(true);
  });

  it("are listed as a deployment of the environment gets them", async () => {
    await place.deploy(page("site"));
    const context = { ...place.context(), environment: "production" };
    await netlify.variables.set(context, [
      { key: "PLAIN", value: "1", sensitive: false },
      { key: "HIDDEN", value: "2", sensitive: true },
    ]);
    expect(await netlify.variables.list(context)).toEqual([
      { key: "PLAIN", value: "1", sensitive: false },
      { key: "HIDDEN", value: null, sensitive: true },
    ]);
    expect(await netlify.variables.list({ ...context, environment: "pr-7" })).toEqual([]);
    await netlify.variables.remove(context, ["HIDDEN", "NOT_THERE"]);
    expect((await netlify.variables.list(context)).map(({ key }) => key)).toEqual(["PLAIN"]);
  });
});

describe("domains", () => {
  beforeEach(async () => {
    await place.deploy(page("site"));
  });

  it("say which records lead to the site, and are live when they do", async () => {
    const context = place.context();
    expect(await netlify.domains.add(context, "example.com")).toMatchObject({
      name: "example.com",
      records: [
        { type: "ALIAS", name: "example.com", value: "apex-loadbalancer.netlify.com" },
        { type: "A", name: "example.com", value: "75.2.60.5" },
      ],
      certificate: "pending",
      live: false,
      fault: expect.stringContaining("dns") as unknown,
    });
    const second = await netlify.domains.add(context, "www.example.com");
    expect(second.records).toMatchObject([{ type: "CNAME", name: "www.example.com", value: "demo.netlify.app" }]);
    place.simulator.state.pointed.add("example.com").add("www.example.com");
    await netlify.domains.check(context, "example.com");
    expect(await netlify.domains.check(context, "www.example.com")).toMatchObject({
      certificate: "issued",
      live: true,
    });
    expect((await netlify.domains.list(context)).map(({ name }) => name)).toEqual(["example.com", "www.example.com"]);
  });

  it("leave an alias in the place of the primary one", async () => {
    const context = place.context();
    for (const name of ["one.example.com", "two.example.com"]) await netlify.domains.add(context, name);
    await netlify.domains.remove(context, "one.example.com");
    expect((await netlify.domains.list(context)).map(({ name }) => name)).toEqual(["two.example.com"]);
    const [site] = place.simulator.state.sites.values();
    expect(site!.settings.custom_domain).toBe("two.example.com");
  });

  it("of another site are refused", async () => {
    await place.deploy(page("other"), { project: "other" });
    await netlify.domains.add(place.context({ project: "other" }), "example.com");
    const refused = netlify.domains.add(place.context(), "example.com");
    await expect(refused).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("are the address of production once they have a certificate, and not before", async () => {
    const context = place.context();
    await netlify.domains.add(context, "www.demo.invalid");
    expect((await place.deploy(page("pending"))).url).toContain("//demo.");
    place.simulator.state.pointed.add("www.demo.invalid");
    for (let looks = 0; looks < 2; looks++) await netlify.domains.check(context, "www.demo.invalid");
    const done = await place.deploy(page("issued"));
    expect(done).toMatchObject({ state: "success", url: "https://www.demo.invalid" });
    expect(done.services[0]!.alsoAt).toContain(place.sitesUrl.replace("//", "//demo."));
  });
});

describe("hooks", () => {
  it("are taken when Netlify signed them, and say what happened to which deployment", async () => {
    const got: { headers: Record<string, string>; body: Buffer }[] = [];
    await using server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
        got.push({ headers: Object.fromEntries(headers) as Record<string, string>, body: Buffer.concat(parts) });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await place.deploy(page("site"));
    const { state } = place.simulator;
    const [deployId] = state.deploys.keys();
    const [siteId] = state.sites.keys();
    const data = { url: `http://127.0.0.1:${port}`, signature_secret: "shared" };
    const json = { type: "url", event: "deploy_created", data };
    await place.context().api.call({ method: "POST", path: "/hooks", query: { site_id: siteId }, json });
    await deliverNetlifyHooks(state, { event: "deploy_created", deployId: deployId! });

    const [delivery] = got;
    expect(netlify.webhooks.verify({ ...delivery!, secret: "shared" })).toBe(true);
    expect(netlify.webhooks.verify({ ...delivery!, secret: "other" })).toBe(false);
    const changed = Buffer.from(delivery!.body.toString().replace("ready", "error"));
    expect(netlify.webhooks.verify({ ...delivery!, body: changed, secret: "shared" })).toBe(false);
    expect(netlify.webhooks.verify({ headers: {}, body: delivery!.body, secret: "shared" })).toBe(false);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.`;
    const forged = { headers: { "x-webhook-signature": unsigned }, body: delivery!.body, secret: "shared" };
    expect(netlify.webhooks.verify(forged)).toBe(false);
    expect(netlify.webhooks.read(delivery!)).toMatchObject({ remoteId: deployId, state: "ready" });
  });
});

describe("the account", () => {
  it("is the person behind the token, with the teams to choose from", async () => {
    expect(await netlify.account(place.context())).toMatchObject({
      name: "simulated",
      teams: [{ id: "simulated-team", name: "simulated-team" }],
    });
  });

  it("lists its sites", async () => {
    await place.deploy(page("site"));
    expect(await netlify.projects.list(place.context())).toMatchObject([{ name: "demo" }]);
    expect(await netlify.projects.checkName(place.context(), "demo")).toMatchObject({ free: true });
  });
});

describe("removing", () => {
  it("a project takes its site away", async () => {
    await place.deploy(page("site"));
    await place.deploy(page("preview"), { environment: "pr-7" });
    await place.engine.remove({ project: "demo" });
    expect(place.simulator.state.sites.size).toBe(0);
  });

  it("a project whose site is gone already is forgotten", async () => {
    await place.deploy(page("site"));
    place.simulator.state.sites.clear();
    expect((await place.deploy(page("again"))).error?.next).toContain("landfall rm demo");
    await place.engine.remove({ project: "demo" });
    expect(await place.engine.projects()).toEqual([]);
  });

  it("a preview leaves production alone", async () => {
    const production = await place.deploy(page("production"));
    await place.deploy(page("preview"), { environment: "pr-7" });
    await place.engine.remove({ project: "demo", environment: "pr-7" });
    expect([...place.simulator.state.deploys.values()].map(({ branch }) => branch)).toEqual([null]);
    expect(await place.text(production.url!)).toContain("production");
  });

  it("a project from a site that others deploy to gives the traffic back to theirs", async () => {
    const { api } = place.context();
    const site = await api.call<{ id: string }>({ method: "POST", path: "/sites", json: { name: "demo" } });
    const path = `/sites/${site.id}/deploys`;
    const theirs = await api.call<{ id: string }>({ method: "POST", path, json: { files: {} } });
    const ready = () => api.call<{ state: string }>({ method: "GET", path: `${path}/${theirs.id}` });
    while ((await ready()).state !== "ready");
    await place.deploy(page("ours"));
    await place.engine.remove({ project: "demo" });
    expect([...place.simulator.state.deploys.keys()]).toEqual([theirs.id]);
    expect(place.simulator.state.sites.get(site.id)?.published.at(-1)).toBe(theirs.id);
  });
});
