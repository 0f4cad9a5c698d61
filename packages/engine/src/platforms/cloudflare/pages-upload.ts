/** Direct upload to Pages: the files of a deployment, in JSON documents of several. */
import type { Sent } from "../../deployment/detail.ts";
import { DeployError } from "../../error.ts";
import type { ApiContext } from "../../platform.ts";
import type { Bytes } from "../../snapshot/bytes.ts";
import { path } from "../../http/api.ts";
import { ask } from "./api.ts";
import { type Asset, byKey, mediaType } from "./assets.ts";
import { base64Content, bodyOf, type Content, joined, textContent } from "./body.ts";
import { claimsOf, keepToken, sendRounds } from "./upload.ts";

export interface PagesUpload {
  /** Send what is missing; answers how much that was. Throws INVALID_SOURCE when they are too many for the account. */
  send(): Promise<Sent>;
  /** Tell that these files are in use, so that they are there the next time. */
  markUsed(): Promise<void>;
}

/**
 * Files and bytes of one request. The vendor's own command line sends up to 2,000 files or 40 MiB, three at a time; smaller ones are there
 * sooner, and less is sent again when one is lost.
 */
const bucketFiles = 500;
const bucketBytes = 8 * 1024 * 1024;
const concurrency = { start: 4, most: 8 };

/** In memory for each request under way: the file being read, its base64, and what the socket has not taken yet. */
const heldBytes = 4 * 1024 * 1024;

export function uploadTo(
  context: Pick<ApiContext, "api" | "signal" | "clock"> & { bytes: Bytes },
  { account, name, assets }: { account: string; name: string; assets: readonly Asset[] },
): PagesUpload {
  const { api, bytes, clock, signal } = context;
  const known = byKey(assets);
  const hashes = [...known.keys()];
  const sent: Sent = { files: 0, sizeBytes: 0, of: known.size };
  const token = keepToken(async () => {
    const address = path`/accounts/${account}/pages/projects/${name}/upload-token`;
    const { jwt } = await ask<{ jwt: string }>(context, { method: "GET", path: address });
    const most = claimsOf(jwt)["max_file_count_allowed"];
    if (typeof most === "number" && assets.length > most) throw tooMany(assets.length, most);
    return jwt;
  }, clock);

  const post = <T>(address: string, json: unknown): Promise<T> =>
    token.use((bearer) =>
      ask<T>(context, { method: "POST", path: `/pages/assets/${address}`, json, bearer, repeatable: true }),
    );

  async function sendBucket(bucket: readonly Asset[], inner: AbortSignal): Promise<void> {
    const body = bucketBody(bucket, bytes);
    await token.use((bearer) =>
      ask(
        { api, signal: inner },
        {
          method: "POST",
          path: "/pages/assets/upload",
          headers: { "content-type": "application/json" },
          body: bodyOf(body),
          lengthBytes: body.lengthBytes,
          bearer,
          repeatable: false,
          timeoutMs: 120_000,
        },
      ),
    );
    api.traffic.filesSent += bucket.length;
    sent.files += bucket.length;
    sent.sizeBytes += bucket.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  }

  return {
    async send() {
      await sendRounds({
        async missing() {
          const keys = await post<string[]>("check-missing", { hashes });
          return bucketsOf(keys.flatMap((key) => known.get(key) ?? []));
        },
        send: sendBucket,
        weigh: () => heldBytes,
        isComplete: () => true,
        concurrency: () => concurrency,
        clock,
        signal,
      });
      return sent;
    },
    markUsed: () => post("upsert-hashes", { hashes }),
  };
}

function tooMany(files: number, most: number): DeployError {
  return new DeployError("INVALID_SOURCE", {
    what: `The site has ${files} files; this account of Cloudflare takes ${most} in a deployment.`,
    where: "max_file_count_allowed",
    next: "Leave some out, or choose a plan of Cloudflare with more.",
    step: "upload",
  });
}

/** Parcels of about the same size, the largest files first. */
function bucketsOf(assets: Asset[]): Asset[][] {
  const bytes = assets.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const count = Math.max(
    Math.min(concurrency.start, Math.ceil(bytes / (bucketBytes / 8))),
    Math.ceil(assets.length / bucketFiles),
    Math.ceil(bytes / bucketBytes),
  );
  const buckets = Array.from({ length: Math.min(count, assets.length) }, (): Asset[] => []);
  const sorted = assets.toSorted((a, b) => b.file.sizeBytes - a.file.sizeBytes);
  for (const [index, asset] of sorted.entries()) buckets[index % buckets.length]!.push(asset);
  return buckets;
}

function bucketBody(bucket: readonly Asset[], bytes: Bytes): Content {
  const parts = bucket.flatMap(({ key, path: name, file }, index) => {
    const metadata = JSON.stringify({ contentType: mediaType(name) ?? "application/octet-stream" });
    return [
      textContent(`${index === 0 ? "[" : ","}{"key":"${key}","base64":true,"metadata":${metadata},"value":"`),
      base64Content(bytes, file),
      textContent('"}'),
    ];
  });
  return joined([...parts, textContent("]")]);
}
