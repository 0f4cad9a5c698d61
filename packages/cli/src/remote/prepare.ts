/**
 * From a request to a plan, with a server: the source is read here, by the same rules as ever, and what these leave is packed and uploaded;
 * detection and planning are the server's. A git repository is fetched by the server itself.
 */
import type {
  Commit,
  DeployPlan,
  DeployRequest,
  Detection,
  ErrorReport,
  Exclusion,
  History,
  Prepared,
  Snapshot,
  Source,
} from "@landfall/engine";
import { checkedName, nameOf, suggestNames } from "@landfall/engine/name";
import { openDigestCache } from "@landfall/engine/snapshot/cache";
import { openBlobs } from "@landfall/engine/snapshot/blobs";
import { folderBytes } from "@landfall/engine/snapshot/bytes";
import { takeSnapshot } from "@landfall/engine/snapshot/take";
import { commitAround, trackedAround } from "@landfall/engine/source/commit";
import { historyAround } from "@landfall/engine/source/history";
import { openSource } from "@landfall/engine/source/open";
import { checkedSource } from "@landfall/engine/source/source";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { identityOf, linksIn } from "../links.ts";
import type { Client, Connection } from "./client.ts";
import { pack } from "./pack.ts";
import { sent } from "./sent.ts";
import { upload } from "./upload.ts";

/** What the server is asked to plan, and then to accept. */
type Asked = Parameters<Client["plan"]>[0];

/** The server's answer; its kinds of artifacts and reasons are the engine's own. */
interface Planned {
  plan: DeployPlan;
  detection: Omit<Detection, "dir"> | null;
  problems: ErrorReport[];
  excluded: Exclusion[];
}

export interface PreparedThere extends Prepared {
  asked: Asked;
}

/** What was read here of a source. */
interface Read {
  asked: Asked["source"];
  project: { name: string; isMadeUp: boolean };
  snapshot: Snapshot;
  description: string;
  identity: string | null;
}

export interface PrepareOptions {
  connection: Connection;
  /** Data directory of this machine: what is known of files, and room for the archive. */
  home: string;
  /** Where git is looked for. */
  toolPath: string[];
}

/** See Engine.prepare. */
export async function prepareThere(
  options: PrepareOptions,
  request: DeployRequest,
  signal: AbortSignal | undefined,
): Promise<PreparedThere> {
  const { client } = options.connection;
  const aborting = signal ? { signal } : {};
  if (request.project !== undefined) checkedName("project", request.project);
  const source = checkedSource(request.source);
  const read = source.kind === "git" ? null : await readHere(options, { ...request, source }, signal);
  const { source: _source, project = read?.project.name, ...rest } = request;
  const asked: Asked = {
    ...rest,
    source: source.kind === "git" ? repository(source) : read!.asked,
    ...(project === undefined ? {} : { project }),
  };
  const { plan, detection, problems, excluded } = sent(await client.plan(asked, aborting)) as Planned;
  const taken = read?.project.isMadeUp === true ? await takenBy(options, read) : null;
  const shownSource = read === null ? {} : { kind: source.kind, description: read.description };
  return {
    request: { ...request, source, environment: plan.environment, platform: plan.platform },
    snapshot: read?.snapshot ?? unseen(plan, excluded),
    detection: detection === null ? null : { ...detection, dir: "." },
    plan: { ...plan, source: { ...plan.source, ...shownSource } },
    commit: null,
    excluded: read?.snapshot.excluded ?? excluded,
    problems: taken === null ? problems : [taken, ...problems],
    asked,
  };
}

/** A password in the address goes to the server, which fetches with it and keeps it no longer than the fetch. */
function repository({ url, ref, subdirectory, credential }: Source & { kind: "git" }): Asked["source"] {
  let git = url;
  if (credential !== undefined) {
    const address = new URL(url);
    const [username = "", password = ""] = credential.open().split(/:(.*)/s);
    git = Object.assign(address, { username, password }).href;
  }
  return {
    git,
    ...(ref === undefined ? {} : { ref }),
    ...(subdirectory === undefined ? {} : { subdirectory }),
  };
}

