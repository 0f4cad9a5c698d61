/** Deployments: asked for, followed, cancelled, given the traffic back. */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { cursor, id, instant, limit, name, nextCursor, nothing, open, possible } from "./base.ts";
import { detection } from "./detection.ts";
import { errorReport } from "./errors.ts";
import { plan, target } from "./plan.ts";

/** Where a deployment is. */
export const states = [
  "pending",
  "building",
  "uploading",
  "deploying",
  "verifying",
  "success",
  "failed",
  "cancelled",
] as const;

/** The commit its files are of. */
export const commit = z
  .object({
    sha: z.string(),
    message: z.string().describe("The first line."),
    branch: z.string().nullable(),
    author: z.string().nullable(),
  })
  .meta({ id: "Commit" });

/** Whether something can be done now, and in a sentence why not. */

/** A deployment, in the words of the specification. */
export const deployment = z
  .object({
    id,
    project: z.string(),
    environment: z.string(),
    platform: z.string(),
    operation: z.enum(["deploy", "redeploy", "rollback", "promote"]),
    state: z.enum(states),
    reason: z.string().nullable(),
    waitsFor: z
      .string()
      .nullable()
      .describe(
        "Why nobody begins it, in a sentence; null for one that is worked on, has ended, or waits for its turn.",
      ),
    releaseId: z.string().nullable(),
    live: z.boolean().describe("Its release is the one that has the traffic."),
    stoppedAt: instant
      .nullable()
      .describe("Since when a person has it stopped; null while it is served, and for what is not live."),
    url: z.string().nullable(),
    services: z.array(z.object({ name: z.string(), url: z.string(), alsoAt: z.array(z.string()).optional() })),
    error: errorReport.nullable(),
    message: z.string().nullable().describe("One made of an earlier one has what was said of that one."),
    source: z.string().nullable().describe("Where its files came from, as `folder site`; null until it is planned."),
    bytesSent: z.number(),
    filesSent: z.number(),
    releasedBytes: z
      .number()
      .nullable()
      .describe("Of what was built, all services together; null until there is a release."),
    createdAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    durationMs: z.number().nullable(),
    steps: z.array(
      z.object({
        name: z.string(),
        status: z.enum(["running", "finished", "failed"]),
        attempt: z.number(),
        startedAt: instant,
        finishedAt: instant.nullable(),
      }),
    ),
    plan: plan.nullable().describe("Null in lists."),
    actions: z
      .object({ cancel: possible, redeploy: possible, promote: possible, rollback: possible })
      .describe("What the caller may do with it now; `rollback` gives the traffic back to this one."),
    startedBy: z.string().nullable().describe("Name of the person; null for one nobody signed in for."),
    commit: commit.nullable(),
    usualMs: z
      .number()
      .nullable()
      .describe(
        "Median duration of the ten before it that succeeded in the same place and were built, or not, as it is; null in lists and when there are none.",
      ),
    screenshot: z
      .object({ alt: z.string().describe("What it shows, in words.") })
      .nullable()
      .describe(
        "There is a picture of its first page. One is taken some seconds after the end, where the server has a browser.",
      ),
  })
  .meta({ id: "Deployment" });

/** As lists have it: of its plan the size alone. */
const listed = deployment
  .extend({
    sizeBytes: z.number().nullable().describe("Of all files it was made of; null until it is planned."),
  })
  .meta({ id: "ListedDeployment" });

/** One of two deployments that are compared. */
const side = deployment
  .pick({ id: true, url: true, commit: true, createdAt: true, state: true, live: true, message: true, source: true })
  .meta({ id: "Side" });

/** The commits between two deployments, found out when the later one was prepared. */
const commitsBetween = z
  .object({
    commits: z
      .array(
        z.object({
          sha: z.string(),
          message: z.string().describe("The first paragraph in one line, cut at 200 characters."),
          author: z.string().nullable(),
          at: instant.nullable().describe("When it was committed."),
        }),
      )
      .describe("Newest first; of many, the newest 100."),
    total: z.number().describe("How many there are; no more than 1,000 are counted."),
    dropped: z
      .number()
      .describe(
        "Commits that were live and are in it no longer: of another branch, or of a history that was rewritten.",
      ),
    reason: z.string().nullable().describe("Why the list is not known, in a sentence; null when it is."),
    direction: z.enum(["forward", "back"]).describe("`back`: `to` is the earlier one, and these are what it has not."),
  })
  .meta({ id: "CommitsBetween" });

