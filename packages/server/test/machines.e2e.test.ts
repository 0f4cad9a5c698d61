import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { openEngine } from "@landfall/engine";
import { thisOwner } from "@landfall/engine/deployment/owner";
import { startServer } from "@landfall/server";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { databases } from "../../engine/test/store/databases.ts";
import { onePage } from "./archive.ts";

const password = "correct horse battery";
let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "landfall-machines-"))));
afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

/** An engine with a server, as each of several processes has them. */
async function machine(database: { databaseUrl?: string }) {
  const self = [process.execPath, join(import.meta.dirname, "../../cli/bin/landfall.js")];
  const engine = await openEngine({
    home,
    edgeCommand: [...self, "edge", "--home", home],
    workerCommand: [...self, "worker", "--until-idle", "--home", home],
    toolPath: (process.env["PATH"] ?? "").split(delimiter),
    ...database,
  });
  const server = await startServer({ engine, host: "127.0.0.1", port: 0, version: "0", log: () => {} });
  return {
    url: server.url,
    setupToken: server.setupToken,
    db: engine.database.db,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}

async function json(url: string, headers: Record<string, string>, body?: unknown) {
  const response = await fetch(url, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers: { ...headers, "content-type": "application/json" },
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, never> };
}

describe.each(databases)("several servers on one $kind", ({ use }) => {
  const fresh = use();

  it("know the same people, keys and streams", async () => {
    const database = await fresh();
    await using one = await machine(database);
    await using two = await machine(database);
    // The token of the one that began last is good, at any of them.
    const person = { name: "Owner", email: "owner@example.com", password };
    expect((await json(`${one.url}/api/setup`, {}, { ...person, token: two.setupToken })).status).toBe(201);
    const signedIn = await json(`${two.url}/api/auth/sign-in/email`, {}, person);
    const cookie = signedIn.headers.getSetCookie()[0]!.split(";", 1)[0]!;
    const made = await json(
      `${two.url}/api/keys`,
      { cookie, origin: two.url },
      { name: "key", scopes: ["create:source", "create:deployment", "read:deployment"] },
    );
    const key = { authorization: `Bearer ${made.body["key"]}` };
    const uploaded = await fetch(`${one.url}/api/sources`, { method: "POST", headers: key, body: onePage("x") });
    const { id: upload } = (await uploaded.json()) as { id: string };
    const asked = { project: "site", source: { upload }, prebuilt: true };
    const deployed = await json(`${two.url}/api/deployments`, { ...key, "idempotency-key": "1" }, asked);
    expect(deployed.status).toBe(202);
    const again = await json(`${one.url}/api/deployments`, { ...key, "idempotency-key": "1" }, asked);
    expect(again.body["id"]).toBe(deployed.body["id"]);

    // As a process leaves it that accepted the deployment and died before it said so.
    const [where] = thisOwner().split(" ");
    await sql`update idempotency set answer = null, owner = ${`${where} 1 not-this-birth`}`.execute(one.db);
    const died = await json(`${two.url}/api/deployments`, { ...key, "idempotency-key": "1" }, asked);
    expect(died).toMatchObject({ status: 202, body: { id: deployed.body["id"] } });
    const { body: all } = await json(`${one.url}/api/deployments`, key);
    expect(all["deployments"]).toHaveLength(1);
    // As one leaves it that is at it.
    await sql`update idempotency set answer = null, owner = ${thisOwner()}`.execute(one.db);
    const early = await json(`${two.url}/api/deployments`, { ...key, "idempotency-key": "1" }, asked);
    expect(early).toMatchObject({ status: 409, body: { code: "CONFLICT" } });
    expect(early.headers.get("retry-after")).toBe("1");

    const stream = await fetch(`${one.url}/api/deployments/${deployed.body["id"]}/events`, { headers: key });
    expect(stream.status).toBe(200);
    const ended = stream.text();
    const taken = await fetch(`${two.url}/api/keys/${made.body["id"]}`, {
      method: "DELETE",
      headers: { cookie, origin: two.url },
    });
    expect(taken.status).toBe(200);
    expect(await ended).toContain("UNAUTHORIZED");
  });
});

// One process opens an embedded database once: a second connection of it would wait for the first one's locks, and so for itself.
describe.each(databases.filter(({ kind }) => kind === "postgres"))("several servers on one $kind", ({ use }) => {
  const fresh = use();

  it("make their tables once when they begin at the same moment", async () => {
    const database = await fresh();
    const begun = await Promise.all([machine(database), machine(database), machine(database)]);
    const answers = await Promise.all(begun.map(({ url }) => json(`${url}/api/setup`, {})));
    for (const one of begun) await one[Symbol.asyncDispose]();
    expect(answers.map(({ body }) => body.needed)).toEqual([true, true, true]);
  });
});
