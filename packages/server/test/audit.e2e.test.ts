import type { Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

interface Entry {
  id: string;
  organization_id: string;
  at: string;
  actor: string;
  via: string;
  action: string;
  target: string;
  address: string;
}

let server: TestServer;
let owner: Caller;
beforeAll(async () => {
  server = await serverFor();
  owner = await server.setUp();
  const rows = server.engine.database.db as unknown as Kysely<{ audit: Entry }>;
  await rows.deleteFrom("audit").execute();
  const entry = (number: number, more: Partial<Entry>): Entry => ({
    id: `aud_${String(number).padStart(9, "0")}000000000000`,
    organization_id: "local",
    at: new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString(),
    actor: "owner@example.com",
    via: "session",
    action: "variables.set",
    target: "project=site environment=production",
    address: "127.0.0.1",
    ...more,
  });
  const entries = [
    entry(1, {}),
    entry(2, { target: "project=site-two" }),
    entry(3, { actor: "dev@example.com", action: "deployments.create", target: "project=site" }),
    entry(4, { action: "deployments.rollback", target: "project=site id=dep_1", actor: "dev@example.com" }),
    entry(5, { action: "projects.create", target: 'name==cmd|"/c calc"!A1' }),
    entry(6, { actor: "+SUM(1;1)", target: "two\nlines, and a comma" }),
    entry(7, { actor: "@evil", action: "-1+1", target: "\tx" }),
    entry(8, { organization_id: "org_other", target: "of-another" }),
  ];
  await rows.insertInto("audit").values(entries).execute();
  const many = Array.from({ length: 1_200 }, (_, index) =>
    entry(100 + index, { action: "keys.create", at: "2026-02-01T00:00:00.000Z", target: `number=${index}` }),
  );
  for (let from = 0; from < many.length; from += 100)
    await rows
      .insertInto("audit")
      .values(many.slice(from, from + 100))
      .execute();
});
afterAll(() => server[Symbol.asyncDispose]());

const minutes = (entries: { at: string }[]): number[] => entries.map(({ at }) => new Date(at).getUTCMinutes());

describe("the record of changes", () => {
  it("is filtered by who, what, which project and when", async () => {
    const { list } = owner.client.audit;
    expect(minutes((await list({ actor: "DEV@example.com" })).entries)).toEqual([4, 3]);
    expect(minutes((await list({ action: "deployments" })).entries)).toEqual([4, 3]);
    expect(minutes((await list({ action: "deployments.rollback" })).entries)).toEqual([4]);
    // A beginning, and no pattern.
    expect((await list({ action: "d%" })).entries).toEqual([]);
    expect(minutes((await list({ project: "site" })).entries)).toEqual([4, 3, 1]);
    expect(minutes((await list({ project: "site-two" })).entries)).toEqual([2]);
    expect(minutes((await list({ from: "2026-01-01T01:02:00+01:00", to: "2026-01-01T00:04:00Z" })).entries)).toEqual([
      3, 2,
    ]);
    expect(minutes((await list({ project: "site", action: "variables", limit: 1 })).entries)).toEqual([1]);
  });

  it("goes on where a page ended, within the filter", async () => {
    const first = await owner.client.audit.list({ project: "site", limit: 2 });
    expect(minutes(first.entries)).toEqual([4, 3]);
    const next = await owner.client.audit.list({ project: "site", limit: 2, cursor: first.nextCursor! });
    expect([minutes(next.entries), next.nextCursor]).toEqual([[1], null]);
  });

  it("says which field is none", async () => {
    const { status, body } = await owner.call("GET", "/audit?from=yesterday&action=%00");
    expect([status, body.code]).toEqual([400, "INVALID_CONFIG"]);
    expect(body.data.faults.map(({ path }: { path: string }) => path).toSorted()).toEqual(["action", "from"]);
  });

  it("knows the project of a deployment that was named by its id", async () => {
    await owner.client.projects.create({ name: "known" });
    const { entries } = await owner.client.audit.list({ project: "known" });
    expect(entries).toEqual([]); // Its creation names it as `name`.
    const [made] = (await owner.client.audit.list({ action: "projects.create", from: "2026-03-01T00:00:00Z" })).entries;
    expect(made!.target).toBe("name=known");
  });
});

describe("its export", () => {
  it("is a table in which nothing is a formula", async () => {
    const { status, headers, body } = await owner.call("GET", "/audit/export?format=csv&to=2026-01-01T01:00:00Z");
    expect([status, headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    expect(headers.get("content-disposition")).toBe('attachment; filename="landfall-audit.csv"');
    const lines = (body as string).split("\r\n");
    expect(lines[0]).toBe("id,at,actor,via,action,target,address");
    expect(body).toContain(",'@evil,session,'-1+1,'\tx,");
    expect(body).toContain(`,'+SUM(1;1),session,variables.set,"two\nlines, and a comma",`);
    expect(body).toContain(`,"name==cmd|""/c calc""!A1",`);
    expect(lines).toHaveLength(9);
    expect(body).not.toContain("of-another");
  });

  it("is a line of JSON for each, all of them, the newest first", async () => {
    const { status, headers, body } = await owner.call("GET", "/audit/export?format=ndjson&action=keys.create");
    expect([status, headers.get("content-type")]).toEqual([200, "application/x-ndjson; charset=utf-8"]);
    const entries = (body as string)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { target: string });
    expect(entries.map(({ target }) => target)).toEqual(
      Array.from({ length: 1_200 }, (_, index) => `number=${1_199 - index}`),
    );
  });

  it("takes the filters of the list, and says which is none", async () => {
    const { body } = await owner.call("GET", "/audit/export?format=ndjson&project=site&actor=dev@example.com");
    expect((body as string).trimEnd().split("\n")).toHaveLength(2);
    const wrong = await owner.call("GET", "/audit/export?format=xls&from=x");
    expect([wrong.status, wrong.body.code]).toEqual([400, "INVALID_CONFIG"]);
  });

  it("is for who may read the record", async () => {
    expect((await server.anyone.call("GET", "/audit/export?format=csv")).status).toBe(401);
    const developer = await server.member(owner, "developer");
    expect((await developer.call("GET", "/audit/export?format=csv")).status).toBe(403);
    const key = await server.key(owner, ["read:project"]);
    expect((await key.call("GET", "/audit/export?format=csv")).status).toBe(403);
    const reader = await server.key(owner, ["read:audit"]);
    expect((await reader.call("GET", "/audit/export?format=csv&limit=1")).status).toBe(200);
    const other = server.as({ ...owner.headers, "landfall-organization": "org_other" });
    expect((await other.call("GET", "/audit/export?format=csv")).status).toBe(403);
  });
});