/** What another deployment has than the first, as far as a person would want to know. Names of variables, never a value. */
const comparison = z
  .object({
    from: side,
    to: side,
    commits: commitsBetween
      .nullable()
      .describe(
        "Null where it was never looked for: the same commit, no commit, another repository, or two that were never live one after the other.",
      ),
    variables: z.array(
      z.object({ key: z.string(), change: z.enum(["added", "removed", "changed"]), sensitive: z.boolean() }),
    ),
    settings: z.array(
      z.object({ field: z.string(), service: z.string(), from: z.string().nullable(), to: z.string().nullable() }),
    ),
    files: z
      .object({
        added: z.number(),
        removed: z.number(),
        changed: z.number(),
        sizeFrom: z.number(),
        sizeTo: z.number(),
      })
      .describe("Of what was built; of the sources when one of the two was never built."),
    domains: z.array(z.string()).describe("Host names that lead, or would lead, to `to`."),
    how: z.string().describe("How the traffic would be given to `to`, in a sentence."),
    sameRelease: z.boolean(),
  })
  .meta({ id: "Comparison" });

const position = { deploymentId: id, seq: z.number().int().describe("1, 2, 3 … without a gap."), at: instant };
const logEvent = z.object({
  ...position,
  type: z.literal("log"),
  step: z.string(),
  stream: z.enum(["stdout", "stderr"]),
  firstLine: z.number(),
  lines: z.array(z.string()),
});

/** One thing that happened. The same stream by SSE, by WebSocket and through the typed client; the SSE id is `seq`. */
export const deployEvent = z
  .discriminatedUnion("type", [
    z.object({ ...position, type: z.literal("state"), state: z.enum(states), reason: z.string().optional() }),
    z.object({
      ...position,
      type: z.literal("step"),
      step: z.string(),
      status: z.enum(["started", "finished", "failed", "reused"]),
      attempt: z.number(),
      durationMs: z.number().optional(),
      detail: z.string().optional().describe("One line of result, or why it failed."),
      nextTryAt: instant.optional().describe("Of a failed try that another one follows: when that begins."),
    }),
    logEvent,
    z.object({ ...position, type: z.literal("note"), level: z.enum(["info", "warning"]), message: z.string() }),
    z.object({ ...position, type: z.literal("takeover"), from: z.string(), to: z.string() }),
    z.object({ ...position, type: z.literal("url"), service: z.string(), url: z.string() }),
    z.object({ ...position, type: z.literal("error"), error: errorReport }),
  ])
  .meta({ id: "DeployEvent" });

const subdirectory = z.string().min(1).max(1000).optional().describe("A folder inside, such as apps/web.");

const sha = z.string().regex(/^[\da-f]{40,64}$/);

/** Where the code comes from: an uploaded archive, or a git repository anyone can reach. A folder of the server's disk it never is. */
export const source = z
  .union([
    z.object({
      upload: id.describe("From POST /api/sources."),
      subdirectory,
      description: z.string().min(1).max(300).optional().describe("What the archive was made of, for people."),
      commit: z
        .strictObject({
          sha,
          message: z.string().max(500),
          branch: z.string().max(500).nullable(),
          author: z.string().max(500).nullable(),
        })
        .optional()
        .describe("What its sender says the files are of, for people."),
      history: z
        .strictObject({
          from: sha,
          to: sha,
          commits: z
            .array(
              z.strictObject({
                sha,
                message: z.string().max(500),
                author: z.string().max(500).nullable(),
                at: instant.max(40).nullable(),
              }),
            )
            .max(100),
          total: z.number().int().min(0).max(1_000),
          dropped: z.number().int().min(0).max(1_000),
          reason: z.string().max(500).nullable(),
        })
        .optional()
        .describe("The commits since what its sender saw live, newest first. Kept when that is what is live."),
    }),
    z.object({
      git: z.string().min(1).max(2000).describe("https:// or ssh:// address of a repository."),
      ref: z.string().min(1).max(1000).optional().describe("Branch, tag or commit."),
      subdirectory,
    }),
  ])
  .meta({ id: "Source" });

