/**
 * Every answer against what is published. `LANDFALL_VENDOR_SCHEMAS` names a folder with the vendor's schemas;
 * without it the rows written by hand in check.ts are what counts.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { shapes } from "../src/cloudflare/check.ts";
import { cloudflare } from "../src/index.ts";
import { site, useCloudflare, type Called } from "./cloudflare-client.ts";

interface Schema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}

interface OpenApi {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: Schema }> }> }>
  >;
  components: { schemas: Record<string, Schema> };
}

/** Where the types are not to be believed: a direct upload has no repository behind it, and bindings are a list, as wrangler reads them. */
const unbelieved = /\.(?:source|resources\.bindings)$/;

const file = join(process.env["LANDFALL_VENDOR_SCHEMAS"] ?? "none", "cloudflare-pages.openapi.json.gz");
const published = existsSync(file) ? (JSON.parse(gunzipSync(readFileSync(file)).toString()) as OpenApi) : null;

function faults(value: unknown, schema: Schema, at: string): string[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice("#/components/schemas/".length);
    return value === null && schema.nullable ? [] : faults(value, published!.components.schemas[name]!, at);
  }
  if (value === null && schema.nullable) return [];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const all = choices.map((choice) => faults(value, choice, at));
    return all.some((found) => found.length === 0) ? [] : all[0]!;
  }
  if (schema.const !== undefined && schema.const !== value) return [`${at} is not ${JSON.stringify(schema.const)}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at} is ${JSON.stringify(value)}`];
  const kind = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  if (schema.type !== undefined && schema.type !== kind) return [`${at} is ${kind}, not ${schema.type}`];
  if (Array.isArray(value)) return value.flatMap((item, index) => faults(item, schema.items ?? {}, `${at}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Record<string, unknown>;
  const missing = (schema.required ?? []).filter((name) => fields[name] === undefined).map((name) => `${at}.${name}`);
  return [
    ...missing.filter((name) => !unbelieved.test(name)).map((name) => `${name} is missing`),
    ...Object.entries(fields).flatMap(([name, field]) => {
      const part = schema.properties?.[name] ?? schema.additionalProperties;
      return typeof part === "object" && field !== undefined && !unbelieved.test(`${at}.${name}`)
        ? faults(field, part, `${at}.${name}`)
        : [];
    }),
  ];
}

const cloud = useCloudflare();
const { api } = cloud;

/** The published schema of an answer to `"GET /accounts/{account_id}/…"`. */
const schemaOf = (line: string): Schema => {
  const [method = "", path = ""] = line.split(" ");
  const { responses } = published!.paths[path]![method.toLowerCase()]!;
  return Object.values(responses["200"]?.content ?? {})[0]!.schema;
};

/** Each kind of answer, once. */
async function answers(): Promise<[line: string, Called][]> {
  const pages = "/accounts/{account_id}/pages/projects";
  const workers = "/accounts/{account_id}/workers";
  const project = `${pages}/{project_name}`;
  const script = `${workers}/scripts/{script_name}`;
  const created = await api.createProject("acme");
  const deployment = await api.deploy("acme", site);
  const preview = await api.deploy("acme", site, { branch: "x" });
  const one = `/pages/projects/acme/deployments/${deployment.id}`;
  const domain = await api.call("POST /pages/projects/acme/domains", { json: { name: "www.example.com" } });
  const put = await api.publishWorker("acme", site);
  const version = await api.call("POST /workers/scripts/acme/versions", {
    body: api.workerForm({ keep_assets: true }),
  });
  const versions = [{ version_id: version.result.id, percentage: 100 }];
  const deployed = await api.call("POST /workers/scripts/acme/deployments", {
    json: { strategy: "percentage", versions },
  });
  return [
    [`POST ${pages}`, created],
    [`GET ${project}`, await api.call("GET /pages/projects/acme")],
    [`GET ${project}/deployments/{deployment_id}`, await api.call(`GET ${one}`)],
    [
      `GET ${project}/deployments/{deployment_id}`,
      await api.call(`GET /pages/projects/acme/deployments/${preview.id}`),
    ],
    [`GET ${project}/deployments/{deployment_id}/history/logs`, await api.call(`GET ${one}/history/logs`)],
    [`POST ${project}/deployments/{deployment_id}/tails`, await api.call(`POST ${one}/tails`)],
    [`POST ${project}/domains`, domain],
    [`GET ${project}/domains/{domain_name}`, await api.call("GET /pages/projects/acme/domains/www.example.com")],
    [`PUT ${script}`, put],
    [`POST ${script}/versions`, version],
    [`GET ${script}/versions/{version_id}`, await api.call(`GET /workers/scripts/acme/versions/${version.result.id}`)],
    [`POST ${script}/deployments`, deployed],
    [`GET ${script}/deployments`, await api.call("GET /workers/scripts/acme/deployments")],
    [`GET ${script}/script-settings`, await api.call("GET /workers/scripts/acme/script-settings")],
    [`GET ${script}/subdomain`, await api.call("GET /workers/scripts/acme/subdomain")],
    [`GET ${workers}/subdomain`, await api.call("GET /workers/subdomain")],
    [`GET ${workers}/workers/{worker_id}`, await api.call("GET /workers/workers/acme")],
    [
      `PUT ${workers}/domains`,
      await api.call("PUT /workers/domains", { json: { hostname: "a.example.com", service: "acme" } }),
    ],
    ["GET /user/tokens/verify", await api.call("GET //user/tokens/verify")],
  ];
}

it("answers as the schema says", async () => {
  const given = await answers();
  expect(given.map(([line, { status }]) => `${line} ${status}`).filter((line) => !line.endsWith(" 200"))).toEqual([]);
  expect(cloud.simulator.violations).toEqual([]);
  if (published) expect(given.flatMap(([line, { result }]) => faults(result, schemaOf(line), line))).toEqual([]);
});

it("has a row in the schema for every route it checks", async () => {
  const rows = Object.keys(cloudflare().routes);
  expect(Object.keys(shapes).filter((row) => !rows.includes(row))).toEqual([]);
});

it("finds what is wrong in a request that is taken", async () => {
  await api.createProject("acme");
  const manifest = JSON.stringify(await api.upload("acme", site));
  await api.create("acme", { manifest, commit_dirty: "yes" });
  const [zone] = (await api.call("GET //zones")).result;
  await api.call(`POST //zones/${zone.id}/dns_records`, { json: { type: "TXT", name: "a", content: "b" } });
  expect(cloud.simulator.violations.map(({ message }) => message)).toEqual([
    "commit_dirty is true or false, not yes",
    "the body.ttl is a number, not missing",
  ]);
});
