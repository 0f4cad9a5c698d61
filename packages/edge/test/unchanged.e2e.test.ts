/** What is live already is not made again: a deployment that would change nothing takes the release that runs, when that is healthy. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentView, DeployRequest } from "@landfall/engine";
import { get } from "@landfall/engine/deployment/ask";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Place } from "../../engine/test/conforming-place.ts";
import { openPlace } from "./place.ts";

/** Says which process it is; told to be sick, it answers 500 from then on. */
const program = `import { createServer } from "node:http";
let status = 200;
createServer((request, response) => {
  if (request.url === "/sick") status = 500;
  response.writeHead(request.url === "/sick" ? 200 : status).end(\`pid \${process.pid} \${process.env.GREETING ?? ""}\`);
}).listen(process.env.PORT);
`;

describe("a deployment that changes nothing", () => {
  let place: Place;
  let folder: string;
  beforeEach(async () => {
    place = await openPlace();
    folder = mkdtempSync(join(tmpdir(), "landfall-unchanged-"));
    mkdirSync(join(folder, "src"));
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "web", type: "module", scripts: { start: "node server.js" } }),
    );
    writeFileSync(join(folder, "server.js"), program);
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  async function finish({ id }: DeploymentView): Promise<DeploymentView> {
    await place.engine.work({ signal: AbortSignal.timeout(60_000), until: "idle", only: id });
    return place.engine.deployment(id);
  }
  const accept = async (more: Partial<DeployRequest> = {}): Promise<DeploymentView> =>
    place.engine.accept(
      await place.engine.prepare({ source: { kind: "folder", path: folder }, project: "web", ...more }),
    );
  const deploy = async (more: Partial<DeployRequest> = {}): Promise<DeploymentView> => finish(await accept(more));
  const text = async ({ url }: DeploymentView, path = "/"): Promise<string> =>
    (await get(url!, path, AbortSignal.timeout(10_000))).body.toString();
  const stepsOf = ({ steps }: DeploymentView): string[] => steps.map(({ name }) => name);

  it("takes the release that runs: no new process, no switch, verified, and the newest of them is the live one", async () => {
    const first = await deploy();
    const pid = await text(first);
    const second = await deploy();
    expect(second).toMatchObject({ state: "success", live: true, releaseId: first.releaseId, url: first.url });
    expect(second.services).toEqual(first.services);
    expect(stepsOf(second)).toEqual(["build", "seal", "verify"]);
    expect(await text(second)).toBe(pid);
    const events = await Array.fromAsync(place.engine.follow(second.id));
    expect(events).toContainEqual(expect.objectContaining({ type: "step", step: "seal", status: "reused" }));
    expect(events).toContainEqual(
      expect.objectContaining({ type: "note", level: "info", message: expect.stringContaining("goes on running") }),
    );
    const live = (await place.engine.deployments({ project: "web" })).filter((one) => one.live);
    expect(live.map(({ id }) => id)).toEqual([second.id]);
  });

  it("also where the code has changed but not what is made of it", async () => {
    const site = { prebuilt: false, overrides: { kind: "static" as const, outputDir: "public" } };
    mkdirSync(join(folder, "public"));
    writeFileSync(join(folder, "public/index.html"), "<p>hello</p>");
    const first = await deploy(site);
    writeFileSync(join(folder, "README.md"), "Read me.");
    const second = await deploy(site);
    expect(second).toMatchObject({ state: "success", live: true, releaseId: first.releaseId });
    expect(stepsOf(second)).toEqual(["build", "seal", "verify"]);
  });

  it("starts anew when it is told to, when a value has changed, and when the settings have", async () => {
    const releases = new Set<string | null>();
    const pids = new Set<string>();
    const took = async (view: DeploymentView): Promise<void> => {
      expect(view).toMatchObject({ state: "success", live: true });
      releases.add(view.releaseId);
      pids.add((await text(view)).split(" ")[1]!);
    };
    const first = await deploy();
    await took(first);
    await took(await deploy({ force: true }));
    await took(await finish(await place.engine.redeploy(first.id)));
    const greeted = await deploy({ variables: { GREETING: "hello" } });
    await took(greeted);
    expect(await text(greeted)).toContain("hello");
    await took(await deploy());
    await took(await deploy({ overrides: { healthPath: "/health" } }));
    expect(releases.size).toBe(6);
    expect(pids.size).toBe(6);
  });

  it("takes the place of a program that is not well", async () => {
    const first = await deploy();
    const pid = (await text(first)).split(" ")[1];
    await text(first, "/sick");
    const second = await deploy();
    expect(second).toMatchObject({ state: "success", live: true });
    expect(second.releaseId).not.toBe(first.releaseId);
    expect((await text(second)).split(" ")[1]).not.toBe(pid);
  });

  it("goes on after its owner was killed, and leads back by a rollback to what was before", async () => {
    const old = await deploy();
    writeFileSync(join(folder, "server.js"), program.replace("`pid", "`changed pid"));
    const first = await deploy();
    const pid = await text(first);
    const { id } = await accept();
    const [command, ...args] = [...place.workerCommand, id, "seal"];
    const worker = spawn(command, args, { stdio: "ignore" });
    expect(await new Promise((resolve) => worker.once("exit", (_code, signal) => resolve(signal)))).toBe("SIGKILL");
    const second = await finish(await place.engine.deployment(id));
    expect(second).toMatchObject({ state: "success", live: true, releaseId: first.releaseId, url: first.url });
    expect(await text(second)).toBe(pid);

    await place.engine.collect({ retainReleases: 1 });
    const back = await finish(await place.engine.rollback({ project: "web" }));
    expect(back).toMatchObject({ state: "success", live: true, releaseId: old.releaseId });
    expect(await text(back)).not.toContain("changed");
    const again = await finish(await place.engine.rollback({ project: "web", to: first.id }));
    expect(again).toMatchObject({ state: "success", live: true, releaseId: first.releaseId });
    expect(await text(again)).toContain("changed");
  });
});
