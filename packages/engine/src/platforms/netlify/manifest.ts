/**
 * What a deployment consists of for Netlify: files by SHA-1, functions by SHA-256 of their zips, and for every digest the one thing to upload.
 *
 * Functions are taken as Netlify's own build leaves them (`netlify build`): zips in `.netlify/functions` with a manifest.json beside them.
 * Source: netlify/open-api go/porcelain/deploy.go and netlify/cli src/utils/deploy, read 2026-08.
 */
import { hash } from "node:crypto";
import { DeployError } from "../../error.ts";
import type { DeployContext, ReleaseService } from "../../platform.ts";
import type { Bytes } from "../../snapshot/bytes.ts";
import { digestsOf } from "../../snapshot/file-digest.ts";
import { withoutLinks } from "../../snapshot/links.ts";
import type { SnapshotFile } from "../../snapshot/snapshot.ts";

/** The body of the call that describes a deployment. */
export interface Manifest {
  files: Record<string, string>;
  functions?: Record<string, string>;
  function_schedules?: { name: string; cron: string }[];
  functions_config?: Record<string, unknown>;
}

/** One thing to send: to `path` below the deployment's address. */
export interface Upload {
  digest: string;
  path: string;
  query?: Record<string, string | number | undefined>;
  sizeBytes: number;
  /** Its bytes; in `scratch`, when they fit. */
  whole(scratch?: Buffer): Uint8Array;
  /** Absent for what is always small. */
  parts?(): AsyncIterable<Uint8Array>;
}

export interface Shipment {
  manifest: Manifest;
  /** By digest: what several paths have is sent for one of them. */
  uploads: Map<string, Upload>;
}

/** Of Netlify's own directory only what its build packed is sent, to where its own command line sends it. */
const packed = {
  functions: ".netlify/functions/",
  edge: ".netlify/edge-functions-dist/",
  config: ".netlify/deploy-config/",
};
const edgeAddress = ".netlify/internal/edge-functions/";
/** Where adapters leave functions that are still to be packed. */
const unpacked = [
  ".netlify/functions-internal/",
  ".netlify/v1/functions/",
  ".netlify/edge-functions/",
  ".netlify/v1/edge-functions/",
];

/** Everything there is to send. Throws INVALID_SOURCE for names Netlify does not take and for functions that are not packed. */
export async function shipmentOf(
  { artifact, plan }: ReleaseService,
  { bytes, signal }: Pick<DeployContext, "bytes" | "signal">,
): Promise<Shipment> {
  const all = withoutLinks(artifact.files);
  refuseNames(all);
  refuseUnpacked(all);
  const files = all.flatMap((file) => {
    const address = addressOf(file.path);
    return address === null ? [] : [{ file, address }];
  });
  const digests = await digestsOf(
    files.map(({ file }) => file),
    { name: "sha1", bytes, signal },
  );
  const manifest: Manifest = { files: {} };
  const uploads = new Map<string, Upload>();
  for (const [index, { file, address }] of files.entries()) {
    const digest = digests[index]!;
    manifest.files[address] = digest;
    if (uploads.has(digest)) continue;
    uploads.set(digest, uploadOf(file, { digest, path: `/files/${encodeURI(address)}`, bytes }));
  }
  if (plan.static?.spaFallback && manifest.files["_redirects"] === undefined) {
    const rules = Buffer.from("/*  /index.html  200\n");
    const digest = hash("sha1", rules);
    manifest.files["_redirects"] = digest;
    uploads.set(digest, { digest, path: "/files/_redirects", sizeBytes: rules.length, whole: () => rules });
  }
  addFunctions(all, { manifest, uploads, bytes });
  return { manifest, uploads };
}

/** Whether something of it runs, and so reads variables. */
export function hasFunctions(files: readonly SnapshotFile[]): boolean {
  return files.some(({ path }) => path.startsWith(packed.functions) && path.endsWith(".zip"));
}

/** Its path on the site; null for what is not published. */
function addressOf(path: string): string | null {
  if (path.startsWith(packed.edge)) return edgeAddress + path.slice(packed.edge.length);
  if (path.startsWith(".netlify/") && !path.startsWith(packed.config)) return null;
  return path;
}

