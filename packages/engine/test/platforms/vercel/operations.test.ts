/** What can be asked of Vercel besides deployments: accounts, variables, domains, logs, webhooks, removal. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { followBuild } from "../../../src/platforms/vercel/build-log.ts";
import { vercel } from "../../../src/platforms/vercel/vercel.ts";
import { secret } from "../../../src/secret.ts";
import { openPlace, type Place } from "./place.ts";

let place: Place;

beforeEach(async () => {
  place = await openPlace({
    tokens: {
      "simulated-token": {},
      "team-token": { scope: { team: "acme" }, expiresAt: Date.UTC(2100, 0) },
      "project-token": { scope: { project: "shop" } },
      "identity-token": { scope: "identity" },
    },
  });
  await place.deploy({ "index.html": "<p>one</p>" });
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
  expect(place.simulator.violations).toEqual([]);
});

const project = () => [...place.simulator.state.projects.values()][0]!;

describe("the account", () => {
  const opened = (token: string) => {
    const context = place.context();
    return vercel.account({ ...context, api: context.api.with({ bearer: secret(token) }) });
  };

  it("is the person's, with teams to choose from", async () => {
    expect(await opened("simulated-token")).toEqual({
      id: "ada0000000000000000000",
      name: "Ada",
      teams: [{ id: "team_acme000000000000000000", name: "Acme" }],
    });
  });

  it("of a token of a team or of a project is found too, with the day it ends", async () => {
    expect(await opened("team-token")).toMatchObject({ name: "Ada", expiresAt: "2100-01-01T00:00:00.000Z" });
    expect(await opened("project-token")).toMatchObject({ id: "team_acme000000000000000000" });
  });

  it("names the right that is missing when a token only says who somebody is", async () => {
    expect((await opened("identity-token")).missingScopes).toEqual([expect.stringContaining("projects")]);
  });

  it("is refused with the code for credentials, although Vercel answers 403", async () => {
    await expect(opened("no-token")).rejects.toMatchObject({ code: "AUTH_FAILED", status: 403 });
  });
});

describe("projects", () => {
  it("are listed over all pages", async () => {
    const { projects } = place.simulator.state;
    for (let index = 0; index < 130; index++)
      projects.set(`prj_${index}`, { ...project(), id: `prj_${index}`, name: `p${index}`, createdAt: index });
    expect(await vercel.projects.list(place.context())).toHaveLength(131);
  });

  it("have names that are free, or ours, or taken with others instead", async () => {
    const context = place.context();
    expect(await vercel.projects.checkName(context, "free-name")).toEqual({ free: true, suggestions: [] });
    expect(await vercel.projects.checkName(context, "shop")).toEqual({
      free: false,
      suggestions: ["shop-app", "shop-web", "my-shop"],
    });
    const target = { projectId: project().id };
    expect((await vercel.projects.checkName({ ...context, target }, "shop")).free).toBe(true);
  });
});

describe("variables", () => {
  const variable = (key: string) => project().variables.filter((one) => one.key === key);

  it("are set, changed and removed for their environment; others keep a variable they shared", async () => {
    const production = place.context();
    const preview = place.context({ environment: "new-look" } as object);
    const { set, list, remove } = vercel.variables;
    await set(production, [
      { key: "OPEN", value: "yes", sensitive: false },
      { key: "CLOSED", value: "s3cret", sensitive: true },
      { key: "SHARED", value: "one", sensitive: false },
    ]);
    variable("SHARED")[0]!.target = ["production", "preview", "development"];
    await set(production, [{ key: "SHARED", value: "two", sensitive: false }]);
    expect(await list(production)).toEqual(
      [
        { key: "OPEN", value: "yes", sensitive: false },
        { key: "CLOSED", value: null, sensitive: true },
        { key: "SHARED", value: "two", sensitive: false },
      ].sort((a, b) => order(a.key) - order(b.key)),
    );
    expect(await list(preview)).toEqual([{ key: "SHARED", value: "one", sensitive: false }]);
    await remove(production, ["OPEN", "CLOSED", "SHARED", "NEVER_THERE"]);
    expect(await list(production)).toEqual([]);
    expect(variable("SHARED").map(({ target }) => target)).toEqual([["preview", "development"]]);

    function order(key: string): number {
      return project().variables.findIndex((one) => one.key === key);
    }
  });

  it("of a branch are somebody else's", async () => {
    const preview = place.context({ environment: "new-look" } as object);
    await vercel.variables.set(preview, [{ key: "KEY", value: "all", sensitive: false }]);
    project().variables.push({ ...variable("KEY")[0]!, id: "branch", value: "own", gitBranch: "feature" });
    expect(await vercel.variables.list(preview)).toMatchObject([{ value: "all" }]);
    await vercel.variables.remove(preview, ["KEY"]);
    expect(variable("KEY").map(({ id }) => id)).toEqual(["branch"]);
  });

  it("are written again when somebody else was writing", async () => {
    project().writingVariables = true;
    const context = place.context();
    const clock = { ...systemClock, sleep: async () => void (project().writingVariables = false) };
    await vercel.variables.set({ ...context, clock }, [{ key: "KEY", value: "1", sensitive: false }]);
    expect(variable("KEY")).toHaveLength(1);
  });
});

describe("domains", () => {
  it("are added once, and live when their record leads to Vercel", async () => {
    const context = place.context();
    const { add, check, list, remove } = vercel.domains;
    const added = await add(context, "www.shop.example");
    expect(added).toEqual({
      name: "www.shop.example",
      verified: true,
      records: [
        { type: "CNAME", name: "www.shop.example", value: "cname.vercel-dns.com", purpose: expect.any(String) },
      ],
      certificate: "pending",
      live: false,
    });
    expect(await add(context, "www.shop.example")).toEqual(added);
    place.simulator.state.dns.set("www.shop.example", { CNAME: ["cname.vercel-dns.com."] });
    expect(await check(context, "www.shop.example")).toMatchObject({ live: true, certificate: "issued" });
    expect((await list(context)).map(({ name }) => name)).toEqual(["www.shop.example"]);
    await remove(context, "www.shop.example");
    await remove(context, "www.shop.example");
    expect(await list(context)).toEqual([]);
  });

  it("without a label in front get an address, and are told which records lead elsewhere", async () => {
    place.simulator.state.dns.set("shop.example", { A: ["192.0.2.1"] });
    expect(await vercel.domains.add(place.context(), "shop.example")).toMatchObject({
      records: [{ type: "A", name: "shop.example", value: "76.76.21.21" }],
      fault: expect.stringContaining("A 192.0.2.1"),
    });
  });

  it("that others use on Vercel are proven by a record first", async () => {
    const { state } = place.simulator;
    const context = place.context();
    state.foreignDomains.add("shop.example");
    const added = await vercel.domains.add(context, "shop.example");
    const proof = added.records.find(({ type }) => type === "TXT")!;
    expect(added).toMatchObject({
      verified: false,
      live: false,
      fault: expect.stringContaining("_vercel.shop.example"),
    });
    state.dns.set(proof.name, { TXT: [proof.value] });
    state.dns.set("shop.example", { A: ["76.76.21.21"] });
    expect(await vercel.domains.check(context, "shop.example")).toMatchObject({ verified: true, live: true });
  });

  it("of another project are refused", async () => {
    await place.deploy({ "index.html": "x" }, { project: "other" });
    await vercel.domains.add(place.context({ project: "other" }), "shop.example");
    const adding = vercel.domains.add(place.context(), "shop.example");
    await expect(adding).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(vercel.domains.check(place.context(), "shop.example")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("what is running", () => {
  it("is production's release, as Vercel has it, also after a rollback; and a preview's newest", async () => {
    const of = (environment: string) =>
      vercel.status({
        ...place.context({ target: { projectId: project().id } }),
        projectId: "prj_1",
        environment,
        deploymentId: "dep_any",
        finished: async () => undefined,
      });
    const second = await place.deploy({ "index.html": "<p>two</p>" });
    expect(await of("production")).toEqual([{ service: "web", release: second.releaseId, state: "ready" }]);
    const back = await place.finish((await place.engine.rollback({ project: "shop", platform: "vercel" })).id);
    expect(await of("production")).toEqual([{ service: "web", release: back.releaseId, state: "ready" }]);
    expect(await of("new-look")).toEqual([]);
    const preview = await place.deploy({ "index.html": "<p>new</p>" }, { environment: "new-look" });
    expect(await of("new-look")).toEqual([{ service: "web", release: preview.releaseId, state: "ready" }]);
  });

  it("is forgotten for one environment, and others stay", async () => {
    await place.deploy({ "index.html": "<p>new</p>" }, { environment: "new-look" });
    const remoteIds = [...place.simulator.state.deployments.values()].map(({ id }) => id).slice(1);
    const context = place.context({ target: { projectId: project().id }, environment: "new-look" } as object);
    await vercel.remove({ ...context, projectId: "prj_1", remoteIds });
    expect([...place.simulator.state.deployments.values()].map(({ target }) => target)).toEqual(["production"]);
    await vercel.remove({ ...context, projectId: "prj_1", remoteIds });
  });
});

describe("the log of a build", () => {
  it("goes on where its stream broke, no line twice", async () => {
    const context = place.context();
    const { state } = place.simulator;
    const deployment = [...state.deployments.values()][0]!;
    const whole = deployment.log.map(({ text }) => text);
    place.simulator.fail("reset", { at: "body", times: 2, match: { path: /events/ } });
    const lines: string[] = [];
    const clock = { ...systemClock, sleep: async (_ms: number, signal?: AbortSignal) => signal?.throwIfAborted() };
    const log = followBuild({ api: context.api, id: deployment.id, clock }, (line) => lines.push(line));
    await expect.poll(() => lines.length, { interval: 5 }).toBe(whole.length);
    await log.stop();
    expect(lines).toEqual(whole);
    expect(log.last).toEqual(whole);
    const since = place.simulator.requests({ path: /events/ }).map(({ query }) => /since=/.test(query));
    expect(since).toContain(true);
  });
});

it("lines of functions end with what Vercel has to tell", async () => {
  const { id } = [...place.simulator.state.deployments.values()][0]!;
  const context = place.context({ target: { projectId: project().id } });
  expect(await Array.fromAsync(vercel.logs({ ...context, remoteId: id, follow: false }))).toEqual([]);
});

describe("webhooks", () => {
  it("are known by their signature, and say what became of which deployment", async () => {
    const { state } = place.simulator;
    const events = ["deployment.created", "deployment.ready", "deployment.succeeded", "deployment.rollback"];
    const base = { ownerId: project().accountId, projectIds: [], createdAt: 0 };
    state.webhooks.set("hook", { id: "hook", url: "http://127.0.0.1:9/", events, secret: "shh", ...base });
    await place.deploy({ "index.html": "<p>two</p>" });
    await place.finish((await place.engine.rollback({ project: "shop", platform: "vercel" })).id);
    const [first, second] = [...state.deployments.keys()];
    const deliveries = state.outbox.map(({ headers, body }) => ({ headers, body: Buffer.from(body), secret: "shh" }));
    expect(deliveries.map((one) => vercel.webhooks.verify(one))).toEqual([true, true, true, true]);
    expect(
      deliveries.map((one) => vercel.webhooks.read(one)).map(({ remoteId, state: now }) => [remoteId, now]),
    ).toEqual([
      [second, "queued"],
      [second, "deploying"],
      [second, "ready"],
      [first, "ready"],
    ]);
    const [one] = deliveries;
    expect(vercel.webhooks.verify({ ...one!, secret: "other" })).toBe(false);
    expect(vercel.webhooks.verify({ ...one!, body: Buffer.from("{}") })).toBe(false);
    expect(vercel.webhooks.verify({ ...one!, headers: {} })).toBe(false);
  });
});
