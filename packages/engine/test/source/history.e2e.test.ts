/** The commits between two, of repositories behind git's own server and of folders. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Found, historyAround } from "../../src/source/history.ts";
import { openSource } from "../../src/source/open.ts";
import { type GitHost, gitHost } from "./git-host.ts";

let host: GitHost;
let directory: string;
const toolPath = process.env["PATH"]!.split(delimiter);
type Git = (...args: string[]) => string;

beforeAll(async () => {
  host = await gitHost();
});
afterAll(() => host[Symbol.asyncDispose]());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "landfall-history-"));
});
afterEach(() => {
  host.intercept = undefined;
  rmSync(directory, { recursive: true, force: true });
});

/** One that gives parts of its history when it is asked to, as code hosts do. */
function repository(name: string): Git {
  const git = host.repository(name, { "index.html": "one" });
  git(`--git-dir=${join(host.directory, name)}`, "config", "uploadpack.allowFilter", "true");
  return git;
}

/** A commit of that many random bytes; its id. */
function commit(git: Git, name: string, message: string, bytes = 10): string {
  writeFileSync(join(host.directory, ".work", name, "data"), randomBytes(bytes));
  git("add", "--all");
  git("commit", "--quiet", "--message", message);
  return git("rev-parse", "HEAD");
}

async function since(name: string, from: string, ref = "main"): Promise<Found & { bytes: number }> {
  const url = `${host.url}/${name}`;
  await using source = await openSource({ kind: "git", url, ref }, { scratch: join(directory, "scratch"), toolPath });
  const before = host.sentBytes;
  return { ...(await source.historySince!(from)), bytes: host.sentBytes - before };
}

const subjects = ({ commits }: Found): string[] => commits.map(({ message }) => message);