function uploadOf(
  file: SnapshotFile,
  { digest, path, bytes, query }: Pick<Upload, "digest" | "path" | "query"> & { bytes: Bytes },
): Upload {
  return {
    digest,
    path,
    ...(query ? { query } : {}),
    sizeBytes: file.sizeBytes,
    whole: (scratch) => bytes.whole(file, scratch),
    parts: () => bytes.read(file),
  };
}

/** A function as Netlify's packer describes it. Source: netlify/build packages/zip-it-and-ship-it, src/manifest.ts, read 2026-08. */
interface PackedFunction {
  name: string;
  runtime?: string;
  runtimeVersion?: string;
  invocationMode?: string;
  timeout?: number;
  schedule?: string;
  displayName?: string;
  generator?: string;
  routes?: unknown[];
  excludedRoutes?: unknown[];
  buildData?: unknown;
  priority?: number;
  trafficRules?: unknown;
}

function addFunctions(files: readonly SnapshotFile[], { manifest, uploads, bytes }: Shipment & { bytes: Bytes }): void {
  const own = files.filter(({ path }) => path.startsWith(packed.functions));
  const zips = own.filter(({ path }) => path.endsWith(".zip"));
  if (zips.length === 0) return;
  const described = own.find(({ path }) => path === `${packed.functions}manifest.json`);
  const details = new Map(described ? functionsIn(bytes.whole(described)).map((one) => [one.name, one]) : []);
  manifest.functions = {};
  const schedules: Manifest["function_schedules"] = [];
  const config: Record<string, unknown> = {};
  for (const zip of zips) {
    const name = zip.path.slice(packed.functions.length, -".zip".length);
    const detail = details.get(name);
    manifest.functions[name] = zip.sha256;
    const query = {
      runtime: detail?.runtimeVersion ?? detail?.runtime ?? "js",
      invocation_mode: detail?.invocationMode,
      timeout: detail?.timeout,
      size: zip.sizeBytes,
    };
    const digest = zip.sha256;
    uploads.set(digest, uploadOf(zip, { digest, path: `/functions/${encodeURIComponent(name)}`, bytes, query }));
    if (detail?.schedule) schedules.push({ name, cron: detail.schedule });
    if (detail && (detail.displayName || detail.generator || detail.routes || detail.buildData))
      config[name] = {
        display_name: detail.displayName,
        generator: detail.generator,
        routes: detail.routes,
        excluded_routes: detail.excludedRoutes,
        build_data: detail.buildData,
        priority: detail.priority,
        traffic_rules: detail.trafficRules,
      };
  }
  if (schedules.length > 0) manifest.function_schedules = schedules;
  if (Object.keys(config).length > 0) manifest.functions_config = config;
}

function functionsIn(document: Buffer): PackedFunction[] {
  try {
    const { functions } = JSON.parse(document.toString("utf8")) as { functions?: PackedFunction[] };
    if (Array.isArray(functions)) return functions;
  } catch {
    // Not JSON: the same answer.
  }
  throw new DeployError("INVALID_SOURCE", {
    what: "The description of the functions cannot be read.",
    where: `${packed.functions}manifest.json`,
    next: "Build again with: npx netlify build",
    step: "upload",
  });
}

function refuseNames(files: readonly SnapshotFile[]): void {
  const refused = files.filter(({ path }) => /[#?]/.test(path));
  if (refused.length === 0) return;
  throw new DeployError("INVALID_SOURCE", {
    what:
      refused.length === 1
        ? "A file has a name that Netlify does not take."
        : `${refused.length} files have names that Netlify does not take.`,
    where: refused[0]!.path,
    next: "Give them names without # and ?. Nothing was sent.",
    faults: refused.slice(0, 50).map(({ path }) => ({ path, message: "has a # or a ? in its name" })),
    step: "upload",
  });
}

function refuseUnpacked(files: readonly SnapshotFile[]): void {
  if (files.some(({ path }) => path.startsWith(packed.functions) || path.startsWith(packed.edge))) return;
  const source = files.find(({ path }) => unpacked.some((directory) => path.startsWith(directory)));
  if (!source) return;
  throw new DeployError("INVALID_SOURCE", {
    what: "This build has functions for Netlify that are still source; Netlify takes them packed.",
    where: source.path,
    next: "Pack them with: npx netlify build. It leaves zips in .netlify/functions; put .netlify beside the published files and deploy them with --prebuilt. Nothing was sent.",
    step: "upload",
  });
}
