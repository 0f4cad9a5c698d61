/**
 * Whether a request is signed as it must be: Signature Version 4 in the Authorization header, the payload's digest among what is signed.
 * Source: Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header".
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { SimulatedRequest } from "../definition.ts";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** A request may be so much older or newer than the server's time. */
const skewMs = 15 * 60_000;

/** The code of Amazon's refusal, or null for a request that is signed right. */
export function signatureFault(request: SimulatedRequest, credentials: Credentials, region: string): string | null {
  const { headers } = request;
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers["authorization"] ?? "",
    );
  if (!found) return headers["authorization"] === undefined ? "AccessDenied" : "AuthorizationHeaderMalformed";
  const [, id, day, where, names = "", signature = ""] = found;
  if (id !== credentials.accessKeyId) return "InvalidAccessKeyId";
  const at = headers["x-amz-date"] ?? "";
  const time = Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (where !== region || !at.startsWith(day!)) return "AuthorizationHeaderMalformed";
  if (!(Math.abs(time - request.now) < skewMs)) return "RequestTimeTooSkewed";
  const signed = names.split(";");
  const needed = ["host", ...Object.keys(headers).filter((name) => name.startsWith("x-amz-"))];
  if (needed.some((name) => !signed.includes(name)) || headers["x-amz-content-sha256"] === undefined)
    return "AccessDenied";
  const canonical = [
    request.method,
    request.path,
    [...request.query]
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join("&"),
    ...signed.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}`),
    "",
    names,
    headers["x-amz-content-sha256"],
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", at, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
  let key: string | Buffer = `AWS4${credentials.secretAccessKey}`;
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
  const right = createHmac("sha256", key).update(text).digest();
  return timingSafeEqual(right, Buffer.from(signature, "hex")) ? null : "SignatureDoesNotMatch";
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
