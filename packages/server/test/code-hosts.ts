/** A server beside stand-ins of GitHub and GitLab, with real git behind them, for what is exported there. Of the file that uses it, and opened once. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  createSimulator,
  gitEnvironment,
  github,
  type GithubState,
  gitlab,
  type GitlabState,
  type Simulator,
} from "@landfall/simulators";
import { systemClock } from "@landfall/engine/clock";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

export const token = "simulated-token-of-a-person";
export const other = "simulated-token-of-another";

export let server: TestServer;
export let owner: Caller;
export let hub: Simulator<GithubState>;
export let lab: Simulator<GitlabState>;

/** Opens them before the tests of a file; each test begins with accounts in which nothing has happened. */
export function useCodeHosts(): void {
  beforeAll(async () => {
    hub = await createSimulator(
      github({
        tokens: {
          [token]: { login: "ada", scopes: ["repo", "workflow"] },
          [other]: { login: "bob", scopes: ["repo"] },
        },
        organizations: { acme: { members: ["ada"] } },
      }),
    );
    lab = await createSimulator(
      gitlab({
        tokens: { [token]: { username: "ada", scopes: ["api"] }, [other]: { username: "bob", scopes: ["api"] } },
        groups: { acme: { ada: 50 }, "acme/shop": { ada: 40 }, watched: { ada: 10 } },
      }),
    );
    server = await serverFor(
      { allowPrivateSources: true },
      { LANDFALL_GITHUB_API_URL: hub.url, LANDFALL_GITLAB_API_URL: lab.url },
      // Waits are short ones: how often something is tried is what counts.
      { clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 10), signal) } },
    );
    owner = await server.setUp();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await hub.close();
    await lab.close();
  });
  afterEach(async () => {
    for (const { id } of (await owner.client.sandboxes.list({})).sandboxes) await owner.client.sandboxes.remove({ id });
    expect(readdirSync(join(server.home, "scratch"))).toEqual([]);
    expect([...hub.violations, ...lab.violations]).toEqual([]);
    hub.reset();
    lab.reset();
  });
}

export async function sandbox(files: Record<string, string>, caller = owner): Promise<string> {
  const { id } = await caller.client.sandboxes.create({});
  await caller.client.sandboxes.write({ id, files: Object.entries(files).map(([path, text]) => ({ path, text })) });
  return id;
}

/** The answer, with what its error says beside its code. */
export async function exported(
  vendor: string,
  asked: Record<string, unknown>,
  { id, caller = owner }: { id?: string; caller?: Caller } = {},
) {
  const from = id ?? (await sandbox({ "index.html": "one" }, caller));
  const { status, body, headers } = await caller.call("POST", `/sandboxes/${from}/export/${vendor}`, {
    token,
    ...asked,
  });
  return { status, headers, body: { ...body, ...body.data } };
}

/** What the vendor has of this name, and what git finds in it. */
export const kept = {
  github: (name: string) => [...hub.state.repositories.values()].find((one) => `${one.owner}/${one.name}` === name),
  gitlab: (name: string) => [...lab.state.projects.values()].find((one) => `${one.namespace}/${one.path}` === name),
};
export function git(vendor: keyof typeof kept, name: string, ...args: string[]): string {
  const { stdout } = spawnSync("git", [`--git-dir=${kept[vendor](name)!.directory}`, ...args], {
    env: gitEnvironment,
    encoding: "utf8",
  });
  return stdout.trim();
}
export const made = (): number => hub.state.repositories.size + lab.state.projects.size;
export const asked = (): number => hub.journal.length + lab.journal.length;