const service = z.object({
  framework: z.string().max(100).optional(),
  installCommand: z.string().max(4000).optional(),
  buildCommand: z.string().max(4000).optional(),
  startCommand: z.string().max(4000).optional(),
  releaseCommand: z.string().max(4000).optional(),
  outputDir: z.string().max(1000).optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  kind: z.enum(["static", "server", "worker"]).optional(),
  spaFallback: z.boolean().optional(),
  healthPath: z
    .string()
    .regex(/^\/(?![/\\])[\x21-\x7e]{0,500}$/)
    .optional(),
});

export const request = z.object({
  source,
  project: name.optional().describe("Needed for an upload. Of a git source: landfall.json or the repository says it."),
  environment: name.optional().describe("`production` when absent, or a preview's name."),
  platform: z.string().max(100).optional(),
  prebuilt: z.boolean().optional().describe("Take the source as it is: no detection, no build."),
  force: z.boolean().optional().describe("Build and start anew although nothing has changed."),
  variables: z.record(z.string(), z.string()).optional().describe("Values for this deployment alone."),
  generateSecrets: z.boolean().optional(),
  allowMissing: z.boolean().optional(),
  overrides: service.optional(),
  services: z.array(z.string().max(200)).max(100).optional(),
  message: z.string().max(1000).optional(),
  connection: z.string().max(200).optional(),
  target: target.optional(),
  savedTarget: z.string().min(1).max(200).optional().describe("Id or name of a saved target, in place of the three."),
});

const one = z.object({ id });
/** What a person saw before deciding. */
const seen = {
  expectLive: id
    .nullable()
    .optional()
    .describe(
      "The deployment that was seen to have the traffic, null for none; when it is another one by now: CONFLICT.",
    ),
};

