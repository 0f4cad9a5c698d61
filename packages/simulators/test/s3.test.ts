import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SimulatedRequest } from "../src/definition.ts";
import { createSimulator, s3, type S3State, type Simulator } from "../src/index.ts";
import { signatureFault } from "../src/s3/signature.ts";

const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

/** Amazon S3 API Reference, "Signature Calculations: Example: GET Object", and "GET Bucket (List Objects)". */
const examples: [string, Partial<SimulatedRequest>, string, string][] = [
  [
    "an object",
    { path: "/test.txt", headers: { range: "bytes=0-9" } },
    "host;range;x-amz-content-sha256;x-amz-date",
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  ],
  [
    "a list",
    { path: "/", query: new URLSearchParams("max-keys=2&prefix=J") },
    "host;x-amz-content-sha256;x-amz-date",
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  ],
];

describe("the signature", () => {
  const requestOf = (asked: Partial<SimulatedRequest>, names: string, signature: string): SimulatedRequest =>
    ({
      method: "GET",
      query: new URLSearchParams(),
      now: Date.parse("2013-05-24T00:00:00Z"),
      ...asked,
      headers: {
        host: "examplebucket.s3.amazonaws.com",
        "x-amz-content-sha256": createHash("sha256").digest("hex"),
        "x-amz-date": "20130524T000000Z",
        authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
        ...asked.headers,
      },
    }) as SimulatedRequest;

  it.each(examples)("of %s is as Amazon's own example has it", (_, asked, names, signature) => {
    const request = requestOf(asked, names, signature);
    expect(signatureFault(request, credentials, "us-east-1")).toBeNull();
    const other = { ...credentials, secretAccessKey: "another" };
    expect(signatureFault(request, other, "us-east-1")).toBe("SignatureDoesNotMatch");
    expect(signatureFault({ ...request, path: "/other" }, credentials, "us-east-1")).toBe("SignatureDoesNotMatch");
    expect(signatureFault({ ...request, now: request.now + 16 * 60_000 }, credentials, "us-east-1")).toBe(
      "RequestTimeTooSkewed",
    );
    expect(signatureFault(request, credentials, "eu-west-1")).toBe("AuthorizationHeaderMalformed");
    expect(signatureFault({ ...request, headers: {} }, credentials, "us-east-1")).toBe("AccessDenied");
    const unsigned = { ...request, headers: { ...request.headers, "x-amz-meta-more": "1" } };
    expect(signatureFault(unsigned, credentials, "us-east-1")).toBe("AccessDenied");
  });
});

describe("the server", () => {
  let simulator: Simulator<S3State>;
  beforeEach(async () => {
    simulator = await createSimulator(s3({ bucket: "bytes", ...credentials }));
  });
  afterEach(() => simulator.close());

  it("refuses what is not signed, in Amazon's words", async () => {
    const answer = await fetch(`${simulator.url}/bytes/key`, { method: "PUT", body: "x" });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("<Code>AccessDenied</Code>");
    expect(simulator.state.objects.size).toBe(0);
  });
});