/** Read by the rules of this machine, packed, and sent. */
async function readHere(
  { connection, home, toolPath }: PrepareOptions,
  request: DeployRequest,
  signal: AbortSignal | undefined,
): Promise<Read> {
  const aborting = signal ? { signal } : {};
  mkdirSync(join(home, "scratch"), { recursive: true, mode: 0o700 });
  const scratch = mkdtempSync(join(home, "scratch", "send-"));
  try {
    await using source = await openSource(request.source, {
      scratch: join(scratch, "source"),
      toolPath: [],
      ...aborting,
    });
    const project = await projectOf(request, source);
    const commit = request.source.kind === "folder" ? await commitAround(source.root, { toolPath, signal }) : null;
    const looking =
      commit === null ? null : historySince(connection, { request, project, commit, source, toolPath }, signal);
    const blobs = openBlobs(join(scratch, "blobs"));
    const snapshot = await takeSnapshot(source.root, {
      blobs,
      cache: openDigestCache(join(home, "digests")),
      keep: "reference",
      prebuilt: request.prebuilt ?? false,
      ...(request.source.kind === "folder" ? { tracked: await trackedAround(source.root, { toolPath, signal }) } : {}),
      ...aborting,
    });
    const file = join(scratch, "archive");
    const packed = await pack(snapshot, folderBytes(source.root, blobs), { file, ...aborting });
    const [id, history] = await Promise.all([upload(connection, { ...packed, file }, signal), looking]);
    const { description } = source;
    return {
      // Whoever looks at the deployment there need not know where on this disk it came from.
      asked: {
        upload: id,
        description: basename(description.replace(/, folder .*/s, "")) || "/",
        ...(commit ? { commit } : {}),
        ...(history ? { history } : {}),
      },
      project,
      snapshot,
      description,
      identity: identityOf(request.source),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Since {
  request: DeployRequest;
  project: Read["project"];
  commit: Commit;
  source: { root: string };
  toolPath: string[];
}

/** The commits since what is live on the server; null where that is none of this folder's, and where it cannot be asked. Never throws. */
async function historySince(
  { client }: Connection,
  { request: { environment = "production", platform }, project: { name: project }, commit, source, toolPath }: Since,
  signal: AbortSignal | undefined,
): Promise<History | null> {
  const place = { project, environment, ...(platform === undefined ? {} : { platform }) };
  const listed = await client.deployments
    .list({ ...place, state: "success", limit: 20 }, signal ? { signal } : {})
    .catch(() => null); // The deployment will say it: it is not for this to fail.
  const from = listed?.deployments.find(({ live }) => live)?.commit?.sha;
  if (from === undefined || from === commit.sha) return null;
  const between = { from, to: commit.sha };
  return { ...between, ...(await historyAround(source.root, { ...between, toolPath, signal })) };
}

async function projectOf(
  { project, prebuilt, source }: DeployRequest,
  { root, identity }: { root: string; identity: string },
): Promise<Read["project"]> {
  if (project !== undefined) return { name: project, isMadeUp: false };
  if (prebuilt !== true && existsSync(join(root, "landfall.json"))) {
    // Loaded only where there is something to check, as the engine does.
    const { readConfig } = await import("@landfall/engine/plan/config");
    const named = readConfig(root)?.name;
    if (named !== undefined) return { name: checkedName("project", named), isMadeUp: false };
  }
  return { name: nameOf(source, identity), isMadeUp: true };
}

/**
 * A name we made up never lands on a project that came from elsewhere. The server does not know our folders, so what was deployed from
 * which is remembered here.
 */
async function takenBy(
  { connection: { client, url }, home }: PrepareOptions,
  { project: { name }, identity }: Read,
): Promise<ErrorReport | null> {
  const { projects } = await client.projects.list();
  const taken = new Set(projects.map((one) => one.name));
  if (!taken.has(name) || linksIn(home, url).identityOf(name) === identity) return null;
  const names = suggestNames(name, (one) => taken.has(one));
  return {
    code: "PROJECT_NAME_TAKEN",
    what: `There is a project ${name} on this server already, and it was not deployed from here.`,
    where: "project",
    next: `If this is that project: --project ${name}; else deploy it as another one: --project ${names[0] ?? "<name>"}.`,
    recovery: [name, ...names].map((one) => ({
      kind: "alternative",
      label: one === name ? `Deploy into ${name}` : `Deploy as ${one}`,
      command: `landfall deploy --project ${one}`,
    })),
    step: "create",
  };
}

/** Of what only the server has seen: its digest and how much it is. */
function unseen({ source }: DeployPlan, excluded: Exclusion[]): Snapshot {
  return { digest: source.snapshot, files: [], sizeBytes: source.sizeBytes, excluded, filesRead: 0 };
}
