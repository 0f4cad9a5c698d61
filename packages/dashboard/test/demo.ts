/** A Landfall with something in it: people, projects, deployments that went well and badly, variables, accounts. What is photographed. */
import type { Caller } from "../../server/test/harness.ts";
import { browse, wayBack } from "../../server/test/vendors.ts";
import type { Place, Said } from "./place.ts";

export interface Demo {
  owner: Caller;
  /** Addresses by the name of their page. */
  pages: Record<string, string>;
  /** Addresses for people who are not signed in. */
  open: Record<string, string>;
}

const site = (version: number): Record<string, string> => ({
  "package.json": JSON.stringify({ name: "harbour", scripts: { build: "node build.mjs" } }),
  "build.mjs": `import { mkdirSync, writeFileSync } from "node:fs";
console.log("\\u001b[1mharbour\\u001b[0m builds its pages");
for (const page of ["index", "tides", "berths", "contact"]) console.log("  \\u001b[32m✓\\u001b[0m " + page + ".html");
console.warn("\\u001b[33mwarning\\u001b[0m tides.html has no description");
mkdirSync("out", { recursive: true });
writeFileSync("out/index.html", "<!doctype html><title>Harbour</title><p>Version ${version}: " + (process.env.GREETING ?? "welcome"));
`,
});
const broken = {
  ...site(9),
  "build.mjs": `console.log("harbour builds its pages");\nimport "./tides.mjs";\n`,
};
/** Goes on until it is cancelled. */
const endless = {
  ...site(1),
  "build.mjs": `console.log("harbour builds its pages");\nsetTimeout(() => {}, 3_600_000);\n`,
};
const build = { kind: "static", installCommand: "", buildCommand: "node build.mjs", outputDir: "out" } as const;

/** Commits of people at work, an hour apart, the oldest first. */
const work = [
  "The first pages",
  "A guide for visitors",
  "Berths: how deep the water is at each of them, and how long a boat may be",
  "Tides: read the table of the port authority instead of our own",
  "Tide table",
].map((message, index) => ({
  sha: String(index + 1).repeat(40),
  message,
  author: index % 2 === 0 ? "Ada Lindqvist" : "Jonas Brandt",
  at: new Date(Date.now() - (5 - index) * 3_600_000).toISOString(),
}));

/** Files of the commit with this message, sent when those of an earlier one were live. */
function said(message: string, before?: string): Said {
  const index = work.findIndex((one) => one.message === message);
  const { at: _at, ...commit } = work[index]!;
  if (before === undefined) return { commit: { ...commit, branch: "main" } };
  const from = work.findIndex((one) => one.message === before);
  const commits = work.slice(from + 1, index + 1).toReversed();
  const history = { from: work[from]!.sha, to: commit.sha, commits, total: commits.length, dropped: 0, reason: null };
  return { commit: { ...commit, branch: "main" }, history };
}

export async function makeDemo(place: Place): Promise<Demo> {
  const { server } = place;
  const owner = await server.setUp();
  const developer = await server.member(owner, "developer");
  const viewer = await server.member(owner, "viewer");
  await owner.client.invitations.create({ email: "new@example.com", role: "developer" });
  await owner.client.keys.create({
    name: "Continuous integration",
    scopes: ["create:source", "create:deployment"],
    expiresInDays: 90,
  });
  await owner.client.variables.set({
    project: "harbour",
    environment: "production",
    values: { GREETING: "Good day", API_KEY: "canary-of-the-demo" },
  });
  await developer.client.variables.set({ project: "harbour", environment: "production", values: { GREETING: "Ahoy" } });
  await owner.client.variables.set({ project: "harbour", environment: "preview", values: { GREETING: "Hello" } });
  for (const platform of ["vercel", "netlify"])
    await browse(server, owner, await wayBack(owner, platform, { name: "work" }));
  const harbour = { project: "harbour", overrides: build };
  const first = await place.deploy(owner, site(1), { ...harbour, message: "The first pages" }, said("The first pages"));
  const guide = { ...site(2), "pages/guide.md": "How to come in. ".repeat(60) };
  await place.deploy(
    owner,
    guide,
    { ...harbour, message: "A guide for visitors" },
    said("A guide for visitors", "The first pages"),
  );
  const mistake = await owner.client.deployments.create({
    ...harbour,
    source: { upload: await place.upload(owner, endless) },
    message: "The first pages again, by mistake",
  });
  for await (const event of await owner.client.deployments.events({ id: mistake.id }))
    if (event.type === "log" && event.lines.includes("harbour builds its pages"))
      await owner.client.deployments.cancel({ id: mistake.id });
  await place.deploy(
    developer,
    { ...site(4), "pages/tides.md": "High water. ".repeat(40) },
    { ...harbour, message: "Tide table" },
    said("Tide table", "A guide for visitors"),
  );
  await place.deploy(developer, site(3), { ...harbour, environment: "preview", message: "New berths" });
  const failed = await place.deploy(developer, broken, { ...harbour, message: "Tides of next year" });
  await place.deploy(
    owner,
    { "index.html": "<!doctype html><title>Lighthouse</title><p>Light" },
    { project: "lighthouse" },
  );
  await owner.client.projects.create({ name: "ferry" });
  const live = (
    await owner.client.deployments.list({ project: "harbour", environment: "production" })
  ).deployments.find((one) => one.live)!;
  const { url: shared } = await owner.client.deployments.share({ id: live.id });
  void viewer;
  // After all deployments: nobody is told anything.
  await owner.client.notifications.save({
    project: "harbour",
    kind: "slack",
    address: "https://hooks.slack.com/services/T0/B0/canary-of-the-demo",
    name: "Harbour office",
  });
  await owner.client.notifications.save({
    project: "harbour",
    kind: "webhook",
    address: "https://tides.example.com/landfall",
    events: ["succeeded", "failed", "cancelled"],
    environments: "all",
  });
  return {
    owner,
    pages: {
      projects: "/",
      new: "/new",
      overview: "/p/harbour",
      "overview-empty": "/p/ferry",
      deployments: "/p/harbour/deployments",
      compare: `/p/harbour/deployments?compare=${first.id},${live.id}`,
      deployment: `/p/harbour/deployments/${live.id}`,
      "deployment-failed": `/p/harbour/deployments/${failed.id}`,
      "deployment-plan": `/p/harbour/deployments/${live.id}?tab=plan`,
      "deployment-changes": `/p/harbour/deployments/${live.id}?tab=changes`,
      "deployment-events": `/p/harbour/deployments/${live.id}?tab=events`,
      variables: "/p/harbour/variables",
      domains: "/p/harbour/domains",
      "project-settings": "/p/harbour/settings",
      connections: "/connections",
      servers: "/servers",
      activity: "/activity",
      team: "/team",
      settings: "/settings",
      device: "/device",
      nothing: "/p/no-such-project",
    },
    open: {
      "sign-in": "/sign-in",
      "forgot-password": "/forgot-password",
      "reset-password": "/reset-password#a-token:ada%40example.com",
      "reset-password-without-link": "/reset-password",
      setup: "/setup",
      invitation: "/invitation",
      shared: new URL(shared).pathname,
      "no-page": "/no-such-page",
    },
  };
}
