/** Files of a Worker: a session says which are missing, and ends with a token by which a version takes them all. */
import type { Sent } from "../../deployment/detail.ts";
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import type { ApiContext } from "../../platform.ts";
import { type Secret, secret } from "../../secret.ts";
import type { Bytes } from "../../snapshot/bytes.ts";
import { ask } from "./api.ts";
import { type Asset, byKey, mediaType } from "./assets.ts";
import { base64Content, bodyOf, type Content, fileContent, form } from "./body.ts";
import { claimsOf, sendRounds } from "./upload.ts";

export interface WorkersUpload {
  /** Send what is missing; answers how much that was. */
  send(): Promise<Sent>;
  /** The token that stands for all files; what is still missing is sent first. */
  completion(): Promise<Secret>;
}

/** The vendor makes the buckets. Its own command line sends three at a time, and single files by fifty where the session does not say. */
const bucketConcurrency = { start: 4, most: 8 };
const singleConcurrency = { start: 16, most: 50 };
const heldBytes = 4 * 1024 * 1024;
/** A session's files: only their type, to be served without one. Source: workers-sdk, wrangler/src/assets.ts, read 2026-08-22. */
const withoutType = "application/null";

interface Session {
  jwt: string;
  buckets: string[][];
}

export function uploadTo(
  context: Pick<ApiContext, "api" | "signal" | "clock"> & { bytes: Bytes },
  { account, name, assets }: { account: string; name: string; assets: readonly Asset[] },
): WorkersUpload {
  const { api, bytes, clock, signal } = context;
  const known = byKey(assets);
  const sent: Sent = { files: 0, sizeBytes: 0, of: known.size };
  let token: Secret | undefined;
  let single = false;
  let done: Secret | undefined;

  /** What is missing, by a new session: there is no other way to ask. */
  async function missing(): Promise<Asset[][]> {
    const session = await openSession(context, { account, name, assets });
    const keys = session.buckets.filter((bucket) => bucket.length > 0);
    if (keys.length === 0) {
      done = secret(session.jwt);
      return [];
    }
    token = secret(session.jwt);
    const claims = claimsOf(session.jwt);
    single = claims["wrangler_single_asset_uploads"] === true;
    const buckets = keys.map((bucket) => bucket.flatMap((key) => known.get(key) ?? []));
    return single ? buckets.flat().map((asset) => [asset]) : buckets;
  }

  async function sendParcel(parcel: readonly Asset[], inner: AbortSignal): Promise<void> {
    const [only] = parcel as [Asset];
    const body = single ? { ...fileContent(bytes, only.file), type: typeOf(only) } : bucketForm(parcel, bytes);
    const answer = await ask<{ jwt?: string | null } | null>(
      { api, signal: inner },
      {
        method: "POST",
        path: path`/accounts/${account}/workers/assets/upload` + (single ? path`/${only.key}` : ""),
        ...(single ? {} : { query: { base64: true } }),
        headers: { "content-type": body.type },
        body: bodyOf(body),
        lengthBytes: body.lengthBytes,
        bearer: token!,
        repeatable: false,
        timeoutMs: 120_000,
      },
    );
    api.traffic.filesSent += parcel.length;
    sent.files += parcel.length;
    sent.sizeBytes += parcel.reduce((sum, { file }) => sum + file.sizeBytes, 0);
    if (answer?.jwt) done = secret(answer.jwt);
  }

  async function send(): Promise<Sent> {
    await sendRounds({
      missing,
      send: sendParcel,
      weigh: (parcel) => (single ? parcel[0]!.file.sizeBytes : heldBytes),
      isComplete: () => done !== undefined,
      concurrency: () => (single ? singleConcurrency : bucketConcurrency),
      clock,
      signal,
    });
    return sent;
  }

  return {
    send,
    async completion() {
      if (!done) await send();
      return done!;
    },
  };
}

/** Opened again when its answer is lost or empty: nothing is done by opening. */
async function openSession(
  context: Pick<ApiContext, "api" | "signal">,
  { account, name, assets }: { account: string; name: string; assets: readonly Asset[] },
): Promise<Session> {
  const manifest = Object.fromEntries(
    assets.map(({ path: at, key, file }) => [at, { hash: key, size: file.sizeBytes }]),
  );
  const session = await ask<Session | null>(context, {
    method: "POST",
    path: path`/accounts/${account}/workers/scripts/${name}/assets-upload-session`,
    json: { manifest },
    repeatable: true,
  });
  if (session?.jwt) return session;
  throw new DeployError("PLATFORM_UNAVAILABLE", {
    what: "Cloudflare opened a session for the upload and did not say which.",
    where: `${name}, assets-upload-session`,
    next: "Deploy again; nothing was changed.",
    step: "upload",
  });
}

function bucketForm(parcel: readonly Asset[], bytes: Bytes): Content & { type: string } {
  const parts = parcel.map((asset) => ({
    name: asset.key,
    filename: asset.key,
    type: typeOf(asset),
    content: base64Content(bytes, asset.file),
  }));
  // Base64 has no hyphens, so no part can hold it.
  return form(parts, "----landfall-assets");
}

/** Text with its charset: a Worker's files are served with the type as it is sent. */
function typeOf({ path: at }: Asset): string {
  const type = mediaType(at);
  if (type === undefined) return withoutType;
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}
