import { describe, expect, it } from "vitest";
import { checklistFor } from "../../src/checklist/checklist.ts";
import type { ChecklistId, ChecklistItem } from "../../src/checklist/item.ts";
import type { SiteFindings } from "../../src/checklist/findings.ts";
import type { DeployPlan } from "../../src/plan/plan.ts";
import { findings, page, plan, seen, service, variable } from "./plan.ts";

const url = "http://shop.localhost:4800";

function itemsFor(
  changes: { plan?: DeployPlan; findings?: Partial<SiteFindings>; url?: string; rollbackTo?: string | null } = {},
): ChecklistItem[] {
  const { rollbackTo } = changes;
  return checklistFor({
    plan: changes.plan ?? plan([service()]),
    urls: { web: changes.url ?? url },
    findings: { web: findings(changes.findings) },
    ...(rollbackTo === undefined ? {} : { rollbackTo }),
  });
}

function item(id: ChecklistId, changes: Parameters<typeof itemsFor>[0] = {}): ChecklistItem {
  const found = itemsFor(changes).filter((each) => each.id === id);
  expect(found.length, `items called ${id}`).toBe(1);
  return found[0]!;
}

const withVariables = (...variables: ReturnType<typeof variable>[]) => ({ plan: plan([service({ variables })]) });

const auth = (...variables: ReturnType<typeof variable>[]) =>
  itemsFor({ plan: plan([service({ variables })]) }).filter((each) => each.id === "auth-callbacks");

const pageWith = (head: string) => ({ findings: { home: seen("/", 200, `<!doctype html>${head}<body>`) } });

const evidence = (value: string) => [{ field: "database", value, rule: "r", at: "package.json", confidence: 1 }];

describe("the checklist", () => {
  it("of a good site holds what is done, and what only a person can do", () => {
    const items = itemsFor({ rollbackTo: "dep_earlier" });
    expect(Object.fromEntries(items.map(({ id, state }) => [id, state]))).toEqual({
      live: "done",
      https: "done",
      "not-found": "done",
      title: "done",
      description: "done",
      favicon: "done",
      robots: "done",
      sitemap: "done",
      secrets: "done",
      variables: "done",
      domain: "todo",
      rollback: "done",
    });
  });

  it("of a project with several services says which one an item is about", () => {
    const several = plan([
      service(),
      service({ name: "api", kind: "server" }),
      service({ name: "jobs", kind: "worker" }),
    ]);
    const items = checklistFor({ plan: several, urls: { web: url }, findings: { web: findings() } });
    expect(items.filter((each) => each.id === "live")).toEqual([
      expect.objectContaining({ service: "web", state: "done" }),
      expect.objectContaining({ service: "api", state: "unknown", detail: "api has no URL." }),
    ]);
    expect(items.find((each) => each.id === "rollback")).not.toHaveProperty("service");
  });

  it("of an API asks for no title, icon or robots.txt", () => {
    const api = { home: seen("/", 200, '{"name":"shop"}', "application/json") };
    const ids = itemsFor({ plan: plan([service({ kind: "server" })]), findings: api }).map(({ id }) => id);
    expect(ids).toEqual(["live", "https", "health", "secrets", "variables", "domain", "rollback"]);
  });
});

describe("live", () => {
  it.each([
    [{ ...seen("/", 0), fault: "connect ECONNREFUSED" }, "warning", "does not answer: connect ECONNREFUSED"],
    [seen("/", 502), "warning", "answers 502"],
    [seen("/", 404), "unknown", "that may be meant"],
    [{ ...seen("/", 307), location: "/login" }, "done", "leads to /login"],
  ] as const)("%o", (home, state, detail) => {
    const found = item("live", { findings: { home } });
    expect(found.state).toBe(state);
    expect(found.detail).toContain(detail);
  });

  it("is unknown when the site was not asked", () => {
    const items = checklistFor({ plan: plan([service()]), urls: { web: url }, findings: {} });
    expect(items[0]).toMatchObject({ id: "live", state: "unknown", detail: `${url} was not asked.` });
  });
});

describe("https", () => {
  it.each([
    ["https://shop.example", "done"],
    ["http://shop.localhost:4800", "done"],
    ["http://127.0.0.1:4800", "done"],
    ["http://shop.example", "todo"],
  ])("%s is %s", (address, state) => {
    expect(item("https", { url: address }).state).toBe(state);
  });
});

describe("not-found", () => {
  const spa = plan([service({ static: { spaFallback: true, cleanUrls: true } })]);
  it("wants a page of its own", () => {
    expect(item("not-found", { findings: { missing: seen("/nobody", 404, "", "text/plain") } })).toMatchObject({
      state: "todo",
      detail: expect.stringContaining("add a 404.html"),
    });
  });
  it("takes 200 for wrong", () => {
    expect(item("not-found", { findings: { missing: seen("/nobody", 200, "welcome") } }).state).toBe("warning");
  });
  it("leaves it to a single-page application", () => {
    expect(item("not-found", { plan: spa, findings: { missing: seen("/nobody", 200, page) } }).state).toBe("unknown");
  });
  it("takes an error of the server for wrong", () => {
    expect(item("not-found", { findings: { missing: seen("/nobody", 500) } }).state).toBe("warning");
  });
});

