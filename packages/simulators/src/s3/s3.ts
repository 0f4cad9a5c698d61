/**
 * Amazon S3 with one bucket, as any server that is compatible with it: objects put, got, copied, removed and listed, by path, every request
 * signed. Source: Amazon S3 API Reference, read 2026-11-28: PutObject, GetObject, CopyObject, DeleteObject, ListObjectsV2, Error Responses.
 */
import { createHash } from "node:crypto";
import { type Answer, type Definition, defineVendor, type SimulatedRequest } from "../definition.ts";
import { type Credentials, signatureFault } from "./signature.ts";

export interface S3State {
  bucket: string;
  /** By key. */
  objects: Map<string, { bytes: Buffer; modifiedAt: number }>;
}

export interface S3Options extends Credentials {
  bucket: string;
  /** Default `us-east-1`. */
  region?: string;
  /** Keys on a page of a list. Default 1000. */
  pageKeys?: number;
}

const statuses: Record<string, number> = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  InvalidAccessKeyId: 403,
  InvalidRequest: 400,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
};

/** A bucket that nothing is in yet. */
export function s3({ bucket, region = "us-east-1", pageKeys = 1000, ...credentials }: S3Options): Definition<S3State> {
  return defineVendor<S3State>({
    name: "s3",
    state: () => ({ bucket, objects: new Map() }),
    error: (status, message) => xml(`<Error><Code>${status}</Code><Message>${message}</Message></Error>`, status),
    authorize(_state, request) {
      const fault = signatureFault(request, credentials, region);
      if (fault !== null) return refusal(fault);
      const claimed = request.headers["x-amz-content-sha256"];
      const isRight = createHash("sha256").update(request.body).digest("hex") === claimed;
      if (!isRight && claimed !== "UNSIGNED-PAYLOAD") return refusal("XAmzContentSHA256Mismatch");
      const [, named] = request.path.split("/");
      return named === bucket ? null : refusal("NoSuchBucket");
    },
    routes: {
      "GET /:bucket/": (state, request) => list(state, request, pageKeys),
      "PUT /:bucket/*key": put,
      "GET /:bucket/*key"({ objects }, request) {
        const object = objects.get(request.param("key"));
        if (!object) return refusal("NoSuchKey");
        const etag = `"${createHash("md5").update(object.bytes).digest("hex")}"`;
        return { headers: { etag, "content-type": "binary/octet-stream" }, body: object.bytes };
      },
      "DELETE /:bucket/*key"({ objects }, request) {
        objects.delete(request.param("key"));
        return { status: 204 };
      },
    },
  });
}

function put({ objects, bucket }: S3State, request: SimulatedRequest): Answer {
  const key = request.param("key");
  const from = request.headers["x-amz-copy-source"];
  if (from === undefined) {
    objects.set(key, { bytes: request.body, modifiedAt: request.now });
    return { status: 200, body: "" };
  }
  const source = decodeURIComponent(from)
    .replace(/^\//, "")
    .slice(bucket.length + 1);
  const object = objects.get(source);
  if (!object) return refusal("NoSuchKey");
  if (source === key && request.headers["x-amz-metadata-directive"] !== "REPLACE") return refusal("InvalidRequest");
  objects.set(key, { bytes: object.bytes, modifiedAt: request.now });
  return xml(`<CopyObjectResult><LastModified>${instant(request.now)}</LastModified></CopyObjectResult>`);
}

function list({ objects, bucket }: S3State, { query }: SimulatedRequest, pageKeys: number): Answer {
  if (query.get("list-type") !== "2") return refusal("InvalidRequest");
  const prefix = query.get("prefix") ?? "";
  const after = Buffer.from(query.get("continuation-token") ?? "", "base64").toString();
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, Math.min(pageKeys, Number(query.get("max-keys") ?? pageKeys)));
  const isTruncated = page.length < keys.length;
  const token = Buffer.from(page.at(-1) ?? "").toString("base64");
  const contents = page.map((key) => {
    const { bytes, modifiedAt } = objects.get(key)!;
    return `<Contents><Key>${escaped(key)}</Key><LastModified>${instant(modifiedAt)}</LastModified><Size>${bytes.length}</Size></Contents>`;
  });
  return xml(
    `<ListBucketResult><Name>${bucket}</Name><Prefix>${escaped(prefix)}</Prefix><IsTruncated>${isTruncated}</IsTruncated>${
      isTruncated ? `<NextContinuationToken>${token}</NextContinuationToken>` : ""
    }${contents.join("")}</ListBucketResult>`,
  );
}

function refusal(code: string): Answer {
  return xml(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`, statuses[code] ?? 400);
}

function xml(text: string, status = 200): Answer {
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${text}`,
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Whole seconds, as Amazon has them in an object's age. */
function instant(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}
