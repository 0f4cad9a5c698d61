import type { DeployEvent } from "@landfall/engine";
import type { Kysely } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

let server: TestServer;
let owner: Caller;
let id: string;

beforeAll(async () => {
  server = await serverFor();
  owner = await server.setUp();
  const response = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: onePage("x"),
  });
  const { id: upload } = (await response.json()) as { id: string };
  ({ id } = await owner.client.deployments.create({ project: "site", source: { upload }, message: "not shown" }));
});
afterAll(() => server[Symbol.asyncDispose]());

async function shared(): Promise<string> {
  const { url, expiresAt } = await owner.client.deployments.share({ id });
  expect(url).toMatch(new RegExp(`^${server.url}/s/[\\w-]{43}$`));
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(29 * 24 * 3_600_000);
  return url.split("/s/")[1]!;
}

it("shows a deployment and its log to anyone who has the address, and nothing more", async () => {
  const token = await shared();
  const { deployment } = await server.anyone.client.shares.get({ token });
  expect(deployment).toMatchObject({ id, project: "site", state: "pending", commit: null, steps: [] });
  expect(Object.keys(deployment)).not.toContain("plan");
  expect(JSON.stringify(deployment)).not.toContain("not shown");
  const first: DeployEvent[] = [];
  for await (const event of await server.anyone.client.shares.events({ token })) {
    first.push(event as DeployEvent);
    break;
  }
  expect(first).toMatchObject([{ seq: 1, type: "state", state: "pending" }]);
  // What is kept opens nothing.
  const rows = await (server.engine.database.db as Kysely<{ share: object }>).selectFrom("share").selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(token);
  expect((await server.as({ authorization: `Bearer ${token}` }).call("GET", `/deployments/${id}`)).status).toBe(401);
});

it("is over when it is taken back, also for who looks at it", async () => {
  const [token, another] = [await shared(), await shared()];
  const stream = await server.anyone.client.shares.events({ token });
  const ended = (async () => {
    for await (const _ of stream);
  })();
  ended.catch(() => {});
  await owner.client.deployments.unshare({ id });
  await expect(ended).rejects.toMatchObject({ code: "NOT_FOUND" });
  for (const one of [token, another])
    expect((await server.anyone.call("GET", `/shares/${one}`)).body.code).toBe("NOT_FOUND");
});

it("is over after its time, and is nobody's to guess", async () => {
  const token = await shared();
  await (server.engine.database.db as Kysely<{ share: { expires_at: string } }>)
    .updateTable("share")
    .set({ expires_at: new Date(Date.now() - 1).toISOString() })
    .execute();
  expect((await server.anyone.call("GET", `/shares/${token}`)).status).toBe(404);
  const statuses = new Set<number>();
  for (let tries = 0; tries < 205; tries++)
    statuses.add((await server.anyone.call("GET", `/shares/guess-${tries}`)).status);
  expect([...statuses]).toEqual([404, 429]);
  // The right one is never kept out.
  expect((await server.anyone.call("GET", `/shares/${await shared()}`)).status).toBe(200);
});

it("is made and ended by who may change a deployment, and recorded without the token", async () => {
  const viewer = await server.member(owner, "viewer");
  expect((await viewer.call("POST", `/deployments/${id}/share`)).status).toBe(403);
  expect((await viewer.call("DELETE", `/deployments/${id}/share`)).status).toBe(403);
  const token = await shared();
  const { entries } = await owner.client.audit.list({ limit: 5 });
  expect(entries[0]).toMatchObject({ action: "deployments.share", target: `id=${id}` });
  expect(JSON.stringify(entries) + server.logged.join("")).not.toContain(token);
});
