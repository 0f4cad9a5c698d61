import type {
  DeployEvent,
  DeployEventBody,
  DeploymentView,
  DeployRequest,
  Engine,
  Prepared,
  ServicePlan,
} from "@landfall/engine";

/** What a call to the double was, in order: `accept`, `cancel dep_1`, `background` … */
export interface EngineDouble extends Engine {
  calls: string[];
  requests: DeployRequest[];
}

export const service: ServicePlan = {
  name: "web",
  path: ".",
  kind: "static",
  framework: "astro",
  runtime: "node",
  runtimeVersion: "24",
  route: [{ from: "source", to: "files", by: "build" }],
  accepts: "files",
  build: {
    install: [{ argv: ["npm", "ci"] }],
    build: [{ argv: ["npm", "run", "build"] }],
    outputDir: "dist",
    packageManager: "npm",
    timeoutMs: 1000,
  },
  variables: [],
  hosts: ["site.localhost"],
  check: { path: "/", timeoutMs: 1000 },
  dependsOn: [],
  operations: ["switch the traffic"],
};

export function preparedOf(request: DeployRequest, change: Partial<Prepared> = {}, services = [service]): Prepared {
  return {
    request,
    snapshot: { digest: "0".repeat(64), files: [], sizeBytes: 2048, excluded: [], filesRead: 0 },
    detection: null,
    plan: {
      version: 1,
      project: request.project ?? "site",
      environment: request.environment ?? "production",
      platform: "local",
      source: { kind: "folder", description: "/nowhere/site", snapshot: "0".repeat(64), files: 3, sizeBytes: 2048 },
      services,
      notes: [],
      evidence: [],
    },
    commit: null,
    excluded: [],
    problems: [],
    ...change,
  };
}

export const view: DeploymentView = {
  id: "dep_1",
  project: "site",
  environment: "production",
  platform: "local",
  operation: "deploy",
  state: "success",
  reason: null,
  waitsFor: null,
  releaseId: "rel_1",
  live: true,
  stoppedAt: null,
  url: "http://site.localhost:8080",
  services: [{ name: "web", url: "http://site.localhost:8080", alsoAt: ["http://127.0.0.1:40001"] }],
  error: null,
  message: null,
  source: null,
  bytesSent: 0,
  filesSent: 0,
  createdAt: "2026-01-01T00:00:00.000Z",
  startedAt: "2026-01-01T00:00:00.000Z",
  finishedAt: "2026-01-01T00:00:04.200Z",
  durationMs: 4200,
  steps: [],
  plan: null,
  actions: {
    cancel: { possible: false, reason: "It has ended." },
    redeploy: { possible: true, reason: null },
    promote: { possible: false, reason: "It is in production already." },
    rollback: { possible: false, reason: "It has the traffic already." },
  },
  startedBy: null,
  commit: null,
  usualMs: null,
  releasedBytes: null,
  screenshot: null,
};

export function eventsOf(bodies: DeployEventBody[]): DeployEvent[] {
  return bodies.map((body, index) => ({
    deploymentId: "dep_1",
    seq: index + 1,
    at: new Date(Date.parse("2026-01-01T00:00:00Z") + index * 1000).toISOString(),
    ...body,
  }));
}

export const successEvents = eventsOf([
  { type: "state", state: "building" },
  { type: "step", step: "build", status: "started", attempt: 1 },
  { type: "log", step: "build", stream: "stdout", firstLine: 1, lines: ["building", "\u001b[32mdone\u001b[0m"] },
  { type: "step", step: "build", status: "finished", attempt: 1, durationMs: 3100 },
  { type: "step", step: "upload", status: "reused", attempt: 1 },
  { type: "state", state: "success" },
]);

