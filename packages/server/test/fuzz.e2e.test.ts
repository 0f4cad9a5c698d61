/** Requests made by chance from the API's own description: whatever they are, no answer says that the server failed. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

/** Requests for each operation and caller; many more with FUZZ_ROUNDS=200, for a night. */
const rounds = Number(process.env["FUZZ_ROUNDS"] ?? 8);
const seed = Number(process.env["FUZZ_SEED"] ?? 1);

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

let server: TestServer;
let document: { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } };
let callers: Record<string, Caller>;

beforeAll(async () => {
  server = await serverFor();
  const owner = await server.setUp();
  await owner.client.projects.create({ name: "site" });
  document = (await server.anyone.call("GET", "/openapi.json")).body;
  const { key } = await owner.client.keys.create({
    name: "fuzz",
    scopes: (await owner.client.me()).permissions,
  });
  callers = { "signed in": server.as({ authorization: `Bearer ${key}` }), "not signed in": server.anyone };
});
afterAll(() => server[Symbol.asyncDispose]());

/** Mulberry32: the same seed, the same requests. */
function chance(state: number): () => number {
  let current = state;
  return () => {
    current = (current + 0x6d2b79f5) | 0;
    let mixed = Math.imul(current ^ (current >>> 15), 1 | current);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const nasty: unknown[] = [
  "",
  " ",
  "site",
  "production",
  "x".repeat(5_000),
  "../../etc/passwd",
  "%2e%2e%2f",
  "a;id>/tmp/pwn",
  "$(id)",
  "' or 1=1 --",
  "nul\u0000byte",
  "\ud800",
  "ümlaut-🚀",
  "<script>alert(1)</script>",
  "__proto__",
  "constructor",
  "--upload-pack=x",
  "http://169.254.169.254/",
  "\r\nSet-Cookie: x=1",
  null,
  true,
  0,
  -1,
  1e308,
  1.5,
  [],
  [[[[]]]],
  {},
  { __proto__: null, toString: "x" },
  { $gt: "" },
];

const nastyTexts = nasty.filter((one) => typeof one === "string");

function pick<T>(random: () => number, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}

/** Mostly as the schema says, now and then not. */
function valueFor(schema: Schema | undefined, random: () => number, depth = 0): unknown {
  if (!schema || depth > 5 || random() < 0.2) return pick(random, nasty);
  if (schema.$ref) return valueFor(document.components.schemas[schema.$ref.split("/").at(-1)!], random, depth);
  const options = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (options) return valueFor(pick(random, options), random, depth + 1);
  if (schema.enum) return pick(random, schema.enum);
  switch (schema.type) {
    case "object": {
      const entries = Object.entries(schema.properties ?? {}).filter(
        ([key]) => schema.required?.includes(key) === true || random() < 0.5,
      );
      const made = Object.fromEntries(entries.map(([key, one]) => [key, valueFor(one, random, depth + 1)]));
      if (random() < 0.3) made[pick(random, nastyTexts)] = pick(random, nasty);
      return made;
    }
    case "array":
      return Array.from({ length: Math.floor(random() * 3) }, () => valueFor(schema.items, random, depth + 1));
    case "integer":
    case "number":
      return pick(random, [0, 1, -1, 1.5, 2 ** 53, Number.MAX_VALUE]);
    case "boolean":
      return random() < 0.5;
    default:
      return pick(random, nastyTexts);
  }
}

/** Text of a value for an address; what cannot stand there at all is left to the HTTP library's own tests. */
function inAddress(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return encodeURIComponent(text.toWellFormed()) || "%20";
}

/** Calls that would reach another company, lock the caller out of the rest of this run, or never end. */
const leftOut = new Set(["setup.run", "keys.remove", "live"]);

it.each(["signed in", "not signed in"])(
  "nothing is answered with a failure of the server, %s",
  async (who) => {
    const random = chance(seed);
    const failures: unknown[] = [];
    const statuses = new Map<number, number>();
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (leftOut.has(operation.operationId)) continue;
        for (let round = 0; round < rounds; round++) {
          const parameters = operation.parameters ?? [];
          const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
            inAddress(valueFor(parameters.find((one) => one.name === name)?.schema, random)),
          );
          const query = parameters
            .filter((one) => one.in === "query" && random() < 0.5)
            .map((one) => `${inAddress(one.name)}=${inAddress(valueFor(one.schema, random))}`)
            .join("&");
          const schema = operation.requestBody?.content["application/json"]?.schema;
          const takesBody = method !== "get" && method !== "head";
          const body = takesBody && random() < 0.95 ? bodyOf(valueFor(schema, random), random) : undefined;
          const response = await fetch(`${server.url}/api${address}${query && `?${query}`}`, {
            method: method.toUpperCase(),
            headers: {
              ...callers[who]!.headers,
              ...(body === undefined
                ? {}
                : {
                    "content-type": pick(random, [
                      "application/json",
                      "application/json",
                      "application/json",
                      "text/plain",
                      "multipart/form-data; boundary=x",
                    ]),
                  }),
            },
            ...(body === undefined ? {} : { body }),
            signal: AbortSignal.timeout(10_000),
          });
          await response.text();
          statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
          // What another machine does not answer is not ours.
          if (response.status >= 500 && ![502, 503, 504].includes(response.status))
            failures.push({
              operation: operation.operationId,
              status: response.status,
              address,
              query,
              body,
              log: server.logged.findLast((line) => line.includes('"error"')),
            });
        }
      }
    }
    expect(failures).toEqual([]);
    expect([...statuses.values()].reduce((sum, one) => sum + one, 0)).toBeGreaterThan(rounds * 40);
  },
  600_000,
);

/** As JSON, sometimes broken. */
function bodyOf(value: unknown, random: () => number): string {
  const text = JSON.stringify(value);
  const kind = random();
  if (kind < 0.05) return text.slice(0, text.length / 2);
  if (kind < 0.08) return "[".repeat(20_000);
  return text;
}