describe("the history since a commit", () => {
  it("is its commits, newest first, without their files", async () => {
    const git = repository("app.git");
    const from = git("rev-parse", "HEAD");
    for (const message of ["second", "third\n\nMore of it.", "fourth"]) commit(git, "app.git", message, 500_000);
    const to = git("rev-parse", "HEAD");
    git("push", "--quiet", "origin", "main");
    const { bytes, ...found } = await since("app.git", from);
    expect(found).toMatchObject({ total: 3, dropped: 0, reason: null });
    expect(subjects(found)).toEqual(["fourth", "third", "second"]);
    expect(found.commits[0]).toEqual({
      sha: to,
      message: "fourth",
      author: "A",
      at: new Date(git("show", "--no-patch", "--format=%cI", to)).toISOString(),
    });
    expect(bytes).toBeLessThan(50_000);
  });

  it("keeps the newest of many, and says how many there are", async () => {
    const git = repository("long.git");
    const from = git("rev-parse", "HEAD");
    for (let count = 0; count < 130; count += 1) git("commit", "--quiet", "--allow-empty", "-m", `no. ${count}`);
    git("push", "--quiet", "origin", "main");
    const found = await since("long.git", from);
    expect(found).toMatchObject({ total: 130, reason: null });
    expect(found.commits).toHaveLength(100);
    expect(found.commits[0]!.message).toBe("no. 129");
  });

  it("is of a server that cannot leave out the files found as far as it is short", async () => {
    const git = host.repository("plain.git", { "index.html": "one" });
    const from = git("rev-parse", "HEAD");
    commit(git, "plain.git", "second");
    git("push", "--quiet", "origin", "main");
    expect(subjects(await since("plain.git", from))).toEqual(["second"]);
    for (let count = 0; count < 30; count += 1) git("commit", "--quiet", "--allow-empty", "-m", `no. ${count}`);
    git("push", "--quiet", "origin", "main");
    expect(await since("plain.git", from)).toMatchObject({
      commits: [],
      reason: "It has no commit in common with what was live, as far back as was looked.",
    });
  });

  it("says what a history that was rewritten, or another branch, leaves behind", async () => {
    const git = repository("forced.git");
    const base = git("rev-parse", "HEAD");
    const left = commit(git, "forced.git", "to be rewritten");
    git("push", "--quiet", "origin", "main");
    git("reset", "--quiet", "--hard", base);
    commit(git, "forced.git", "rewritten");
    git("push", "--quiet", "--force", "origin", "main");
    const found = await since("forced.git", left);
    expect(subjects(found)).toEqual(["rewritten"]);
    expect(found).toMatchObject({ total: 1, dropped: 1, reason: null });
    // Nothing leads to it any more, and the server has cleared it away.
    const bare = `--git-dir=${join(host.directory, "forced.git")}`;
    git(bare, "reflog", "expire", "--expire=now", "--all");
    git(bare, "gc", "--quiet", "--prune=now");
    expect(await since("forced.git", left)).toMatchObject({
      commits: [],
      reason: expect.stringContaining("its history was rewritten"),
    });
  });

  it("is of an earlier commit what it has no longer", async () => {
    const git = repository("back.git");
    const first = git("rev-parse", "HEAD");
    const second = commit(git, "back.git", "second");
    git("push", "--quiet", "origin", "main");
    expect(await since("back.git", second, first)).toMatchObject({ commits: [], total: 0, dropped: 1, reason: null });
  });

  it("is text, whatever a message or a name is made of", async () => {
    const git = repository("hostile.git");
    const from = git("rev-parse", "HEAD");
    const message = "<img src=x onerror=alert(1)> \u001b[31mred\u202egnp.exe\u2066 \u0007 --help $(id)";
    git("-c", "user.name=<b>\u202e", "commit", "--quiet", "--allow-empty", "--message", message);
    git("commit", "--quiet", "--allow-empty", "--message", `commit ${from}\n${"x".repeat(5_000)}`);
    git("push", "--quiet", "origin", "main");
    const { commits } = await since("hostile.git", from);
    expect(commits[0]!.message).toMatch(new RegExp(`^commit ${from} x+…$`));
    expect(commits[0]!.message).toHaveLength(200);
    expect(commits[1]!.message).toBe("<img src=x onerror=alert(1)>  [31mred gnp.exe    --help $(id)");
    expect(commits[1]!.author).not.toMatch(/\u202e/);
  });

  it("is a sentence when the server does not answer, and when nobody waits for it any more", async () => {
    const git = repository("gone.git");
    const from = git("rev-parse", "HEAD");
    commit(git, "gone.git", "second");
    git("push", "--quiet", "origin", "main");
    const url = `${host.url}/gone.git`;
    await using source = await openSource({ kind: "git", url }, { scratch: join(directory, "scratch"), toolPath });
    host.intercept = (_, response) => {
      response.writeHead(503).end();
      return true;
    };
    expect((await source.historySince!(from)).reason).toBe("The repository could not be fetched.");
    const held: { destroy(): void }[] = [];
    const controller = new AbortController();
    host.intercept = (request) => {
      held.push(request.socket);
      controller.abort();
      return true;
    };
    expect((await source.historySince!(from, controller.signal)).reason).toMatch(/^Cancelled/);
    host.intercept = (request) => {
      held.push(request.socket);
      return true;
    };
    expect((await source.historySince!(from)).reason).toBe("Git did not tell the history within 4 seconds.");
    for (const socket of held) socket.destroy();
  });

  it("is read in a folder's own repository, by nothing that this names", async () => {
    const git = repository("folder.git");
    const from = git("rev-parse", "HEAD");
    const to = commit(git, "folder.git", "second");
    const root = join(host.directory, ".work/folder.git");
    const pwned = join(directory, "pwned");
    writeFileSync(join(directory, "gpg"), `#!/bin/sh\ntouch ${pwned}\n`, { mode: 0o755 });
    git("config", "log.showSignature", "true");
    git("config", "gpg.program", join(directory, "gpg"));
    const found = await historyAround(root, { from, to, toolPath });
    expect(subjects(found)).toEqual(["second"]);
    expect(await historyAround(root, { from: "0123456789".repeat(4), to, toolPath })).toMatchObject({
      reason: "The commit that was live is not in this folder's repository.",
    });
    expect(() => rmSync(pwned)).toThrow(/ENOENT/);
  });
});
