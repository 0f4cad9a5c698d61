/**
 * The simulator against the schema. `LANDFALL_SPECS` may name a folder with the published one (netlify.swagger.json.gz, of @netlify/open-api);
 * without it the fields written down by hand are what is compared with.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { createSimulator, netlify, type Exchange } from "../src/index.ts";
import { answers, definitions, requests } from "../src/netlify/schema.ts";
import { apiBase } from "../src/netlify/state.ts";
import { netlifyClient, zipOf } from "./netlify-client.ts";

interface Schema {
  type?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
}
interface Swagger {
  definitions: Record<string, Schema>;
  paths: Record<string, Record<string, { responses: Record<string, { schema?: Schema }> }>>;
}

const file = join(process.env["LANDFALL_SPECS"] ?? "", "netlify.swagger.json.gz");
const published = existsSync(file) ? (JSON.parse(gunzipSync(readFileSync(file)).toString()) as Swagger) : null;

/** What the schema says a route answers with. */
function schemaOf(route: string): Schema {
  const [method = "", path = ""] = route.split(" ");
  const nameless = (text: string) => text.replace(/\{\w+\}|[:*]\w+/g, "{}");
  const found = Object.entries(published?.paths ?? {}).find(([each]) => nameless(each) === nameless(path))?.[1];
  const responses = found?.[method.toLowerCase()]?.responses;
  const schema = responses && (responses["200"] ?? responses["201"])?.schema;
  if (schema) return schema;
  expect(published, `${route} is not published`).toBeNull();
  const given = answers[route]!;
  const properties = Object.fromEntries(
    Object.entries(definitions[typeof given === "string" ? given : given[0]]).map(([name, type]) => [name, { type }]),
  );
  const object = { type: "object", properties };
  return typeof given === "string" ? object : { type: "array", items: object };
}

/** Where a value is of another type than its schema; null is left out, as the vendor sends it everywhere. */
function faults(value: unknown, schema: Schema, at: string): string[] {
  if (value === null || value === undefined || schema.type === undefined) return [];
  if (schema.type === "array")
    return Array.isArray(value)
      ? value.flatMap((each, index) => faults(each, schema.items ?? {}, `${at}[${index}]`))
      : [`${at} is no array`];
  if (schema.type === "object")
    return typeof value === "object" && !Array.isArray(value)
      ? Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
          faults((value as Record<string, unknown>)[name], each, `${at}.${name}`),
        )
      : [`${at} is no object`];
  const type = schema.type === "integer" ? "number" : schema.type;
  return typeof value === type ? [] : [`${at} is no ${type}`];
}

it("answers in the schema's types through a whole life", async () => {
  const exchanges: Exchange[] = [];
  const vendor = netlify();
  await using simulator = await createSimulator({
    ...vendor,
    check(exchange) {
      exchanges.push(exchange);
      return vendor.check!(exchange);
    },
  });
  const { call, deploy } = netlifyClient(simulator);
  const { id: site } = (await call("POST /simulated-team/sites", { json: { name: "acme" } })).json;
  await call("POST /sites", { json: {} });
  const first = await deploy(site, { files: { "index.html": "1" }, functions: { hello: "zip" } });
  await call(`PUT /sites/${site}/deploys/${first.id}`, { json: { files: {} } });
  await call(`POST /sites/${site}/deploys/${first.id}/restore`);
  await call(`POST /deploys/${first.id}/lock`);
  await call(`POST /deploys/${first.id}/unlock`);
  const other = (await call(`POST /sites/${site}/deploys`, { json: { draft: true } })).json;
  await call(`PUT /sites/${site}/deploys/${other.id}`, { json: { files: {} } });
  await call(`GET /sites/${site}/deploys/${other.id}`);
  await call(`POST /deploys/${(await call(`POST /sites/${site}/deploys`, { json: {} })).json.id}/cancel`);
  const built = await call(`POST /sites/${site}/builds`, { body: zipOf({ a: "1" }), type: "application/zip" });
  await call(`GET /builds/${built.json.id}`);
  await call(`POST /sites/${site}/build_hooks`, { json: { title: "t", branch: "b" } });
  const env = `/accounts/simulated-team/env`;
  await call(`POST ${env}`, { json: [{ key: "A", values: [{ context: "all", value: "1" }] }] });
  await call(`PUT ${env}/A`, { json: { key: "A", values: [{ context: "all", value: "2" }] } });
  await call(`PATCH ${env}/A`, { json: { context: "dev", value: "3" } });
  await call(`POST /hooks?site_id=${site}`, {
    json: { type: "url", event: "deploy_created", data: { url: "http://a/" } },
  });
  const zone = await call("POST /dns_zones", { json: { name: "example.org" } });
  await call(`POST /dns_zones/${zone.json.id}/dns_records`, {
    json: { type: "A", hostname: "example.org", value: "1.2.3.4" },
  });
  await call(`PATCH /sites/${site}`, { json: { custom_domain: "example.org" } });
  await call(`POST /sites/${site}/ssl`);
  const ticket = await call("POST /oauth/tickets?client_id=simulated-client");
  await fetch(`${simulator.url}/authorize?response_type=ticket&ticket=${ticket.json.id}`);
  await call(`POST /oauth/tickets/${ticket.json.id}/exchange`);
  for (const path of ["/user", "/accounts", "/sites", "/simulated-team/sites", `/sites/${site}`, "/dns_zones", env])
    await call(`GET ${path}`);
  for (const path of ["deploys", "files", "ssl"]) await call(`GET /sites/${site}/${path}`);
  await call(`GET /hooks?site_id=${site}`);
  await call(`GET /oauth/tickets/${(await call("POST /oauth/tickets?client_id=simulated-client")).json.id}`);

  expect(simulator.violations).toEqual([]);
  const answered = exchanges.filter(({ answer }) => answer && answer.status < 300);
  const routes = new Set(answered.map(({ route }) => route?.replace(apiBase, "")));
  expect(Object.keys(answers).filter((route) => !routes.has(route))).toEqual([]);
  expect(
    answered.flatMap(({ route, answer }) => {
      const key = route?.replace(apiBase, "") ?? "";
      return key in answers ? faults(answer!.json, schemaOf(key), key) : [];
    }),
  ).toEqual([]);
});

it("has by hand what it checks with and no more, and nothing that is not published", () => {
  const used = new Set([...Object.values(answers).flat(), ...Object.values(requests)]);
  expect(Object.keys(definitions).sort()).toEqual([...used].sort());
  if (!published) return;
  for (const [name, fields] of Object.entries(definitions))
    for (const [field, type] of Object.entries(fields)) {
      const said = published.definitions[name]?.properties?.[field]?.type;
      expect([`${name}.${field}`, said === "integer" ? "number" : said]).toEqual([`${name}.${field}`, type]);
    }
});

it("says what in a request is not as the schema has it", async () => {
  await using simulator = await createSimulator(netlify());
  const { call, createSite } = netlifyClient(simulator);
  const { id } = await createSite("acme");
  await call(`POST /sites/${id}/deploys`, { json: { draft: "yes", unknown: 1 } });
  await call("GET /nowhere");
  expect(simulator.violations.map(({ message }) => message)).toEqual([
    "request: deployFiles.draft is no boolean",
    "no route takes GET /api/v1/nowhere",
  ]);
});
