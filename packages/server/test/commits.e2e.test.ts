/** The commits that a deployment brings, from the repository to the answer and the terminal. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { DeployRequest } from "@landfall/engine";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type GitHost, gitHost } from "../../engine/test/source/git-host.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

let server: TestServer;
let owner: Caller;
let host: GitHost;
const stop = new AbortController();
let work: Promise<void>;

beforeAll(async () => {
  host = await gitHost();
  server = await serverFor();
  owner = await server.setUp();
  work = server.engine.work({ signal: stop.signal, until: "aborted" }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
});
afterAll(async () => {
  stop.abort();
  await work;
  await server[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

interface Repository {
  source: DeployRequest["source"];
  folder: string;
  git(...args: string[]): string;
  /** Change the page, and push it. */
  commit(message: string): string;
}

function repository(name: string): Repository {
  const git = host.repository(name, { "index.html": "<!doctype html><title>site</title>first" });
  git(`--git-dir=${join(host.directory, name)}`, "config", "uploadpack.allowFilter", "true");
  const folder = join(host.directory, ".work", name);
  return {
    source: { kind: "git", url: `${host.url}/${name}` },
    folder,
    git,
    commit(message) {
      writeFileSync(join(folder, "index.html"), `<!doctype html><title>site</title>${message.slice(0, 20)}`);
      git("commit", "--quiet", "--all", "--message", message);
      git("push", "--quiet", "--force", "origin", "HEAD:main");
      return git("rev-parse", "HEAD");
    },
  };
}

/** Its id. By the engine, for a server fetches from no address of its own machine. */
async function deployed(request: DeployRequest): Promise<string> {
  const { organization } = await owner.client.me();
  const engine = server.engine.of(organization!.id);
  const { id } = await engine.accept(await engine.prepare(request));
  for await (const _event of await owner.client.deployments.events({ id }));
  expect(await owner.client.deployments.get({ id })).toMatchObject({ state: "success", error: null });
  return id;
}

async function between(from: string, to: string) {
  return (await owner.client.deployments.compare({ id: to, with: from })).commits;
}

it("are those since what was live, and together those since whatever was live before", async () => {
  const { source, commit } = repository("app.git");
  const first = await deployed({ source, project: "app" });
  commit("second");
  const third = commit("third");
  const second = await deployed({ source, project: "app" });
  expect(await between(first, second)).toEqual({
    commits: [
      { sha: third, message: "third", author: "A", at: expect.stringMatching(/^\d{4}-.*Z$/) },
      expect.objectContaining({ message: "second" }),
    ],
    total: 2,
    dropped: 0,
    reason: null,
    direction: "forward",
  });
  commit("fourth");
  const last = await deployed({ source, project: "app" });
  expect((await between(first, last))!.commits.map(({ message }) => message)).toEqual(["fourth", "third", "second"]);
  const effect = await owner.client.deployments.effect({ id: first, action: "rollback" });
  expect(effect.commits).toMatchObject({ total: 3, direction: "back" });
  // Another environment has nothing live, and the same commit has nothing new.
  const preview = await deployed({ source, project: "app", environment: "preview" });
  expect(await between(last, preview)).toBeNull();
});

it("are none of another repository", async () => {
  const [one, other] = [repository("one.git"), repository("other.git")];
  const first = await deployed({ source: one.source, project: "moved" });
  other.commit("elsewhere");
  const second = await deployed({ source: other.source, project: "moved" });
  expect(await between(first, second)).toBeNull();
});

it("say when what was live is gone from the history", async () => {
  const { source, commit, git } = repository("forced.git");
  const base = git("rev-parse", "HEAD");
  await deployed({ source, project: "forced" });
  commit("to be rewritten");
  const before = await deployed({ source, project: "forced" });
  git("reset", "--quiet", "--hard", base);
  commit("rewritten");
  const after = await deployed({ source, project: "forced" });
  expect(await between(before, after)).toMatchObject({ total: 1, dropped: 1, commits: [{ message: "rewritten" }] });
  git("reset", "--quiet", "--hard", base);
  commit("rewritten again");
  const bare = `--git-dir=${join(host.directory, "forced.git")}`;
  git(bare, "reflog", "expire", "--expire=now", "--all");
  git(bare, "gc", "--quiet", "--prune=now");
  const last = await deployed({ source, project: "forced" });
  expect(await between(after, last)).toMatchObject({
    commits: [],
    total: 0,
    reason: expect.stringContaining("no longer in the repository"),
  });
});

it("are of a folder those of its repository, and shown in a terminal as text", async () => {
  const { folder, commit } = repository("folder.git");
  const source = { kind: "folder", path: folder } as const;
  await deployed({ source, project: "folder" });
  const sha = commit("<b>bold\u001b[2J\u202e");
  const id = await deployed({ source, project: "folder" });
  const { key } = await owner.client.keys.create({
    name: "terminal",
    scopes: ["read:deployment", "read:project"],
    expiresInDays: 1,
  });
  const inspect = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, "../../cli/bin/landfall.js"), "inspect", id, ...args],
      {
        env: {
          PATH: process.env["PATH"]!,
          LANDFALL_HOME: join(server.home, "laptop"),
          LANDFALL_URL: server.url,
          LANDFALL_TOKEN: key,
          NO_COLOR: "1",
        },
      },
    );
    return stdout;
  };
  const shown = await inspect();
  expect(shown).toContain(`${sha.slice(0, 7)} <b>bold`);
  expect(shown).toMatch(/commits +1 new/);
  // oxlint-disable-next-line no-control-regex -- that none is there is what is asked
  expect(shown).not.toMatch(/[\u001b\u202e]/);
  expect(JSON.parse(await inspect("--json"))).toMatchObject({ commits: { total: 1, reason: null } });
});