/** An engine that answers what it was given. With `hangs` a deployment goes on until it is cancelled. */
export function engineDouble({
  end = view,
  events = successEvents,
  hangs = false,
  prepare = (request: DeployRequest) => preparedOf(request),
  ...rest
}: {
  end?: DeploymentView;
  events?: DeployEvent[];
  hangs?: boolean;
  prepare?: (request: DeployRequest) => Prepared;
} & Partial<Omit<Engine, "prepare">> = {}): EngineDouble {
  const calls: string[] = [];
  const requests: DeployRequest[] = [];
  const cancelled = Promise.withResolvers<void>();
  let isCancelled = false;
  const current = (): DeploymentView => {
    if (isCancelled) return { ...end, state: "cancelled", url: null, reason: "cancelled by the user" };
    return hangs ? { ...end, state: "building", url: null, finishedAt: null, durationMs: null } : end;
  };
  return {
    calls,
    requests,
    home: "/nowhere/home",
    organization: "local",
    of: unused,
    restore: async () => {},
    platforms: [],
    database: { kind: "sqlite", db: undefined as never },
    sandboxes: {
      create: unused,
      list: unused,
      get: unused,
      remove: unused,
      files: unused,
      read: unused,
      write: unused,
      unlink: unused,
      run: unused,
      push: unused,
      export: unused,
      commands: unused,
      command: unused,
      cancel: unused,
      output: unused,
      pack: unused,
      source: unused,
      deployed: unused,
      deployments: unused,
      tend: unused,
    },
    targets: { list: unused, save: unused, update: unused, remove: unused, test: unused },
    servers: {
      attend: async () => ({ async [Symbol.asyncDispose]() {} }),
      list: unused,
      drain: unused,
      resume: unused,
      remove: unused,
      isGone: unused,
    },
    shares: { create: unused, remove: unused, open: unused },
    screenshots: { obstacle: unused, takeNext: unused, read: unused },
    eventPage: unused,
    sights: unused,
    compare: unused,
    effect: unused,
    webhooks: {
      list: unused,
      create: unused,
      setSecret: unused,
      remove: unused,
      take: unused,
      deliveries: unused,
      replay: unused,
      tend: unused,
    },
    async prepare(request) {
      requests.push(request);
      return prepare(request);
    },
    async accept() {
      calls.push("accept");
      return { ...current(), state: "pending" };
    },
    async work({ signal }) {
      if (!hangs) return;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      calls.push("work stopped");
    },
    workInBackground: () => void calls.push("background"),
    async *follow() {
      for (const event of events) {
        if (hangs && event.type === "state" && event.state === "success") break;
        yield event;
      }
      if (hangs) await cancelled.promise;
    },
    deployment: async () => current(),
    deployments: async () => [current()],
    async cancel(id) {
      calls.push(`cancel ${id}`);
      isCancelled = true;
      cancelled.resolve();
    },
    redeploy: unused,
    rollback: unused,
    promote: unused,
    projects: async () => [],
    remove: unused,
    stop: unused,
    start: unused,
    beside: unused,
    variables: { list: unused, set: unused, remove: unused, history: unused, revert: unused, compare: unused },
    shared: { list: unused, set: unused, remove: unused, mappings: unused, map: unused, unmap: unused },
    settings: { get: unused, set: unused },
    protection: { get: unused, set: unused },
    notifications: {
      own: { get: unused, save: unused },
      list: unused,
      save: unused,
      update: unused,
      remove: unused,
      test: unused,
      deliveries: unused,
      resend: unused,
      deliver: unused,
      tend: unused,
      pagesAre: unused,
    },
    domains: { add: unused, check: unused, list: unused, remove: unused },
    connections: {
      list: async () => [],
      connect: unused,
      ways: () => ["token"],
      authorize: unused,
      ticket: unused,
      granted: unused,
      callback: unused,
      disconnect: unused,
      check: unused,
      tend: unused,
    },
    rotateKey: unused,
    runtimeLogs: unused,
    edge: { ensure: unused, status: unused, stop: unused },
    checklist: async () => [],
    doctor: unused,
    collect: unused,
    backup: unused,
    verifyBackup: unused,
    [Symbol.asyncDispose]: async () => void calls.push("closed"),
    ...rest,
  };
}

function unused(): never {
  throw new Error("this test does not expect that call");
}
