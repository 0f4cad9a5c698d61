/** What becomes of a deployment: its states, what is written meanwhile, and what is served in the end. Nothing is really built. */
import { posix } from "node:path";
import { checked } from "./call.ts";
import { outputConfig, projectConfig, routesOf, type RouteRule } from "./routing.ts";
import type { Deployment, LogLine, StoredFile, VercelState } from "./state.ts";
import { assign, notifyDeployment } from "./traffic.ts";

/** Whether nothing more will happen by itself. */
export function isSettled({ readyState, aliasAssigned, aliasError }: Deployment): boolean {
  if (readyState === "READY") return aliasAssigned !== false || aliasError !== null;
  return readyState === "ERROR" || readyState === "CANCELED" || readyState === "BLOCKED";
}

/**
 * A look takes a deployment further: with `buildMs` 0 by one state, otherwise to where it is by now. Its addresses come one look
 * after it is ready, so that a client which stops at READY is found out.
 */
export function lookAtBuild(state: VercelState, deployment: Deployment, now: number): void {
  if (isSettled(deployment)) return;
  if (deployment.readyState === "READY") return assign(state, deployment, now);
  const at = order.indexOf(deployment.readyState);
  const share = (now - deployment.acceptedAt) / state.buildMs;
  const due = state.buildMs === 0 ? at + 1 : Math.min(3, Math.floor(share * 3));
  for (let next = at + 1; next <= due && !isSettled(deployment); next++) enter(state, deployment, { next, now });
}

const order: string[] = ["QUEUED", "INITIALIZING", "BUILDING", "READY"];

function enter(state: VercelState, deployment: Deployment, { next, now }: { next: number; now: number }): void {
  const { settings, prebuilt, failure, files } = deployment;
  switch (order[next]) {
    case "INITIALIZING":
      deployment.readyState = "INITIALIZING";
      say(deployment, now, [["stdout", "Running build in Washington, D.C., USA (East) – iad1"]]);
      return;
    case "BUILDING":
      deployment.readyState = "BUILDING";
      deployment.buildingAt = now;
      say(deployment, now, [
        ["stdout", "Retrieving list of deployment files..."],
        ["stdout", `Downloading ${files.size} deployment files...`],
        ["command", prebuilt ? "Using prebuilt build artifacts..." : `Running "${commandOf(settings)}"`],
      ]);
      return;
    default:
      if (failure !== null) return fail(state, deployment, now);
      deployment.readyState = "READY";
      deployment.readyAt = now;
      publish(deployment);
      say(deployment, now, [
        ["stdout", "Build Completed in /vercel/output [1s]"],
        ["stdout", "Deploying outputs..."],
        ["stdout", "Deployment completed"],
      ]);
      notifyDeployment(state, { type: "deployment.ready", deployment, now });
  }
}

function fail(state: VercelState, deployment: Deployment, now: number): void {
  deployment.readyState = "ERROR";
  say(deployment, now, [["stderr", `Error: ${deployment.failure}`]]);
  notifyDeployment(state, { type: "deployment.error", deployment, now });
}

const commandOf = ({ buildCommand }: Record<string, unknown>) =>
  typeof buildCommand === "string" ? buildCommand : "npm run build";

/** Why a build of these files will fail; null when it will not. */
export function failureOf(
  files: Map<string, StoredFile>,
  { prebuilt, settings }: Pick<Deployment, "prebuilt" | "settings">,
): string | null {
  if (files.has("landfall-simulator-fail")) return `Command "${commandOf(settings)}" exited with 1`;
  if (prebuilt && !outputConfig.safeParse(outputOf(files)).success)
    return `${outputFolder}config.json is missing or not valid`;
  return null;
}

/** Write lines into the build log. */
export function say(deployment: Deployment, now: number, lines: [LogLine["type"], string][]): void {
  for (const [type, text] of lines)
    deployment.log.push({ type, text, date: now, ...(type === "stderr" ? { level: "error" as const } : {}) });
}

/** Routes of a source: what its vercel.json says, and over it what the request says. */
export function configOf(
  files: Map<string, StoredFile>,
  request: Record<string, unknown>,
): { routes: RouteRule[]; cleanUrls: boolean } {
  const config = checked(projectConfig, { ...parsed(files.get("vercel.json")?.body), ...request });
  return { routes: routesOf(config), cleanUrls: config.cleanUrls ?? false };
}

function parsed(body: Buffer | undefined): object {
  try {
    return (JSON.parse(body?.toString() ?? "{}") ?? {}) as object;
  } catch {
    return {}; // The official client sends a vercel.json with comments too; then only the request counts.
  }
}

function publish(deployment: Deployment): void {
  if (deployment.prebuilt) return publishPrebuilt(deployment);
  const { files, settings } = deployment;
  const root = folderOf(settings["rootDirectory"]);
  const named = folderOf(settings["outputDirectory"]);
  const hasPublic = [...files.keys()].some((path) => path.startsWith(`${root}public/`));
  const folder = named !== "" ? root + named : hasPublic ? `${root}public/` : root;
  for (const [path, file] of files)
    if (path.startsWith(folder) && path !== "vercel.json")
      deployment.output.set(path.slice(folder.length), bodyOf(files, path, file));
}

/** A folder as the beginning of paths: "" or with a slash at the end. */
function folderOf(setting: unknown): string {
  const folder = typeof setting === "string" ? setting.replace(/^\.?\/+|\/+$/g, "") : "";
  return folder === "" || folder === "." ? "" : `${folder}/`;
}

const outputFolder = ".vercel/output/";

const outputOf = (files: Map<string, StoredFile>) => parsed(files.get(`${outputFolder}config.json`)?.body);

function publishPrebuilt(deployment: Deployment): void {
  const { files, output } = deployment;
  const { routes, overrides } = outputConfig.parse(outputOf(files));
  deployment.routes = routes;
  for (const [path, file] of files) {
    const [, part, name = ""] = /^\.vercel\/output\/(static|functions)\/(.+)$/.exec(path) ?? [];
    const [, functionName] = /^(.+)\.func\/\.vc-config\.json$/.exec(name) ?? [];
    if (part === "functions" && functionName !== undefined) deployment.functions.add(functionName);
    if (part !== "static") continue;
    const { path: servedAs = name, contentType } = overrides[name] ?? {};
    output.set(servedAs, bodyOf(files, path, file));
    if (contentType !== undefined) deployment.contentTypes.set(servedAs, contentType);
  }
}

/** A file's bytes; those of its target when it is a link to another file of the deployment. */
function bodyOf(files: Map<string, StoredFile>, path: string, file: StoredFile): Buffer {
  if ((file.mode & 0o170000) !== 0o120000) return file.body;
  const linked = files.get(posix.join(posix.dirname(path), file.body.toString()));
  return linked && (linked.mode & 0o170000) !== 0o120000 ? linked.body : Buffer.alloc(0);
}
