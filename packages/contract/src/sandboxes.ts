/**
 * Workspaces the server holds, for products that make applications. The bytes of single files and of whole sandboxes travel outside the
 * contract, streamed: GET, PUT /api/sandboxes/{id}/files/{path}, GET /api/sandboxes/{id}/export/{zip|tar}.
 */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { id, instant, nothing, open } from "./base.ts";
import { deployment, request, source } from "./deployments.ts";
import { errorReport } from "./errors.ts";

const sandbox = z
  .object({
    id,
    name: z.string(),
    sizeBytes: z.number().describe("Of its files, as of the last write or command."),
    files: z.number(),
    createdAt: instant,
    expiresAt: instant,
  })
  .meta({ id: "Sandbox" });

const path = z.string().min(1).max(2_048).describe("Relative to the sandbox, with / between folders.");

const entry = z
  .object({
    path: z.string(),
    kind: z.enum(["file", "directory", "link", "other"]),
    sizeBytes: z.number(),
    executable: z.boolean(),
    target: z.string().nullable().describe("Of a link; it is never followed."),
  })
  .meta({ id: "SandboxEntry" });

const command = z
  .object({
    id,
    command: z.string(),
    state: z.enum(["running", "exited", "failed", "cancelled"]),
    exitCode: z.number().nullable(),
    error: errorReport.nullable(),
    startedAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: "SandboxCommand" });

const position = { seq: z.number().int().describe("1, 2, 3 … without a gap."), at: instant };
const commandEvent = z
  .discriminatedUnion("type", [
    z.object({
      ...position,
      type: z.literal("log"),
      stream: z.enum(["stdout", "stderr"]),
      firstLine: z.number(),
      lines: z.array(z.string()),
    }),
    z.object({ ...position, type: z.literal("exit"), code: z.number().nullable(), error: errorReport.optional() }),
  ])
  .meta({ id: "SandboxCommandEvent" });

const oneLine = /^\P{Cc}+$/u;
/** As git takes names: no line ends, no angle brackets. */
const named = /^[^\p{Cc}<>]+$/u;
/** What git is told besides where. */
const commit = {
  branch: z
    .string()
    .min(1)
    .max(250)
    .optional()
    .describe("Default: the repository's default branch, `main` in an empty one."),
  message: z.string().trim().min(1).max(10_000).optional(),
  author: z
    .strictObject({
      name: z.string().trim().min(1).max(100).regex(named),
      email: z.string().trim().min(3).max(200).regex(named),
    })
    .optional()
    .describe("Default: whose key or session it is."),
};
const pushed = z.object({
  branch: z.string(),
  commit: z.string().describe("What the branch has now."),
  pushed: z.boolean().describe("False when the branch had these files already: there was nothing to push."),
});
const token = z.string().min(1).max(10_000).regex(oneLine);

/** To a repository of a vendor, which is named and made when it is not there. */
function exportTo(vendor: "github" | "gitlab", words: { name: string; owner: string }) {
  return open("update:sandbox")
    .route({
      method: "POST",
      path: `/sandboxes/{id}/export/${vendor}`,
      tags: ["sandboxes"],
      description: `Push its files as export/git does to a repository on ${words.name} that is named, and made where there is none. Asked again, it goes on where it ended.`,
    })
    .input(
      z.strictObject({
        id,
        owner: z
          .string()
          .max(500)
          .regex(/^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/)
          .optional()
          .describe(`${words.owner} Default: the account of the token.`),
        name: z
          .string()
          .trim()
          .min(1)
          .max(255)
          .regex(oneLine)
          .describe("What the host does not take in it becomes a hyphen."),
        private: z
          .boolean()
          .optional()
          .describe(
            "Default true. One that is there stays as it is; if that is public and `true` is given, nothing is pushed.",
          ),
        description: z
          .string()
          .trim()
          .min(1)
          .max(350)
          .regex(oneLine)
          .optional()
          .describe("Of a repository that is made."),
        ...commit,
        token: token.describe("Used for this export, and not kept."),
      }),
    )
    .output(
      pushed.extend({
        created: z.boolean().describe("False when the repository was there already."),
        repository: z.string().describe("`owner/name`, as the host has them now."),
        url: z.string().describe("Its page."),
        private: z.boolean(),
      }),
    );
}

const one = z.object({ id });
const oneCommand = z.object({ id, command: id });

