/**
 * Objects in an S3-compatible store: what blobs need of it and no more. Requests are signed by aws4fetch (version 4) and sent by the one client.
 * The digest that names a blob is the digest that the signature covers, so the store itself refuses bytes that changed on their way.
 * Source: Amazon S3 API Reference, PutObject, GetObject, CopyObject, DeleteObject, ListObjectsV2.
 */
import { createHash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import type { Clock } from "../clock.ts";
import { DeployError } from "../error.ts";
import { openApi, type ApiRequest } from "../http/api.ts";
import { ApiError } from "../http/api-error.ts";
import { type Secret, secret } from "../secret.ts";

export interface BlobStoreOptions {
  /** `s3://bucket/prefix?endpoint=https://…&region=…&cacheGb=…`; without an endpoint it is Amazon's. */
  url: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Of credentials that end. */
  sessionToken?: string;
}

export interface StoredObject {
  /** Below the prefix. */
  key: string;
  sizeBytes: number;
  modifiedAt: number;
}

export interface S3 extends AsyncDisposable {
  /** For people: no credential is in it. */
  readonly address: string;
  /** Throws DIGEST_MISMATCH when the store got other bytes. */
  put(key: string, content: { sha256: string; sizeBytes: number; read(): AsyncIterable<Uint8Array> }): Promise<void>;
  /** Throws NOT_FOUND, and PLATFORM_UNAVAILABLE when it breaks off. */
  get(key: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Copy an object there; onto itself it is as if written now. False when there is none. */
  copy(from: string, to: string): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** Every object below the prefix. */
  list(signal?: AbortSignal): AsyncIterable<StoredObject>;
  /** One request that needs the credential and the bucket. Throws what is wrong. */
  check(): Promise<void>;
}

interface Place {
  endpoint: string;
  region: string;
  bucket: string;
  /** With a slash at its end, or empty. */
  prefix: string;
  cacheBytes: number;
}

const usualRegion = "us-east-1";
const usualCacheGb = 10;
const empty = createHash("sha256").digest("hex");

/** Throws INVALID_CONFIG with every fault. */
export function readStoreUrl(text: string): Place {
  // What is not seen would be left out by whoever reads an address, and another place be meant.
  const url = /[\s\p{Cc}]/u.test(text) ? null : URL.parse(text);
  const faults: { path: string; message: string }[] = [];
  const fault = (path: string, message: string): void => void faults.push({ path, message });
  const given = url?.searchParams ?? new URLSearchParams();
  const bucket = url?.hostname ?? "";
  const isPlain = url?.protocol === "s3:" && url.port === "" && url.hash === "";
  if (!isPlain || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    fault("LANDFALL_STORE", "must be s3://bucket/prefix, with the bucket's name in lower case and without blanks");
  if (url?.username || url?.password)
    fault("LANDFALL_STORE", "holds a credential; give it as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  for (const name of given.keys())
    if (!["endpoint", "region", "cacheGb"].includes(name)) fault(`LANDFALL_STORE ?${name}`, "is not known");
  const region = given.get("region") ?? usualRegion;
  const endpoint = given.get("endpoint");
  const there = endpoint === null ? null : URL.parse(endpoint);
  if (endpoint !== null && (!there || !isEndpoint(there) || /[\s\p{Cc}]/u.test(endpoint)))
    fault("LANDFALL_STORE ?endpoint", "must be an address such as https://s3.example.com");
  if (!/^[a-z0-9-]+$/.test(region)) fault("LANDFALL_STORE ?region", "must be a region such as eu-central-1");
  const cacheGb = Number(given.get("cacheGb") ?? usualCacheGb);
  if (!(cacheGb > 0 && cacheGb < Infinity)) fault("LANDFALL_STORE ?cacheGb", "must be a number of gigabytes");
  // As it was typed: reading it as an address has taken the dots out already.
  const prefix = (/^s3:\/\/[^/?#]*([^?#]*)/i.exec(text)?.[1] ?? "").replace(/^\/+|\/+$/g, "");
  const isPath = /^[A-Za-z0-9._/-]*$/.test(prefix) && !prefix.split("/").some((part) => /^\.\.?$/.test(part));
  if (!isPath) fault("LANDFALL_STORE", "may have letters, digits and ._-/ in its prefix, and no part of dots");
  if (faults.length > 0)
    throw new DeployError("INVALID_CONFIG", {
      what: "The store for bytes cannot be used.",
      faults,
      next: "See docs/storage.md.",
    });
  return {
    // A bucket of Amazon's has a host of its own; elsewhere the path is what every server knows.
    endpoint:
      endpoint === null ? `https://${bucket}.s3.${region}.amazonaws.com` : `${endpoint.replace(/\/+$/, "")}/${bucket}`,
    region,
    bucket,
    prefix: prefix === "" ? "" : `${prefix}/`,
    cacheBytes: cacheGb * 1024 ** 3,
  };
}

function isEndpoint({ protocol, search, hash, username, password }: URL): boolean {
  return /^https?:$/.test(protocol) && search + hash + username + password === "";
}

export function openS3(place: Place, credential: BlobStoreOptions, clock: Clock): S3 {
  const { endpoint, region, bucket, prefix } = place;
  const key: Secret = secret(credential.secretAccessKey);
  const session = credential.sessionToken === undefined ? null : secret(credential.sessionToken);
  const cache = new Map<string, ArrayBuffer>();
  const api = openApi({
    id: "store",
    name: "The store for bytes",
    reconnect: "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the region, and what they may do in the bucket.",
    url: endpoint,
    moved: true,
    credential: async () => null,
    readError: (_, status) => (status === 403 ? { means: "AUTH_FAILED" } : {}),
    clock,
    connections: 32,
  });

  /** With the headers that sign it. */
  async function signed(request: ApiRequest & { sha256?: string }): Promise<ApiRequest> {
    const { sha256 = empty, ...rest } = request;
    const signer = new AwsV4Signer({
      method: request.method,
      url: api.url + request.path,
      headers: { ...request.headers, "x-amz-content-sha256": sha256 },
      accessKeyId: credential.accessKeyId,
      secretAccessKey: key.open(),
      ...(session ? { sessionToken: session.open() } : {}),
      service: "s3",
      region,
      cache,
      datetime: new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    });
    const { headers } = await signer.sign();
    headers.delete("host"); // Of the connection, which sends it itself.
    return { ...rest, headers: Object.fromEntries(headers), bearer: null };
  }

  const send = async (request: ApiRequest & { sha256?: string }) => api.send(await signed(request));
  const pathOf = (name: string): string => `/${prefix}${name}`;

  async function page(query: Record<string, string>): Promise<string> {
    const { body } = await send({ method: "GET", path: `/?${new URLSearchParams(query).toString()}` });
    return body.toString("utf8");
  }

  return {
    address: `s3://${bucket}/${prefix} at ${new URL(endpoint).host}`,
    async put(name, { sha256, sizeBytes, read }) {
      try {
        await send({
          method: "PUT",
          path: pathOf(name),
          sha256,
          body: read,
          lengthBytes: sizeBytes,
          timeoutMs: 120_000,
        });
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 400)) throw error;
        throw new DeployError(
          "DIGEST_MISMATCH",
          {
            what: "The store for bytes refused a file: what it got has another digest than it is stored under.",
            where: name,
            next: "Deploy once more, which stores it again; then check the disk, and the memory.",
          },
          { cause: error },
        );
      }
    },
    async *get(name, signal) {
      yield* api.stream(await signed({ method: "GET", path: pathOf(name), ...(signal ? { signal } : {}) }));
    },
    async copy(from, to) {
      const headers = {
        "x-amz-copy-source": `/${bucket}${pathOf(from)}`,
        // Without it, a copy onto itself is refused as one that changes nothing.
        "x-amz-metadata-directive": "REPLACE",
      };
      const { status, body } = await send({ method: "PUT", path: pathOf(to), headers, accept: [404] });
      if (status === 404) return false;
      // A copy that fails while it is made answers 200 all the same.
      if (!body.includes("<Error>")) return true;
      throw new DeployError("PLATFORM_UNAVAILABLE", {
        what: "The store for bytes did not copy an object.",
        where: `store: PUT ${pathOf(to)}`,
        next: "Try again; what was sent already is not sent twice.",
      });
    },
    async remove(name) {
      await send({ method: "DELETE", path: pathOf(name), accept: [404] });
    },
    async *list(signal) {
      for (let token: string | undefined; ; ) {
        signal?.throwIfAborted();
        const more = token === undefined ? {} : { "continuation-token": token };
        const text = await page({ "list-type": "2", prefix, ...more });
        for (const [, entry = ""] of text.matchAll(/<Contents>([^]*?)<\/Contents>/g)) {
          const name = element(entry, "Key") ?? "";
          if (!name.startsWith(prefix)) continue;
          yield {
            key: name.slice(prefix.length),
            sizeBytes: Number(element(entry, "Size")),
            modifiedAt: Date.parse(element(entry, "LastModified") ?? ""),
          };
        }
        token = element(text, "NextContinuationToken");
        if (element(text, "IsTruncated") !== "true" || token === undefined) return;
      }
    },
    async check() {
      await page({ "list-type": "2", prefix, "max-keys": "1" });
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

/** The text of the first element of this name. */
function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text?.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, number?: string, word?: string) =>
    word === undefined ? String.fromCodePoint(hex ? parseInt(hex, 16) : Number(number)) : (named[word] ?? whole),
  );
}
