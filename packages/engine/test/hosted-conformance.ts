/** What a platform reached over an API must do besides: every way in which an API and the way to it fail, written once. */
import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import type { DeploymentView, DeployRequest } from "../src/index.ts";
import type { Place, Remote } from "./conforming-place.ts";

export interface Hosted {
  place(): Place;
  /** A small site of this version. */
  site(version: string): DeployRequest;
  folder(files: Record<string, string>, name: string): DeployRequest;
  accept(request: DeployRequest): Promise<DeploymentView>;
  finish(id: string): Promise<DeploymentView>;
  text(url: string): Promise<string>;
}

type Arm = (remote: Remote["simulator"]) => unknown;

/** What passes when it is tried again. */
const passing: Record<string, Arm> = {
  "429 with Retry-After in seconds": (remote) => remote.fail("rate-limit", { times: 2, retryAfterS: 1 }),
  "429 with Retry-After as a date": (remote) =>
    remote.fail("rate-limit", { times: 1, retryAfterS: 1, as: "http-date" }),
  "429 without Retry-After": (remote) => remote.fail("rate-limit", { times: 2, as: "absent" }),
  "500": (remote) => remote.fail("server-error", { times: 2, status: 500 }),
  "502": (remote) => remote.fail("server-error", { times: 2, status: 502 }),
  "503": (remote) => remote.fail("server-error", { times: 2, status: 503 }),
  "504": (remote) => remote.fail("server-error", { times: 2, status: 504 }),
  "a connection reset before the answer": (remote) => remote.fail("reset", { times: 2 }),
  "a connection reset in the middle of an upload": (remote) =>
    remote.fail("reset", { times: 2, at: "upload", after: 2 }),
  "a connection reset in the middle of the answer": (remote) => remote.fail("reset", { times: 2, at: "body" }),
  "half an answer": (remote) => remote.fail("half-body", { times: 2 }),
  "half an answer that says it is whole": (remote) => remote.fail("half-body", { times: 2, as: "short-text" }),
  "a proxy's page with status 200": (remote) => remote.fail("html-with-200", { times: 2 }),
  "slow answers": (remote) => remote.fail("slow", { times: 4, latencyMs: 300, jitterMs: 200 }),
  "work that was done while its answer was lost": (remote) =>
    remote.fail("reset", { times: 3, after: 1, afterWork: true }),
};

/** What does not pass: how it ends. */
const lasting: Record<string, { arm: Arm; code: string | RegExp }> = {
  "401 from the beginning": { arm: (remote) => remote.fail("unauthorized"), code: "AUTH_FAILED" },
  "401 in the middle": { arm: (remote) => remote.fail("unauthorized", { after: 2 }), code: "AUTH_FAILED" },
  "403": { arm: (remote) => remote.fail("status", { status: 403 }), code: /AUTH_FAILED|INSUFFICIENT_PERMISSIONS/ },
  "404": { arm: (remote) => remote.fail("status", { status: 404 }), code: /^(?!INTERNAL)/ },
  "409": { arm: (remote) => remote.fail("status", { status: 409 }), code: /^(?!INTERNAL)/ },
  "422": { arm: (remote) => remote.fail("status", { status: 422 }), code: /^(?!INTERNAL)/ },
  "429 for hours": { arm: (remote) => remote.fail("rate-limit", { retryAfterS: 7_200 }), code: "RATE_LIMIT_EXCEEDED" },
};

const manyFiles = 150;