describe("title and description", () => {
  it.each([
    "",
    "<title> </title>",
    "<title>Vite + React + TS</title>",
    "<title>Create Next App</title>",
    "<title>Document</title>",
  ])("%s is left to do", (head) => {
    expect(item("title", pageWith(head)).state).toBe("todo");
  });
  it("are shown as they are", () => {
    expect(item("title").detail).toBe('"Shop of lamps"');
    expect(item("description").detail).toBe('"Lamps made by hand."');
    expect(item("description", pageWith("<meta content='Single quotes' name='description'>")).detail).toBe(
      '"Single quotes"',
    );
  });
  it("a description the generator left is no description", () => {
    expect(
      item("description", pageWith('<meta name="description" content="Generated by create next app">')).state,
    ).toBe("todo");
    expect(item("description", pageWith("")).state).toBe("todo");
  });
});

describe("favicon, robots and sitemap", () => {
  it("a page in the place of a file is no file", () => {
    const fallback = {
      icon: seen("/favicon.ico", 200, page),
      robots: seen("/robots.txt", 200, page),
      sitemap: seen("/sitemap.xml", 200, page),
    };
    expect(item("favicon", { findings: fallback }).state).toBe("todo");
    expect(item("robots", { findings: fallback }).state).toBe("todo");
    expect(item("sitemap", { findings: fallback }).state).toBe("todo");
  });

  it.each([
    ["User-agent: *\nDisallow: /", "warning"],
    ["User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nDisallow: /admin", "done"],
    ["User-agent: GPTBot\nUser-agent: *\nDisallow: / # until May", "warning"],
    ["User-agent: *\nDisallow:\n\nUser-agent: GPTBot\nDisallow: /", "done"],
  ])("robots.txt %j is %s", (text, state) => {
    expect(item("robots", { findings: { robots: seen("/robots.txt", 200, text, "text/plain") } }).state).toBe(state);
  });
});

describe("health", () => {
  const server = plan([service({ kind: "server", check: { path: "/health", timeoutMs: 1 } })]);
  it("wants a path of its own", () => {
    expect(item("health", { plan: plan([service({ kind: "server" })]) })).toMatchObject({
      state: "todo",
      detail: expect.stringContaining("healthPath in landfall.json"),
    });
  });
  it("says what the path answers", () => {
    expect(item("health", { plan: server, findings: { health: seen("/health", 200) } }).state).toBe("done");
    expect(item("health", { plan: server, findings: { health: seen("/health", 503) } })).toMatchObject({
      state: "warning",
      detail: "/health answers 503.",
      command: "landfall logs",
    });
  });
});

describe("secrets", () => {
  it("in the page are named, not shown", () => {
    expect(item("secrets", { findings: { secretsSeen: ["STRIPE_SECRET_KEY"] } })).toMatchObject({
      state: "warning",
      detail: expect.stringContaining("STRIPE_SECRET_KEY"),
    });
  });
});

describe("variables and databases", () => {
  it("that are missing come with the command that sets them", () => {
    const preview = plan([service({ variables: [variable("API_KEY", "missing")] })], { environment: "preview-7" });
    expect(item("variables", { plan: preview })).toMatchObject({
      state: "todo",
      command: "landfall env set API_KEY --project shop --environment preview-7",
    });
  });

  it("that are optional are mentioned", () => {
    const found = item(
      "variables",
      withVariables(variable("LOG_LEVEL", "missing", { required: false }), variable("KEY", "project")),
    );
    expect(found.state).toBe("done");
    expect(found.detail).toBe("All that are required are set. Not set, and the code does without: LOG_LEVEL.");
  });

  it("a database is not claimed to be reachable", () => {
    expect(item("database", withVariables(variable("DATABASE_URL", "project")))).toMatchObject({ state: "unknown" });
    expect(item("database", withVariables(variable("STORE", "missing", { validation: "postgres-url" })))).toMatchObject(
      {
        state: "todo",
        command: "landfall env set STORE --project shop",
      },
    );
  });

  it("data is to be backed up, and SQLite is not carried over", () => {
    expect(item("backups", { plan: plan([service()], { evidence: evidence("postgres") }) }).state).toBe("todo");
    expect(item("backups", { plan: plan([service()], { evidence: evidence("sqlite") }) })).toMatchObject({
      state: "warning",
      detail: expect.stringContaining("not carried over"),
    });
  });
});

describe("sign-in", () => {
  it("needs the application's address", () => {
    expect(auth(variable("NEXTAUTH_URL", "missing"))).toEqual([
      expect.objectContaining({ state: "todo", command: `landfall env set NEXTAUTH_URL=${url} --project shop` }),
    ]);
    expect(auth(variable("NEXTAUTH_URL", "project"))).toEqual([expect.objectContaining({ state: "unknown" })]);
  });

  it("names the callback address of each provider once", () => {
    const items = auth(
      variable("AUTH_GITHUB_ID", "project"),
      variable("GITHUB_CLIENT_ID", "project"),
      variable("GOOGLE_CLIENT_ID", "missing"),
      variable("USER_ID", "project"),
    );
    expect(items.map(({ detail }) => detail)).toEqual([expect.stringContaining(`${url}/api/auth/callback/github`)]);
  });
});

describe("domain and rollback", () => {
  it("a platform's own address is not one's own", () => {
    const address = "https://shop.vercel.example";
    const hosted = (...hosts: string[]) => ({ url: address, plan: plan([service({ hosts })]) });
    expect(item("domain", hosted())).toMatchObject({
      state: "todo",
      command: "landfall domains add <domain> --project shop",
    });
    expect(item("domain", hosted("shop.vercel.example", "lamps.example"))).toMatchObject({
      state: "done",
      detail: "Also at lamps.example.",
    });
  });

  it("a first release has nothing to go back to", () => {
    expect(item("rollback", { rollbackTo: null }).state).toBe("todo");
    expect(item("rollback").state).toBe("unknown");
    expect(item("rollback", { rollbackTo: "dep_1" }).command).toBe("landfall rollback shop");
  });
});
