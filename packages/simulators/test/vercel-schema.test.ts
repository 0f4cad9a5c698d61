/**
 * The simulator against the schema. `LANDFALL_SPECS` may name a folder with the published one (vercel.openapi.json.gz, of vercel/sdk);
 * without it the fields written down by hand are what is compared with.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { createSimulator, vercel, type Exchange } from "../src/index.ts";
import { answers, checkExchange } from "../src/vercel/schema.ts";
import { vercelClient } from "./vercel-client.ts";

interface Schema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  enum?: unknown[];
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}
interface Published {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: Schema }> }> }>
  >;
  components: { schemas: Record<string, Schema> };
}

const file = join(process.env["LANDFALL_SPECS"] ?? "", "vercel.openapi.json.gz");
const published = existsSync(file) ? (JSON.parse(gunzipSync(readFileSync(file)).toString()) as Published) : null;

/** What the published schema says a route answers with; null when it does not say. */
function schemaOf(route: string, status: number): Schema | null {
  const [method = "", path = ""] = route.split(" ");
  const nameless = (text: string) => text.replace(/\{\w+\}|[:*]\w+/g, "{}");
  const found = Object.entries(published?.paths ?? {}).find(([each]) => nameless(each) === nameless(path))?.[1];
  return found?.[method.toLowerCase()]?.responses[status]?.content?.["application/json"]?.schema ?? null;
}

/** Where the schema of 2025 is behind what the official clients of 2026 know. */
const newer: Record<string, unknown[]> = { nodeVersion: ["24.x"], status: ["BLOCKED"], readyState: ["BLOCKED"] };

function faults(value: unknown, schema: Schema, at: string): string[] {
  const { $ref, oneOf, anyOf, allOf, type, items, required = [], properties = {} } = schema;
  if ($ref) return faults(value, published!.components.schemas[$ref.split("/").at(-1)!]!, at);
  if (value === null) return schema.nullable || type === undefined ? [] : [`${at} is null`];
  const choices = oneOf ?? anyOf;
  if (choices) {
    const found = choices.map((each) => faults(value, each, at));
    return found.find((each) => each.length === 0) ?? found.sort((one, other) => one.length - other.length)[0]!;
  }
  if (allOf) return allOf.flatMap((each) => faults(value, each, at));
  const allowed = schema.enum && [...schema.enum, ...(newer[at.split(".").at(-1)!] ?? [])];
  if (allowed && !allowed.includes(value)) return [`${at} is ${JSON.stringify(value)}`];
  const actual = Array.isArray(value) ? "array" : typeof value;
  if (type !== undefined && actual !== (type === "integer" ? "number" : type)) return [`${at} is no ${type}`];
  if (Array.isArray(value)) return value.flatMap((each, index) => faults(each, items ?? {}, `${at}[${index}]`));
  if (actual !== "object") return [];
  const fields = value as Record<string, unknown>;
  return [
    ...required.filter((name) => fields[name] === undefined).map((name) => `${at}.${name} is missing`),
    ...Object.entries(properties)
      .filter(([name]) => fields[name] !== undefined)
      .flatMap(([name, each]) => faults(fields[name], each, `${at}.${name}`)),
  ];
}

/** Everything that is asked and answered in a whole life. */
async function wholeLife(): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  const vendor = vercel();
  await using simulator = await createSimulator({
    ...vendor,
    check(exchange) {
      exchanges.push(exchange);
      return vendor.check!(exchange);
    },
  });
  const { call, deploy, create } = vercelClient(simulator);
  for (const line of ["GET /v2/user", "GET /v2/teams", "GET /v5/user/tokens/current"]) await call(line);
  await call("POST /v3/user/tokens", { json: { name: "ci" } });
  await call("POST /v11/projects", { json: { name: "acme", framework: "vite" } });
  const variable = { key: "A", value: "1", type: "encrypted", target: ["production"] };
  const added = await call("POST /v10/projects/acme/env", { json: variable });
  await call("POST /v10/projects/acme/env", { json: [{ ...variable, key: "B", type: "sensitive" }] });
  await call("GET /v10/projects/acme/env");
  const envPath = `/v9/projects/acme/env/${added.json.created.id}`;
  await call(`GET /v1${envPath.slice(3)}`);
  await call(`PATCH ${envPath}`, { json: { value: "2" } });
  await call(`DELETE ${envPath}`);
  const files = { "index.html": "1", "landfall.txt": "" };
  const first = await deploy(files, { meta: { by: "test" }, env: { X: "1" } });
  const preview = await deploy(files, { gitMetadata: { commitRef: "main" } });
  await deploy({ "landfall-simulator-fail": "" });
  await deploy(files, { target: "production" });
  const { id } = await create(files);
  await call(`PATCH /v12/deployments/${id}/cancel`);
  await call(`POST /v1/projects/acme/rollback/${first.id}`);
  await call("GET /v1/projects/acme/promote/aliases");
  await call("GET /v9/projects/acme");
  await call("GET /v10/projects");
  await call("GET /v6/deployments?limit=2");
  await call("GET /v6/deployments?limit=100");
  await call(`GET /v3/deployments/${first.id}/events`);
  await call(`POST /v2/deployments/${preview.id}/aliases`, { json: { alias: "beta.vercel.app" } });
  await call(`GET /v2/deployments/${preview.id}/aliases`);
  simulator.state.foreignDomains.add("example.org");
  for (const name of ["shop.example.com", "shop.example.org"])
    await call("POST /v10/projects/acme/domains", { json: { name } });
  await call("GET /v9/projects/acme/domains");
  await call("GET /v9/projects/acme/domains/shop.example.org");
  await call("POST /v9/projects/acme/domains/shop.example.com/verify");
  await call("GET /v6/domains/shop.example.com/config");
  simulator.state.dns.set("shop.example.com", { CNAME: ["cname.vercel-dns.com"] });
  await call("GET /v6/domains/shop.example.com/config");
  await call("POST /v8/certs", { json: { cns: ["shop.example.com"] } });
  await call("POST /v1/webhooks", { json: { url: "https://example.com/", events: ["deployment.created"] } });
  await call("GET /v1/webhooks");
  await call(`DELETE /v13/deployments/${first.id}`);
  expect(simulator.violations).toEqual([]);
  return exchanges;
}

it("answers in the schema through a whole life", async () => {
  const exchanges = await wholeLife();
  const asked = new Set(exchanges.map(({ route }) => route));
  expect(Object.keys(answers).filter((route) => !asked.has(route))).toEqual([]);
  const found = exchanges.flatMap(({ route, answer }) => {
    const schema = route && answer && schemaOf(route, answer.status);
    return schema ? faults(answer.json, schema, route) : [];
  });
  expect([...new Set(found)]).toEqual([]);
});

it("finds an answer that has lost a field", async () => {
  const exchange = (await wholeLife()).find(({ route }) => route === "GET /v13/deployments/:id")!;
  const { readyState: _, ...rest } = exchange.answer!.json as Record<string, unknown>;
  const [fault] = checkExchange({ ...exchange, answer: { ...exchange.answer!, json: rest } });
  expect(fault).toMatch(/^answer, readyState: /);
});