export const sandboxes = {
  create: open("create:sandbox")
    .route({
      method: "POST",
      path: "/sandboxes",
      successStatus: 201,
      tags: ["sandboxes"],
      description: "From an upload, from git, or empty.",
    })
    .input(
      z.strictObject({
        source: source.optional(),
        name: z.string().trim().min(1).max(100).optional(),
        lifetimeHours: z.number().int().min(1).max(720).optional().describe("Default 24."),
      }),
    )
    .output(sandbox),
  list: open("read:sandbox")
    .route({ method: "GET", path: "/sandboxes", tags: ["sandboxes"] })
    .output(z.object({ sandboxes: z.array(sandbox) })),
  get: open("read:sandbox")
    .route({ method: "GET", path: "/sandboxes/{id}", tags: ["sandboxes"] })
    .input(one)
    .output(sandbox),
  remove: open("delete:sandbox")
    .route({ method: "DELETE", path: "/sandboxes/{id}", tags: ["sandboxes"] })
    .input(one)
    .output(nothing),
  files: open("read:sandbox")
    .route({
      method: "GET",
      path: "/sandboxes/{id}/files",
      tags: ["sandboxes"],
      description: "What is in a folder; without a path in the topmost.",
    })
    .input(z.object({ id, path: path.optional() }))
    .output(z.object({ entries: z.array(entry) })),
  write: open("update:sandbox", { unrecorded: true })
    .route({
      method: "POST",
      path: "/sandboxes/{id}/files",
      tags: ["sandboxes"],
      description: "Write several files, one after the other. Large ones: PUT /sandboxes/{id}/files/{path}.",
    })
    .input(
      z.strictObject({
        id,
        files: z
          .array(
            z.strictObject({
              path,
              text: z.string().optional(),
              base64: z.base64().optional().describe("In place of `text`."),
              executable: z.boolean().optional(),
            }),
          )
          .min(1)
          .max(1_000),
      }),
    )
    .output(z.object({ files: z.array(z.object({ path: z.string(), sizeBytes: z.number() })) })),
  unlink: open("update:sandbox", { unrecorded: true })
    .route({
      method: "DELETE",
      path: "/sandboxes/{id}/files/{+path}",
      tags: ["sandboxes"],
      description: "A file, a link, or a folder with all that is in it.",
    })
    .input(z.object({ id, path }))
    .output(nothing),
  run: open("update:sandbox")
    .route({
      method: "POST",
      path: "/sandboxes/{id}/commands",
      successStatus: 202,
      tags: ["sandboxes"],
      description: "Begin a command, one at a time, apart from the machine. No shell reads it.",
    })
    .input(
      z.strictObject({
        id,
        command: z.string().min(1).max(4_000).optional().describe("As in a terminal: npm install && npm run build"),
        argv: z.array(z.string().max(32_000)).min(1).max(1_000).optional().describe("In place of `command`."),
        cwd: path.optional(),
        variables: z
          .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(32_000))
          .optional()
          .describe("Their values are taken out of what is printed."),
        timeoutSeconds: z.number().int().min(1).max(3_600).optional().describe("Default 600."),
      }),
    )
    .output(command),
  commands: open("read:sandbox")
    .route({ method: "GET", path: "/sandboxes/{id}/commands", tags: ["sandboxes"] })
    .input(one)
    .output(z.object({ commands: z.array(command) })),
  command: open("read:sandbox")
    .route({ method: "GET", path: "/sandboxes/{id}/commands/{command}", tags: ["sandboxes"] })
    .input(oneCommand)
    .output(command),
  output: open("read:sandbox")
    .route({
      method: "GET",
      path: "/sandboxes/{id}/commands/{command}/events",
      tags: ["sandboxes"],
      description:
        "Server-sent events, from `from` or the one after Last-Event-ID on. The event `done` says that no more will come; without it, connect again.",
    })
    .input(oneCommand.extend({ from: z.coerce.number().int().min(1).max(1e9).optional() }))
    .output(eventIterator(commandEvent, nothing)),
  cancel: open("update:sandbox")
    .route({ method: "POST", path: "/sandboxes/{id}/commands/{command}/cancel", tags: ["sandboxes"] })
    .input(oneCommand)
    .output(command),
  push: open("update:sandbox")
    .route({
      method: "POST",
      path: "/sandboxes/{id}/export/git",
      tags: ["sandboxes"],
      description:
        "Push its files as one commit on top of what a branch of a git repository has, at any host with https. Nothing is forced, and no repository is made.",
    })
    .input(
      z.strictObject({
        id,
        url: z.string().min(1).max(2_048).describe("https address of the repository, without a password."),
        ...commit,
        token: token.optional().describe("Used for this push, and not kept."),
        username: z
          .string()
          .min(1)
          .max(200)
          .regex(/^[^\p{Cc}:]+$/u)
          .optional()
          .describe("Where the host wants one."),
      }),
    )
    .output(pushed),
  exportGithub: exportTo("github", { name: "GitHub", owner: "An organisation." }),
  exportGitlab: exportTo("gitlab", { name: "GitLab", owner: "A group, or the path of a subgroup: acme/team." }),
  deploy: open("create:deployment", { idempotent: true, deploys: true })
    .route({
      method: "POST",
      path: "/sandboxes/{id}/deploy",
      successStatus: 202,
      tags: ["sandboxes"],
      description: "Deploy its files as they are now; afterwards it may change or go.",
    })
    .input(request.omit({ source: true }).extend({ id }))
    .output(deployment),
  deployments: open("read:deployment")
    .route({ method: "GET", path: "/sandboxes/{id}/deployments", tags: ["sandboxes"] })
    .input(one)
    .output(z.object({ deployments: z.array(deployment) })),
};