export const deployments = {
  create: open("create:deployment", { about: "project", idempotent: true, deploys: true })
    .route({ method: "POST", path: "/deployments", successStatus: 202, tags: ["deployments"] })
    .input(request)
    .output(deployment),
  get: open("read:deployment", { about: "deployment" })
    .route({ method: "GET", path: "/deployments/{id}", tags: ["deployments"] })
    .input(one)
    .output(deployment),
  list: open("read:deployment", { about: "any" })
    .route({ method: "GET", path: "/deployments", tags: ["deployments"] })
    .input(
      z.object({
        project: name.optional(),
        environment: name.optional(),
        state: z.enum(states).optional(),
        platform: z.string().max(100).optional(),
        text: z.string().max(200).optional().describe("In its id, message, commit or branch."),
        limit,
        cursor,
      }),
    )
    .output(z.object({ deployments: z.array(listed), nextCursor })),
  events: open("read:deployment", { about: "deployment" })
    .route({
      method: "GET",
      path: "/deployments/{id}/events",
      tags: ["deployments"],
      description:
        "Server-sent events, from `from` or the one after Last-Event-ID on. The event `done` says that no more will come; without it, connect again.",
    })
    .input(z.object({ id, from: z.coerce.number().int().min(1).max(1e9).optional() }))
    .output(eventIterator(deployEvent, nothing)),
  logs: open("read:deployment", { about: "deployment" })
    .route({
      method: "GET",
      path: "/deployments/{id}/logs",
      tags: ["deployments"],
      description: "The log lines of the event stream alone, under the same ids.",
    })
    .input(z.object({ id, from: z.coerce.number().int().min(1).max(1e9).optional() }))
    .output(eventIterator(logEvent, nothing)),
  cancel: open("update:deployment", { about: "deployment" })
    .route({ method: "POST", path: "/deployments/{id}/cancel", tags: ["deployments"] })
    .input(one)
    .output(deployment),
  redeploy: open("create:deployment", { about: "deployment", idempotent: true, deploys: true })
    .route({ method: "POST", path: "/deployments/{id}/redeploy", successStatus: 202, tags: ["deployments"] })
    .input(one.extend(seen))
    .output(deployment),
  rollback: open("create:deployment", { about: "deployment", idempotent: true })
    .route({
      method: "POST",
      path: "/deployments/{id}/rollback",
      successStatus: 202,
      tags: ["deployments"],
      description: "Give the traffic back to this deployment's release.",
    })
    .input(one.extend(seen))
    .output(deployment),
  promote: open("create:deployment", { about: "deployment", idempotent: true, deploys: true })
    .route({ method: "POST", path: "/deployments/{id}/promote", successStatus: 202, tags: ["deployments"] })
    .input(one.extend({ environment: name.optional(), ...seen }))
    .output(deployment),
  compare: open("read:deployment", { about: "deployment" })
    .route({
      method: "GET",
      path: "/deployments/{id}/compare",
      tags: ["deployments"],
      description: "What this deployment (`to`) has than another one (`from`).",
    })
    .input(one.extend({ with: id }))
    .output(comparison),
  effect: open("read:deployment", { about: "deployment" })
    .route({
      method: "GET",
      path: "/deployments/{id}/effect",
      tags: ["deployments"],
      description: "What would change for visitors: from what has the traffic now to this one.",
    })
    .input(one.extend({ action: z.enum(["rollback", "promote", "redeploy"]), environment: name.optional() }))
    .output(comparison.extend({ from: side.nullable() }).meta({ id: "Effect" })),
  screenshot: open("read:deployment", { about: "deployment" })
    .route({
      method: "GET",
      path: "/deployments/{id}/screenshot",
      tags: ["deployments"],
      description: "The picture of its first page, a PNG of 1280 × 800 pixels.",
    })
    .input(one)
    .output(z.file().mime("image/png")),
  share: open("update:deployment", { about: "deployment" })
    .route({
      method: "POST",
      path: "/deployments/{id}/share",
      tags: ["deployments"],
      description:
        "An address under which anyone sees this deployment and its log for 30 days, and can do nothing. It is said once.",
    })
    .input(one)
    .output(z.object({ url: z.string(), expiresAt: instant })),
  unshare: open("update:deployment", { about: "deployment" })
    .route({
      method: "DELETE",
      path: "/deployments/{id}/share",
      tags: ["deployments"],
      description: "End every address it was shared under.",
    })
    .input(one)
    .output(nothing),
  remove: open("delete:deployment", { about: "deployment" })
    .route({
      method: "DELETE",
      path: "/deployments/{id}",
      tags: ["deployments"],
      description: "Stop and forget the environment this deployment is live in.",
    })
    .input(one)
    .output(nothing),
  checklist: open("read:deployment", { about: "deployment" })
    .route({ method: "GET", path: "/deployments/{id}/checklist", tags: ["deployments"] })
    .input(one)
    .output(
      z.array(
        z.object({
          id: z.string(),
          service: z.string().optional(),
          title: z.string(),
          state: z.enum(["done", "todo", "warning", "unknown"]),
          detail: z.string(),
          command: z.string().optional(),
        }),
      ),
    ),
};

/** What a source is, without deploying it. */
export const detect = open("create:source", { about: "any", unrecorded: true })
  .route({ method: "POST", path: "/detect", tags: ["deployments"] })
  .input(z.object({ source }))
  .output(detection);

/** What a deployment would do, with everything that is in its way. */
export const planning = open("create:source", { about: "project", unrecorded: true })
  .route({ method: "POST", path: "/plan", tags: ["deployments"] })
  .input(request)
  .output(
    z.object({
      plan,
      detection: detection.nullable().describe("Null for a source that is taken as it is."),
      problems: z.array(errorReport),
      excluded: z.array(z.object({ path: z.string(), reason: z.string(), detail: z.string() })),
    }),
  );
