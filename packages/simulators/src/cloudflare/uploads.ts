/** Workers: the upload session, and the files that come in it, in buckets or one by one. */
import type { Answer, SimulatedRequest } from "../definition.ts";
import { accountOf, bearerOf } from "./account.ts";
import { isObject, objectOf, ok, refuse, type Routes } from "./envelope.ts";
import { maxFileBytes, uploadKey } from "./limits.ts";
import { sign, verified, type Claims } from "./jwt.ts";
import { keyFault } from "./keys.ts";
import { partsOf } from "./multipart.ts";
import { freshId, type Account, type CloudflareState, type UploadSession } from "./state.ts";

/** How long tokens of a session and of its completion are good for, in seconds. */
const tokenS = 3600;

const bucketFiles = 500;
const bucketBytes = 20 * 1024 * 1024;

/** The token that says all files of a session are there. */
function completion(account: Account, { id, script }: UploadSession, now: number): string {
  const claims: Claims = {
    kind: "workers-complete",
    account: account.id,
    name: script,
    session: id,
    exp: now / 1000 + tokenS,
  };
  return sign(claims, uploadKey);
}

/** The manifest behind a completion token, path to key; refuses a token of another Worker, or an old one. */
export function completed(account: Account, { token, script, now }: { token: string; script: string; now: number }) {
  const claims = verified(token, { key: uploadKey, kind: "workers-complete", now });
  const session = claims && claims.account === account.id && claims.name === script;
  const found = session ? account.uploadSessions.get(claims.session) : undefined;
  if (!found) throw refuse(400, 10021, "The completion token of the assets is not valid.");
  return new Map([...found.manifest].map(([path, { hash }]) => [path, hash]));
}

function manifestOf(request: SimulatedRequest, maxFiles: number): UploadSession["manifest"] {
  const { manifest } = objectOf(request);
  if (!isObject(manifest) || Object.keys(manifest).length === 0)
    throw refuse(400, 10021, "An upload session needs a manifest of at least one file.");
  const entries = Object.entries(manifest) as [string, { hash?: unknown; size?: unknown }][];
  if (entries.length > maxFiles) throw refuse(400, 10021, `A version has at most ${maxFiles} files.`);
  for (const [path, { hash, size }] of entries) {
    if (
      !path.startsWith("/") ||
      typeof hash !== "string" ||
      !/^[0-9a-f]{32}$/.test(hash) ||
      !Number.isSafeInteger(size)
    )
      throw refuse(
        400,
        10021,
        `The manifest's entry of ${path} needs a leading slash, a hash of 32 hex digits and a size.`,
      );
    if (Number(size) > maxFileBytes) throw refuse(400, 10021, `${path} is larger than 25 MiB.`);
  }
  return new Map(entries as [string, { hash: string; size: number }][]);
}

/** Keys in buckets: at least two where there are two files, and none too large to send at once. */
function bucketsOf({ manifest, missing }: UploadSession): string[][] {
  if (missing.size === 0) return [];
  const sizes = new Map([...manifest.values()].map(({ hash, size }) => [hash, size]));
  const bytes = [...missing].reduce((sum, hash) => sum + sizes.get(hash)!, 0);
  const wanted = Math.max(2, Math.ceil(missing.size / bucketFiles), Math.ceil(bytes / bucketBytes));
  const buckets = Array.from({ length: Math.min(wanted, missing.size) }, (): string[] => []);
  for (const [index, hash] of [...missing].entries()) buckets[index % buckets.length]!.push(hash);
  return buckets;
}

/** The session whose token a request carries. */
function sessionOf(state: CloudflareState, request: SimulatedRequest): UploadSession {
  const account = accountOf(state, request);
  const claims = verified(bearerOf(request) ?? "", { key: uploadKey, kind: "workers-upload", now: request.now });
  const session = claims?.account === account.id ? account.uploadSessions.get(claims.session) : undefined;
  if (session) return session;
  throw refuse(401, 10000, "Authentication error");
}

interface File {
  key: string;
  contentType: string | null;
  bytes: Buffer;
}

/** Refuses a file that is not what the session announced. */
function verify({ settings }: CloudflareState, session: UploadSession, { key, bytes }: File): void {
  const path = session.pathOf.get(key);
  if (path === undefined) throw refuse(400, 10021, `${key} is not in the manifest of this session.`);
  if (session.manifest.get(path)!.size !== bytes.length)
    throw refuse(400, 10021, `${path} has ${bytes.length} bytes, not as many as its manifest says.`);
  const fault = keyFault({ key, bytes, path }, settings.assetKeys);
  if (fault !== null) throw refuse(400, 10021, fault);
}

/**
 * Keep what one request brought, all or nothing. 201 with the completion token when nothing is missing any more, also for a bucket
 * that comes a second time.
 */
function take(state: CloudflareState, request: SimulatedRequest, files: File[]): Answer {
  const account = accountOf(state, request);
  const session = sessionOf(state, request);
  for (const file of files) verify(state, session, file);
  // Nothing waits here: of uploads side by side one completes the set.
  for (const { key, contentType, bytes } of files) {
    account.workersAssets.set(key, { bytes, contentType: contentType === "application/null" ? null : contentType });
    session.missing.delete(key);
  }
  return session.missing.size === 0
    ? ok({ jwt: completion(account, session, request.now) }, { status: 201 })
    : ok({ jwt: null }, { status: 202 });
}

export const uploadRoutes: Routes = {
  "POST /accounts/:account/workers/scripts/:script/assets-upload-session": (state, request) => {
    const account = accountOf(state, request);
    const manifest = manifestOf(request, state.settings.maxFiles);
    const pathOf = new Map([...manifest].map(([path, { hash }]) => [hash, path]));
    const missing = new Set([...pathOf.keys()].filter((hash) => !account.workersAssets.has(hash)));
    const session: UploadSession = {
      id: freshId(state),
      script: request.param("script"),
      manifest,
      pathOf,
      missing,
    };
    account.uploadSessions.set(session.id, session);
    const buckets = bucketsOf(session);
    if (buckets.length === 0) return ok({ jwt: completion(account, session, request.now), buckets });
    const claims: Claims = {
      kind: "workers-upload",
      account: account.id,
      name: session.script,
      session: session.id,
      exp: request.now / 1000 + tokenS,
      ...(state.settings.workersUploads === "single" ? { wrangler_single_asset_uploads: true } : {}),
    };
    return ok({ jwt: sign(claims, uploadKey), buckets });
  },

  "POST /accounts/:account/workers/assets/upload": (state, request) => {
    if (request.query.get("base64") !== "true") throw refuse(400, 10021, "Assets are sent with ?base64=true.");
    const parts = partsOf(request.headers["content-type"], request.body);
    if (!parts) throw refuse(400, 10021, "Assets are sent as a multipart form.");
    const files = parts.map(({ name: key, contentType, body }) => {
      return { key, contentType, bytes: Buffer.from(body.toString("latin1"), "base64") };
    });
    return take(state, request, files);
  },

  "POST /accounts/:account/workers/assets/upload/:key": (state, request) => {
    const contentType = request.headers["content-type"] ?? null;
    return take(state, request, [{ key: request.param("key"), contentType, bytes: request.body }]);
  },
};
