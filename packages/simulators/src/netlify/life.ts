/** The life of a deployment: how it comes from new to ready, and who has the traffic. */
import {
  digest,
  liveOf,
  newId,
  refuse,
  type Deploy,
  type DeployState,
  type NetlifyState,
  type Part,
  type Site,
} from "./state.ts";
import { contextOf } from "./views.ts";

/** What follows by itself. `uploading` waits for the client; `prepared` too, unless nothing is missing. */
const following: Partial<Record<DeployState, DeployState>> = {
  enqueued: "building",
  building: "processing",
  preparing: "prepared",
  prepared: "processing",
  uploaded: "processing",
  processing: "ready",
};

/** A build with this file in its source fails. */
const failingFile = "landfall-simulator-fail";

interface NewDeploy {
  site: Site;
  now: number;
  draft?: boolean;
  branch?: string | null;
  title?: string | null;
}

/** A deployment in state `new`, kept. */
export function openDeploy(
  state: NetlifyState,
  { site, now, draft = false, branch = null, title = null }: NewDeploy,
): Deploy {
  const deploy: Deploy = {
    id: newId(),
    siteId: site.id,
    buildId: null,
    state: "new",
    since: now,
    stepMs: state.settings.buildMs / 2,
    draft,
    branch,
    title,
    parts: { files: new Map(), functions: new Map(), edge_functions: new Map(), server: new Map() },
    missing: { files: new Set(), functions: new Set(), edge_functions: new Set(), server: new Set() },
    manifest: null,
    environment: [],
    framework: null,
    schedules: [],
    commitRef: null,
    errorMessage: null,
    locked: false,
    createdAt: now,
    updatedAt: now,
    publishedAt: null,
  };
  state.deploys.set(deploy.id, deploy);
  return deploy;
}

/** Into a state, at this time. */
export function enter(deploy: Deploy, next: DeployState, now: number): void {
  deploy.state = next;
  deploy.since = now;
  deploy.updatedAt = now;
}

/** End as an error that says why. */
export function fail(deploy: Deploy, message: string, now: number): void {
  enter(deploy, "error", now);
  deploy.errorMessage = message;
}

/**
 * Go on as far as the time allows. With a step of no time it is the look that makes it go on, one state each, so that a client which
 * polls sees all of them however fast it is.
 */
export function advance(state: NetlifyState, deploy: Deploy, { now, looked }: { now: number; looked: boolean }): void {
  const { stepMs } = deploy;
  if (stepMs === 0) {
    if (looked) step(state, deploy, now);
    return;
  }
  while (now >= deploy.since + stepMs && step(state, deploy, deploy.since + stepMs));
}

/** Into the next state, if one follows by itself. */
function step(state: NetlifyState, deploy: Deploy, now: number): boolean {
  const next = following[deploy.state];
  if (next === undefined || (deploy.state === "prepared" && isMissing(deploy))) return false;
  if (deploy.state === "building" && !build(state, deploy, now)) return true;
  enter(deploy, next, now);
  if (next === "ready") publishWhenProduction(state, deploy, now);
  return true;
}

/** Whether bytes of any part have not come yet. */
export const isMissing = ({ missing }: Deploy): boolean => Object.values(missing).some(({ size }) => size > 0);

/** No build: the files below the publish directory, or `public/`, or the source as it is. False when it failed. */
function build(state: NetlifyState, deploy: Deploy, now: number): boolean {
  const site = state.sites.get(deploy.siteId)!;
  const source = site.source ?? new Map<string, string>();
  if (source.has(failingFile)) {
    fail(deploy, "Failed during stage 'building site': Build script returned non-zero exit code: 2", now);
    return false;
  }
  const asked = site.build.dir?.replace(/^\.?\/|\/$/g, "");
  const output = below(source, asked || "public");
  if (asked && output.size === 0) {
    fail(deploy, `Failed during stage 'building site': Deploy directory '${asked}' does not exist`, now);
    return false;
  }
  deploy.parts.files = output.size > 0 ? output : new Map(source);
  return true;
}

function below(files: Map<string, string>, directory: string): Map<string, string> {
  const inside = [...files].filter(([path]) => path.startsWith(`${directory}/`));
  return new Map(inside.map(([path, sha]) => [path.slice(directory.length + 1), sha]));
}

function publishWhenProduction(state: NetlifyState, deploy: Deploy, now: number): void {
  const site = state.sites.get(deploy.siteId)!;
  if (contextOf(deploy) !== "production" || liveOf(state, site)?.locked) return;
  publish(site, deploy, now);
}

/** Give the production traffic to a deployment. */
export function publish(site: Site, deploy: Deploy, now: number): void {
  if (site.published.at(-1) !== deploy.id) site.published.push(deploy.id);
  deploy.publishedAt = now;
  deploy.updatedAt = now;
}

/** Bytes have come. The last that were missing move it on. */
export function arrived(state: NetlifyState, deploy: Deploy, part: Part, { sha, bytes, now }: Arrival): void {
  state.blobs.set(sha, bytes);
  deploy.missing[part].delete(sha);
  // Files that share a digest may all be sent: the second comes when the deployment has gone on.
  if (deploy.state !== "prepared" && deploy.state !== "uploading") return;
  enter(deploy, isMissing(deploy) ? "uploading" : "uploaded", now);
}

interface Arrival {
  sha: string;
  bytes: Buffer;
  now: number;
}

/** Keep the files of an archive; the result names their digests. More than the vendor takes are refused. */
export function keep(state: NetlifyState, files: Map<string, Buffer>): Map<string, string> {
  if (files.size > 25_000) refuse(422, "The archive has more than 25000 files");
  const kept = new Map<string, string>();
  for (const [path, bytes] of files) {
    const sha = digest("sha1", bytes);
    state.blobs.set(sha, bytes);
    kept.set(path, sha);
  }
  return kept;
}
