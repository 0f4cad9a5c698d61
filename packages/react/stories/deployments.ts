/** Fixed data for stories of deployments: an invented project, every date on one morning. */
import type { ChecklistItem, DeployEvent, Deployment, ErrorReport } from "../src/index.ts";

export const now = "2026-09-14T10:04:00.000Z";
const begun = Date.parse("2026-09-14T10:00:00.000Z");

/** So many seconds after the deployment was asked for. */
export function at(seconds: number): string {
  return new Date(begun + seconds * 1_000).toISOString();
}

const may = { possible: true, reason: null };
const mayNot = (reason: string) => ({ possible: false, reason });
const whileItRuns = {
  cancel: may,
  redeploy: mayNot("It is still running."),
  promote: mayNot("It is still running."),
  rollback: mayNot("It is still running."),
};
const afterwards = {
  cancel: mayNot("It has ended."),
  redeploy: may,
  promote: mayNot("It is in production already."),
  rollback: may,
};

const web = {
  name: "web",
  path: "apps/web",
  kind: "static",
  framework: "astro",
  runtime: "node",
  route: [],
  accepts: "static",
  variables: [],
  hosts: ["acme.localhost"],
  check: { path: "/", timeoutMs: 30_000 },
  dependsOn: [],
  operations: [],
} satisfies NonNullable<Deployment["plan"]>["services"][number];

/** One that is at work, until `rest` says otherwise. */
export function deploymentOf(rest: Partial<Deployment> = {}): Deployment {
  const isWell = rest.state === "success";
  const isOver = rest.finishedAt !== undefined && rest.finishedAt !== null;
  return {
    id: "dep_01kxw3q8hz5m2n4p6r8t",
    project: "acme",
    environment: "production",
    platform: "netlify",
    operation: "deploy",
    state: "building",
    reason: null,
    releaseId: null,
    live: false,
    stoppedAt: null,
    url: null,
    services: [],
    error: null,
    message: null,
    source: "git.example.com/acme",
    bytesSent: 0,
    filesSent: 0,
    createdAt: at(0),
    startedAt: at(1),
    finishedAt: null,
    durationMs: null,
    steps: [],
    plan: {
      version: 1,
      project: "acme",
      environment: "production",
      platform: "netlify",
      source: {
        kind: "git",
        description: "git.example.com/acme",
        snapshot: "0b2bd8bd",
        files: 312,
        sizeBytes: 4_100_000,
      },
      services: [web, { ...web, name: "docs", path: "apps/docs" }],
      notes: [{ level: "warning", message: "No lockfile was found in apps/docs." }],
      evidence: [],
    },
    actions: isWell ? afterwards : isOver ? { ...afterwards, rollback: mayNot("It did not succeed.") } : whileItRuns,
    startedBy: "Ana Ruiz",
    commit: {
      sha: "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334",
      message: "Correct the tide table for September",
      branch: "main",
      author: "Ana Ruiz",
    },
    usualMs: 95_000,
    releasedBytes: 340_000,
    screenshot: null,
    waitsFor: null,
    ...rest,
  };
}

export const succeeded: Partial<Deployment> = {
  state: "success",
  live: true,
  releaseId: "rel_01kxw3sd8a",
  url: "https://acme.example.com",
  services: [
    { name: "web", url: "https://acme.example.com" },
    { name: "docs", url: "https://docs.acme.example.com" },
  ],
  filesSent: 24,
  bytesSent: 4_120_000,
  finishedAt: at(72),
  durationMs: 72_000,
};

type Body = DeployEvent extends infer E
  ? E extends DeployEvent
    ? Omit<E, "deploymentId" | "seq" | "at">
    : never
  : never;

/** Events at their seconds, numbered. */
export function eventsOf(...told: (readonly [seconds: number, body: Body])[]): DeployEvent[] {
  return told.map(([seconds, body], index) => ({
    deploymentId: "dep_01kxw3q8hz5m2n4p6r8t",
    seq: index + 1,
    at: at(seconds),
    ...body,
  }));
}

export const step = (name: string, status: "started" | "finished" | "failed" | "reused", rest: object = {}) =>
  ({ type: "step", step: name, status, attempt: 1, ...rest }) as const;

export const line = (name: string, text: string): Body => ({
  type: "log",
  step: name,
  stream: "stdout",
  firstLine: 1,
  lines: [text],
});

export const buildFailed: ErrorReport = {
  code: "BUILD_FAILED",
  what: "TypeScript found an error at src/tides.ts(8,63): a text is given where a number is needed.",
  where: "service docs: npm run build ended with status 2",
  next: "Correct it; the same command on your machine shows all of them.",
  evidence: ["src/tides.ts(8,63): error TS2345: Argument of type 'string' is not assignable to 'number'."],
  recovery: [{ kind: "retry", label: "Deploy again", command: "landfall deploy" }],
};

export const unreachable: ErrorReport = {
  code: "PLATFORM_UNAVAILABLE",
  what: "The server did not answer.",
  next: "Look whether it runs, and try again.",
};

export const checklist: ChecklistItem[] = [
  {
    id: "live",
    title: "The live URL answers",
    state: "done",
    detail: "https://acme.example.com answers 200.",
    service: "web",
  },
  { id: "https", title: "HTTPS", state: "done", detail: "The certificate is valid for 89 days.", service: "web" },
  {
    id: "variables",
    title: "Variables",
    state: "todo",
    detail: "Not set, and the code needs them: TIDES_API_URL.",
    command: "landfall env set TIDES_API_URL --project acme",
  },
  {
    id: "not-found",
    title: "Pages that are not there",
    state: "warning",
    detail: "/a-page-that-is-not-there answers 200. Add a 404.html.",
    service: "docs",
  },
  {
    id: "database",
    title: "The database can be reached",
    state: "unknown",
    detail: "Landfall does not connect to it. Open a page that reads from it.",
  },
  { id: "rollback", title: "A way back", state: "done", detail: "dep_01kxv9 can be given the traffic back." },
];