export function hostedConforms({ place, site, folder, accept, finish, text }: Hosted): void {
  const deploy = async (request: DeployRequest): Promise<DeploymentView> => finish((await accept(request)).id);
  const remote = (): Remote => place().remote!;

  for (const [name, arm] of Object.entries(passing)) {
    it(`comes through, and creates nothing twice: ${name}`, async () => {
      await deploy(site("old"));
      const before = remote().deployments();
      arm(remote().simulator);
      const done = await deploy(site("new"));
      expect(done).toMatchObject({ state: "success", error: null });
      expect(await text(done.url!)).toContain("version new");
      expect(remote().deployments()).toBe(before + 1);
      expect(remote().simulator.violations).toEqual([]);
    });
  }

  for (const [name, { arm, code }] of Object.entries(lasting)) {
    it(`ends with a clear error, and what was live stays: ${name}`, async () => {
      const old = await deploy(site("old"));
      const fault = arm(remote().simulator) as { lift(): void };
      const done = await deploy(site("new"));
      fault.lift();
      expect(done).toMatchObject({ state: "failed", live: false });
      expect(done.error).toMatchObject({
        code: expect.stringMatching(code),
        what: expect.any(String),
        next: expect.any(String),
      });
      expect(await text(old.url!)).toContain("version old");
      expect((await deploy(site("newer"))).state).toBe("success");
    });
  }

  it("names the variable to set when the credential is refused", async () => {
    remote().simulator.fail("unauthorized");
    const done = await deploy(site("one"));
    const token = place()
      .engine.platforms.find(({ id }) => id === done.platform)!
      .connect!.find((way) => way.kind === "token")!;
    expect(done.error!.next).toContain(token.env[0]);
    expect(done.error!.next).toContain(`landfall connect ${done.platform}`);
  });

  it("comes through when a share of all requests fails, and sends no file needlessly twice", async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`f${n}.txt`, `file ${n} of many`]));
    for (const seed of [1, 2, 3]) {
      remote().simulator.failRandomly({
        seed,
        rate: 0.05,
        kinds: ["rate-limit", "server-error", "reset", "half-body", "html-with-200"],
        times: 30,
      });
      const done = await deploy(folder({ ...files, "index.html": `<p>version seed ${seed}</p>` }, "flaky"));
      expect(done).toMatchObject({ state: "success", error: null });
      expect(await text(done.url!)).toContain(`version seed ${seed}`);
    }
    expect(remote().deployments()).toBe(3);
  });

  it("sends only what is missing when the upload was killed, and deploys once", async () => {
    const files = Object.fromEntries(Array.from({ length: manyFiles }, (_, n) => [`f${n}.txt`, `file ${n}, killed`]));
    const request = folder({ ...files, "index.html": "<p>version killed</p>" }, "many");
    const slow = remote().simulator.fail("slow", { latencyMs: 60 });
    const { id } = await accept(request);
    const worker = spawn(place().workerCommand[0]!, place().workerCommand.slice(1), { stdio: "ignore" });
    const ended = new Promise((resolve) => worker.once("exit", (_code, signal) => resolve(signal)));
    while (remote().uploads() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    worker.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    slow.lift();
    const again = await accept(request);
    expect(again.id).toBe(id);
    const done = await finish(id);
    expect(done).toMatchObject({ state: "success", error: null });
    expect(remote().deployments()).toBe(1);
    // What was in flight when the process died may have arrived or not; all else is sent once.
    expect(remote().uploads()).toBeLessThanOrEqual(manyFiles + 1 + 50);
    expect(await text(done.url!)).toContain("version killed");
  });

  it("is cancelled in the middle of an upload within 5 s, and what was live stays", async () => {
    const old = await deploy(site("old"));
    const before = remote().uploads();
    const slow = remote().simulator.fail("slow", { latencyMs: 400 });
    const files = Object.fromEntries(
      Array.from({ length: manyFiles }, (_, n) => [`f${n}.txt`, `file ${n}, cancelled`]),
    );
    const { id } = await accept(folder({ ...files, "index.html": "<p>version cancelled</p>" }, "cancelled"));
    const working = place().engine.work({ signal: AbortSignal.timeout(60_000), until: "idle", only: id });
    while (remote().uploads() === before) await new Promise((resolve) => setTimeout(resolve, 5));
    const asked = performance.now();
    await place().engine.cancel(id);
    await working;
    expect(performance.now() - asked).toBeLessThan(5_000);
    slow.lift();
    expect(await place().engine.deployment(id)).toMatchObject({ state: "cancelled", live: false });
    expect(await text(old.url!)).toContain("version old");
  });
}
