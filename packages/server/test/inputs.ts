/** An input for each procedure that is right in its form, about the things of one organisation. */
import type { ProcedureFacts } from "@landfall/contract";

/** Things of an organisation, by what their ids are called in addresses. */
export interface Things {
  project: string;
  deployment: string;
  upload: string;
  key: string;
  member: string;
  invitation: string;
  connection: string;
  webhook: string;
  sandbox: string;
  target: string;
  place: string;
}

const ids: Record<string, keyof Things> = {
  deployments: "deployment",
  uploads: "upload",
  keys: "key",
  members: "member",
  invitations: "invitation",
  webhooks: "webhook",
  sandboxes: "sandbox",
  targets: "target",
  notifications: "place",
};

/** What a body needs besides what is in the address. */
const bodies: Record<string, (things: Things) => Record<string, unknown>> = {
  "setup.run": () => ({ token: "x", name: "x", email: "x@example.com", password: "x".repeat(12) }),
  "organizations.create": () => ({ name: "another" }),
  "organizations.rename": () => ({ name: "renamed" }),
  "members.setRole": () => ({ role: "viewer" }),
  "invitations.create": () => ({ email: "new@example.com", role: "viewer" }),
  "invitations.accept": () => ({ token: "x" }),
  "keys.create": () => ({ name: "key", scopes: ["read:project"] }),
  "projects.create": () => ({ name: "made" }),
  "variables.import": () => ({ text: "NAME=changed" }),
  "projects.settings.set": () => ({ settings: { outputDir: "changed" }, expect: 0 }),
  "projects.protection.set": () => ({ scope: "all", password: "x".repeat(12), expect: 0 }),
  "variables.set": () => ({ values: { NAME: "changed" } }),
  "collaborators.set": () => ({ email: "new@example.com", role: "viewer" }),
  "shared.set": () => ({ values: { NAME: "changed" } }),
  "shared.map": () => ({ sharedKey: "NAME" }),
  "domains.add": () => ({ name: "www.example.com" }),
  "connections.connect": () => ({ token: "x" }),
  "targets.save": () => ({ name: "saved", platform: "no-such-platform" }),
  "targets.update": () => ({ name: "renamed" }),
  "deployments.create": ({ upload, project }) => ({ project, source: { upload } }),
  "sandboxes.write": () => ({ files: [{ path: "index.html", text: "x" }] }),
  "sandboxes.run": () => ({ command: "node --version" }),
  "sandboxes.push": () => ({ url: "https://127.0.0.1/none.git" }),
  "sandboxes.exportGithub": () => ({ name: "x", token: "x" }),
  "sandboxes.exportGitlab": () => ({ name: "x", token: "x" }),
  "sandboxes.deploy": ({ project }) => ({ project }),
  "notifications.save": () => ({ kind: "webhook", address: "https://hooks.example.com/x" }),
  "notifications.update": () => ({ name: "renamed" }),
  "ownNotifications.save": () => ({ events: [] }),
  "webhooks.create": () => ({ platform: "no-such-platform" }),
  "webhooks.setSecret": () => ({ secret: "x".repeat(32) }),
  detect: ({ upload }) => ({ source: { upload } }),
  plan: ({ upload, project }) => ({ project, source: { upload } }),
};

/** What a question needs besides. */
const queries: Record<string, (things: Things) => Record<string, string>> = {
  "deployments.compare": ({ deployment }) => ({ with: deployment }),
  "deployments.effect": () => ({ action: "redeploy" }),
};

export interface Request {
  method: string;
  /** With the address's fields and the question filled in. */
  path: string;
  /** Null when there is none. */
  body: Record<string, unknown> | null;
  /** All fields, as the typed client sends them. */
  input: Record<string, unknown>;
  /** It names one thing by its id, which is nobody else's. */
  isNested: boolean;
}

export function requestFor({ name, method, path }: ProcedureFacts, things: Things): Request {
  const group = name.split(".", 1)[0]!;
  const fields: Record<string, string> = {
    project: things.project,
    environment: "production",
    platform: "no-such-platform",
    name: "www.example.com",
    key: "NAME",
    connection: things.connection,
    delivery: "dlv_acmeonly",
    command: "cmd_acmeonly",
    id: ids[group] === undefined ? "x" : things[ids[group]],
  };
  const inPath = [...path!.matchAll(/\{\+?(\w+)\}/g)].map((found) => found[1]!);
  const query = queries[name]?.(things);
  const body = bodies[name]?.(things) ?? (method === "GET" || method === "DELETE" ? null : {});
  return {
    method: method!,
    path:
      path!.replaceAll(/\{\+?(\w+)\}/g, (_, field: string) => encodeURIComponent(fields[field] ?? "x")) +
      (query ? `?${new URLSearchParams(query).toString()}` : ""),
    body,
    input: { ...Object.fromEntries(inPath.map((field) => [field, fields[field] ?? "x"])), ...query, ...body },
    isNested:
      inPath.includes("id") || inPath.includes("connection") || JSON.stringify(body ?? {}).includes(things.upload),
  };
}
