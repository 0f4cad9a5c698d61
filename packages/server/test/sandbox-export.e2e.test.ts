/** A sandbox's files pushed to git repositories: over real smart HTTP with a password, and refused as hosts refuse. */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type GitHost, gitHost } from "../../engine/test/source/git-host.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

let server: TestServer;
let owner: Caller;
let host: GitHost;
const token = "glpat-0123456789abcdef";

beforeAll(async () => {
  server = await serverFor({ allowPrivateSources: true });
  owner = await server.setUp();
  host = await gitHost();
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
afterEach(async () => {
  host.password = `oauth2:${token}`;
  host.intercept = undefined;
  for (const { id } of (await owner.client.sandboxes.list({})).sandboxes) await owner.client.sandboxes.remove({ id });
  expect(readdirSync(join(server.home, "scratch"))).toEqual([]);
});

async function sandbox(files: Record<string, string>, caller = owner): Promise<string> {
  const { id } = await caller.client.sandboxes.create({});
  await caller.client.sandboxes.write({ id, files: Object.entries(files).map(([path, text]) => ({ path, text })) });
  return id;
}

/** A repository that asks for the token, and git in a working tree of it. */
function repository(name: string, files: Record<string, string>) {
  const git = host.repository(name, files);
  host.password = `oauth2:${token}`;
  return {
    git,
    url: `${host.url}/${name}`,
    bare: join(host.directory, name),
    work: join(host.directory, ".work", name),
  };
}

/** The answer, with what its error says beside its code. */
async function push(id: string, asked: Record<string, unknown>, caller = owner) {
  const { status, body } = await caller.call("POST", `/sandboxes/${id}/export/git`, {
    username: "oauth2",
    token,
    ...asked,
  });
  return { status, body: { ...body, ...body.data } };
}

describe("exporting a sandbox to git", () => {
  it("puts one commit on top of what the branch has, without what stays out, and says when there is nothing to push", async () => {
    const { git, url } = repository("shop.git", { "README.md": "old", "gone.txt": "x", ".env": "COMMITTED=1" });
    const before = git("rev-parse", "HEAD");
    const id = await sandbox({
      "README.md": "new",
      "src/index.js": "console.log(1)",
      "-odd name ü": "kept",
      ".gitignore": "*.log\n!important.log\nbuild/\n",
      "debug.log": "stays",
      "important.log": "goes",
      "build/out.js": "stays",
      ".env": "SECRET=stays",
      ".env.example": "SECRET=",
      "node_modules/a/index.js": "stays",
      id_rsa: "stays",
    });
    const { status, body } = await push(id, {
      url,
      message: "Made in the product",
      author: { name: "Ada", email: "ada@example.com" },
    });
    expect({ status, body }).toMatchObject({ status: 200, body: { branch: "main", pushed: true } });
    git("fetch", "--quiet", "origin");
    expect(git("rev-parse", "origin/main")).toBe(body.commit);
    expect(git("rev-parse", "origin/main^")).toBe(before);
    expect(git("log", "-1", "--format=%an <%ae> %s", "origin/main")).toBe("Ada <ada@example.com> Made in the product");
    expect(git("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "origin/main").split("\n")).toEqual(
      ["-odd name ü", ".env", ".env.example", ".gitignore", "README.md", "important.log", "src/index.js"].sort(),
    );
    expect(git("show", "origin/main:.env")).toBe("COMMITTED=1");
    expect(git("show", "origin/main:README.md")).toBe("new");

    const again = await owner.client.sandboxes.push({ id, url, username: "oauth2", token });
    expect(again).toEqual({ branch: "main", commit: body.commit, pushed: false });
  });

  it("begins an empty repository, and a new branch where the default one is", async () => {
    const { git, url } = repository("empty.git", {});
    const id = await sandbox({ "index.html": "one" });
    const first = await owner.client.sandboxes.push({ id, url, username: "oauth2", token });
    expect(first).toMatchObject({ branch: "main", pushed: true });
    const same = await owner.client.sandboxes.push({ id, url, branch: "release/1", username: "oauth2", token });
    expect(same).toEqual({ branch: "release/1", commit: first.commit, pushed: true });
    await owner.client.sandboxes.write({ id, files: [{ path: "index.html", text: "two" }] });
    const next = await owner.client.sandboxes.push({ id, url, branch: "feature", username: "oauth2", token });
    git("fetch", "--quiet", "origin");
    expect(git("rev-parse", `${next.commit}^`)).toBe(first.commit);
    expect(git("log", "-1", "--format=%an", next.commit)).toBe("Owner");
    expect(git("rev-parse", "origin/main")).toBe(first.commit);
    expect((await push(await sandbox({ ".env": "A=1" }), { url: repository("other.git", {}).url })).body).toMatchObject(
      {
        code: "INVALID_SOURCE",
        what: expect.stringContaining("nothing to push"),
      },
    );
  });

  it("refuses a branch that moved while it was at it, and succeeds when asked again", async () => {
    const { git, url, work } = repository("moving.git", { "a.txt": "one" });
    const id = await sandbox({ "a.txt": "mine" });
    host.intercept = (request) => {
      if (request.method !== "POST" || !request.url!.includes("git-receive-pack")) return false;
      host.intercept = undefined;
      writeFileSync(join(work, "b.txt"), "theirs");
      git("add", "b.txt");
      git("commit", "--quiet", "-m", "meanwhile");
      git("push", "--quiet", "origin", "main");
      return false;
    };
    const { status, body } = await push(id, { url });
    expect({ status, body }).toMatchObject({
      status: 409,
      body: { code: "CONFLICT", next: expect.stringContaining("again") },
    });
    expect(git("show", "origin/main:a.txt")).toBe("one");
    expect((await push(id, { url })).body).toMatchObject({ pushed: true });
  });

  it("says of a token that is wrong, missing or may not write what to do, and shows it nowhere", async () => {
    const { url } = repository("private.git", { "a.txt": "one" });
    const id = await sandbox({ "a.txt": "two" });
    const wrong = "ghp_wrongwrongwrongwrong";
    const refused = await push(id, { url, token: wrong });
    expect(refused).toMatchObject({
      status: 401,
      body: { code: "AUTH_FAILED", next: expect.stringContaining("token") },
    });
    expect((await push(id, { url, token: undefined, username: undefined })).body).toMatchObject({
      code: "AUTH_FAILED",
    });
    host.password = undefined; // Whoever comes may read, and nobody push.
    const { body } = await push(id, { url, token: wrong });
    expect(body).toMatchObject({ code: "INSUFFICIENT_PERMISSIONS", next: expect.stringContaining("write") });
    const { entries } = await owner.client.audit.list({});
    for (const text of [refused.body, body, entries, server.logged]) {
      expect(JSON.stringify(text)).not.toContain(wrong);
      expect(JSON.stringify(text)).not.toContain(token);
    }
    for (const log of readdirSync(join(server.home, "logs"), { withFileTypes: true }))
      if (log.isFile()) expect(readFileSync(join(server.home, "logs", log.name), "utf8")).not.toContain(wrong);
  });

  it("makes no repository: says how one is made", async () => {
    host.password = `oauth2:${token}`;
    const { status, body } = await push(await sandbox({ "a.txt": "a" }), { url: `${host.url}/not-there.git` });
    expect({ status, body }).toMatchObject({
      status: 404,
      body: { code: "NOT_FOUND", next: expect.stringContaining("https://github.com/new") },
    });
  });

  it.each([
    [
      "a workflow",
      "refusing to allow an OAuth App to create or update workflow `.github/workflows/a.yml` without `workflow` scope",
      "INSUFFICIENT_PERMISSIONS",
      "workflow",
    ],
    [
      "a protected branch of GitHub",
      "error: GH006: Protected branch update failed for refs/heads/main.",
      "INSUFFICIENT_PERMISSIONS",
      "another branch",
    ],
    [
      "a protected branch of GitLab",
      "GitLab: You are not allowed to push code to protected branches on this project.",
      "INSUFFICIENT_PERMISSIONS",
      "another branch",
    ],
    [
      "a large file on GitHub",
      "error: GH001: Large files detected. You may want to try Git Large File Storage",
      "INVALID_SOURCE",
      "large files",
    ],
    [
      "a large file on GitLab",
      'GitLab: File "a.bin" is larger than the allowed size of 100 MB. Use Git LFS.',
      "INVALID_SOURCE",
      "large files",
    ],
    [
      "a secret",
      "error: GH013: Repository rule violations found for refs/heads/main. - GITHUB PUSH PROTECTION - Push cannot contain secrets",
      "INVALID_SOURCE",
      "secret",
    ],
    [
      "rules",
      "error: GH013: Repository rule violations found for refs/heads/main.",
      "INSUFFICIENT_PERMISSIONS",
      "which rule",
    ],
    ["a private address", "error: GH007: Your push would publish a private email address.", "INVALID_CONFIG", "author"],
    ["a hook of their own", "No commits on Fridays.", "CONFLICT", "what it says"],
  ])("says what to do about %s", async (name, said, code, next) => {
    const { url, bare } = repository(`${name.replaceAll(" ", "-")}.git`, { "a.txt": "one" });
    const hook = join(bare, "hooks/pre-receive");
    writeFileSync(hook, `#!/bin/sh\ncat >&2 <<'END'\n${said}\nEND\nexit 1\n`);
    chmodSync(hook, 0o755);
    const { body } = await push(await sandbox({ "a.txt": "two" }), { url });
    expect(body).toMatchObject({ code, next: expect.stringContaining(next) });
    expect(JSON.stringify(body.evidence)).toContain(JSON.stringify(said.slice(0, 30)).slice(1, -1));
  });

  it.each([
    ["a path", { url: "file:///etc" }, "INVALID_SOURCE"],
    ["a program as transport", { url: "ext::sh -c touch% /tmp/x" }, "INVALID_SOURCE"],
    ["an option", { url: "--upload-pack=touch /tmp/x" }, "INVALID_SOURCE"],
    ["ssh", { url: "git@github.com:a/b.git" }, "INVALID_CONFIG"],
    ["ssh with an option", { url: "ssh://-oProxyCommand=x/a" }, "INVALID_SOURCE"],
    ["plain http to elsewhere", { url: "http://example.com/a.git" }, "INVALID_SOURCE"],
    ["a password in the address", { url: "https://a:secret@example.com/a.git" }, "INVALID_CONFIG"],
    ["a branch that is an option", { branch: "--force" }, "INVALID_SOURCE"],
    ["a branch with another", { branch: "main:other" }, "INVALID_SOURCE"],
    ["a ref in full", { branch: "refs/tags/v1" }, "INVALID_CONFIG"],
  ])("refuses %s before anything is done", async (name, asked, code) => {
    const { url } = repository(`${name.replaceAll(" ", "-")}.git`, { "a.txt": "one" });
    host.seen = [];
    const { body } = await push(await sandbox({ "a.txt": "two" }), { url, ...asked });
    expect(body).toMatchObject({ code });
    expect(JSON.stringify(body)).not.toContain("secret@");
    expect(host.seen).toEqual([]);
  });

  it("does not lead into the server's own network, unless it was started so", async () => {
    await using guarded = await serverFor();
    const other = await guarded.setUp();
    const { url } = repository("inside.git", { "a.txt": "one" });
    host.seen = [];
    const { body } = await push(await sandbox({ "a.txt": "two" }, other), { url }, other);
    expect(body).toMatchObject({ code: "INVALID_SOURCE", what: expect.stringContaining("private network") });
    expect(host.seen).toEqual([]);
  });

  it("is for who may change sandboxes", async () => {
    const id = await sandbox({ "a.txt": "a" });
    const viewer = await server.member(owner, "viewer");
    expect((await push(id, { url: "https://example.com/a.git" }, viewer)).status).toBe(403);
  });
});
