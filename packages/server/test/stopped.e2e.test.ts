/** What runs here of a project, stopped and started over HTTP by who may deploy it. */
import { get } from "@landfall/engine/deployment/ask";
import { afterAll, beforeAll, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

let server: TestServer;
let owner: Caller;
beforeAll(async () => {
  server = await serverFor();
  owner = await server.setUp();
});
afterAll(() => server[Symbol.asyncDispose]());

it("is offline when it is answered, and back when that is answered; viewers change nothing", async () => {
  const post = { method: "POST", headers: owner.headers, body: onePage("open") };
  const { id: upload } = (await (await fetch(`${server.url}/api/sources`, post)).json()) as { id: string };
  const at = { project: "shop", environment: "production" };
  const { id } = await owner.client.deployments.create({ project: at.project, source: { upload } });
  await server.engine.work({ signal: AbortSignal.timeout(60_000), until: "idle" });
  const { url } = await owner.client.deployments.get({ id });
  const status = async () => (await get(url!, "/", AbortSignal.timeout(5_000))).status;
  const path = `/projects/${at.project}/environments/${at.environment}`;

  const reader = await server.key(owner, ["read:project", "read:deployment"]);
  expect(await reader.call("POST", `${path}/stop`)).toMatchObject({ status: 403 });
  expect(await status()).toBe(200);
  expect(await owner.call("POST", `${path}/stop`)).toMatchObject({ status: 200 });
  expect(await status()).toBe(503);
  const [environment] = (await owner.client.environments.list({ project: at.project })).environments;
  expect(environment).toMatchObject({ liveDeployment: id, stoppedAt: expect.stringMatching(/^20.*Z$/) });
  expect((await owner.client.projects.running()).services).toMatchObject([{ project: "shop", state: "stopped" }]);
  expect(await reader.call("POST", `${path}/start`)).toMatchObject({ status: 403 });
  await owner.client.environments.start(at);
  expect(await status()).toBe(200);
  expect(await owner.call("POST", "/projects/shop/environments/next/stop")).toMatchObject({ status: 409 });
  const { entries } = await owner.client.audit.list({});
  expect(entries.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["environments.stop", "environments.start"]),
  );
});
