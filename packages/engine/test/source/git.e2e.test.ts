import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DeployError } from "../../src/error.ts";
import { secret } from "../../src/secret.ts";
import { type OpenOptions, openSource } from "../../src/source/open.ts";
import { type Source, checkedSource, parseSource } from "../../src/source/source.ts";
import { type GitHost, gitHost } from "./git-host.ts";

let host: GitHost;
let directory: string;
const toolPath = process.env["PATH"]!.split(delimiter);

beforeAll(async () => {
  host = await gitHost();
});
afterAll(() => host[Symbol.asyncDispose]());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "landfall-git-"));
});
afterEach(() => {
  host.password = undefined;
  host.intercept = undefined;
  host.seen = [];
  rmSync(directory, { recursive: true, force: true });
});

const open = (source: Source, options: Partial<OpenOptions> = {}) =>
  openSource(source, { scratch: join(directory, "scratch"), toolPath, ...options });

async function failure(source: Source, options: Partial<OpenOptions> = {}): Promise<DeployError> {
  const error: unknown = await open(source, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeployError)) throw new Error(`expected a DeployError, got ${String(error)}`);
  expect(existsSync(join(directory, "scratch"))).toBe(false);
  return error;
}

describe("a git source", () => {
  it("opens the default branch, a branch, a tag and a commit, and leaves nothing behind", async () => {
    const git = host.repository("app.git", { "index.html": "one", "docs/a.md": "a" });
    const first = git("rev-parse", "HEAD");
    git("tag", "v1");
    git("push", "--quiet", "origin", "v1");
    git("checkout", "--quiet", "-b", "feature/ümlaut-🚀");
    writeFileSync(join(host.directory, ".work/app.git/index.html"), "two");
    git("commit", "--quiet", "-am", "second");
    git("push", "--quiet", "origin", "HEAD");
    const second = git("rev-parse", "HEAD");
    const url = `${host.url}/app.git`;
    const cases: [string | undefined, string, string | undefined, string][] = [
      [undefined, first, "refs/heads/main", "one"],
      ["main", first, "refs/heads/main", "one"],
      ["v1", first, "refs/tags/v1", "one"],
      ["refs/tags/v1", first, "refs/tags/v1", "one"],
      ["feature/ümlaut-🚀", second, "refs/heads/feature/ümlaut-🚀", "two"],
      [first, first, undefined, "one"],
      [second, second, undefined, "two"],
    ];
    for (const [ref, commit, name, content] of cases) {
      await using opened = await open({ kind: "git", url, ...(ref === undefined ? {} : { ref }) });
      expect({ commit: opened.commit?.sha, ref: opened.ref }).toEqual({ commit, ref: name });
      expect(readFileSync(join(opened.root, "index.html"), "utf8")).toBe(content);
      expect(readdirSync(opened.root).sort()).toEqual(["docs", "index.html"]);
    }
    expect(readdirSync(directory)).toEqual([]);
  });

  it("gives a commit that no branch begins with", async () => {
    const git = host.repository("old.git", { a: "1" });
    const first = git("rev-parse", "HEAD");
    writeFileSync(join(host.directory, ".work/old.git/a"), "2");
    git("commit", "--quiet", "-am", "second");
    git("push", "--quiet", "origin", "main");
    await using opened = await open({ kind: "git", url: `${host.url}/old.git`, ref: first });
    expect(readFileSync(join(opened.root, "a"), "utf8")).toBe("1");
  });

  it("opens a sub-directory, also one that stands in a browser's address behind a branch with slashes", async () => {
    const git = host.repository("mono.git", { "apps/web/index.html": "web" });
    git("push", "--quiet", "origin", "main:refs/heads/release/2.x");
    {
      await using opened = await open(parseSource(`${host.url}/mono.git#main:apps/web`));
      expect(readFileSync(join(opened.root, "index.html"), "utf8")).toBe("web");
    }
    const browser = parseSource(`${host.url}/mono.git/-/tree/release/2.x/apps/web`);
    expect(browser).toMatchObject({ ref: "release", subdirectory: "2.x/apps/web" });
    {
      await using opened = await open(browser);
      expect(opened.ref).toBe("refs/heads/release/2.x");
      expect(readFileSync(join(opened.root, "index.html"), "utf8")).toBe("web");
    }
    const none = await failure({ kind: "git", url: `${host.url}/mono.git`, subdirectory: "apps/wob" });
    expect(none.code).toBe("INVALID_SOURCE");
  });

  it("names what is near when the ref is not there", async () => {
    const git = host.repository("near.git", { a: "1" });
    for (const name of ["develop", "production", "feature/login"])
      git("push", "--quiet", "origin", `main:refs/heads/${name}`);
    const error = await failure({ kind: "git", url: `${host.url}/near.git`, ref: "devlop" });
    expect(error.code).toBe("NOT_FOUND");
    expect(error.text.next).toMatch(/^There is: develop, /);
    expect(error.text.recovery![0]).toMatchObject({ command: expect.stringContaining("--ref develop") });
  });

  it("refuses a shortened and an unknown commit", async () => {
    const git = host.repository("short.git", { a: "1" });
    const short = git("rev-parse", "--short=7", "HEAD");
    const url = `${host.url}/short.git`;
    expect((await failure({ kind: "git", url, ref: short })).text.next).toContain("full id");
    expect((await failure({ kind: "git", url, ref: "0123456789".repeat(4) })).code).toBe("NOT_FOUND");
  });

  it("says that a repository is empty, or not there", async () => {
    host.repository("empty.git", {});
    expect(await failure({ kind: "git", url: `${host.url}/empty.git` })).toMatchObject({
      code: "INVALID_SOURCE",
      text: { what: expect.stringContaining("empty") },
    });
    expect((await failure({ kind: "git", url: `${host.url}/nowhere.git` })).code).toBe("NOT_FOUND");
  });

  it("says AUTH_FAILED without and with a wrong password, and opens with the right one", async () => {
    host.repository("private.git", { a: "private" });
    host.password = "user:s3cret/p@ss%word";
    const url = `${host.url}/private.git`;
    expect((await failure({ kind: "git", url })).code).toBe("AUTH_FAILED");
    expect((await failure({ kind: "git", url }, { git: { credential: secret("user:wrong") } })).code).toBe(
      "AUTH_FAILED",
    );
    await using opened = await open({ kind: "git", url }, { git: { credential: secret(host.password) } });
    expect(readFileSync(join(opened.root, "a"), "utf8")).toBe("private");
  });

  it("shows a password from the address nowhere: not in the source, the error, the arguments or the result", async () => {
    host.repository("hidden.git", { a: "private" });
    const address = `${host.url.replace("//", "//user:hunter2hunter2@")}/hidden.git`;
    const source = parseSource(address);
    expect(JSON.stringify(source) + inspect(source)).not.toContain("hunter2");
    expect(source).toMatchObject({ url: `${host.url}/hidden.git` });
    // A git that writes down how it was called and with which files around it.
    const spy = join(directory, "bin");
    const log = join(directory, "calls");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(spy);
    writeFileSync(
      join(spy, "git"),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> ${log}\nPATH=${toolPath.join(":")} exec git "$@"\n`,
      { mode: 0o755 },
    );
    host.password = "user:another";
    const error = await failure(source, { toolPath: [spy, ...toolPath] });
    expect(error.code).toBe("AUTH_FAILED");
    expect(JSON.stringify(error.report()) + inspect(error, { depth: 10 })).not.toContain("hunter2");
    host.password = "user:hunter2hunter2";
    // Also a source that was put together by hand.
    await using opened = await open({ kind: "git", url: address }, { toolPath: [spy, ...toolPath] });
    expect(JSON.stringify(opened)).not.toContain("hunter2");
    const calls = readFileSync(log, "utf8");
    expect(calls).toContain("hidden.git");
    expect(calls).not.toContain("hunter2");
    expect(calls).not.toContain(Buffer.from(host.password).toString("base64"));
    expect(checkedSource(checkedSource(source))).toEqual(checkedSource(source));
  });

  it("sends the password to no other host when it is redirected", async () => {
    await using other = await gitHost();
    other.repository("moved.git", { a: "1" });
    other.password = "user:secret";
    host.repository("moved.git", { a: "1" });
    host.intercept = (request, response) => {
      response.writeHead(302, { location: `${other.url}${request.url!}` }).end();
      return true;
    };
    // The redirection is followed, for repositories do move; the password is not taken along, even where it would be right.
    const moved: Source = { kind: "git", url: `${host.url}/moved.git` };
    expect((await failure(moved, { git: { credential: secret("user:secret") } })).code).toBe("AUTH_FAILED");
    other.password = undefined;
    await using opened = await open(moved, { git: { credential: secret("user:secret") } });
    expect(readdirSync(opened.root)).toEqual(["a"]);
    expect(other.seen.length).toBeGreaterThan(0);
    expect(other.seen.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });

  it("says SOURCE_UNAVAILABLE for a host that does not answer, fails, or answers something else", async () => {
    const gone = await gitHost();
    await gone[Symbol.asyncDispose]();
    expect((await failure({ kind: "git", url: `${gone.url}/x.git` })).code).toBe("SOURCE_UNAVAILABLE");
    host.intercept = (_, response) => {
      response.writeHead(503).end();
      return true;
    };
    expect((await failure({ kind: "git", url: `${host.url}/x.git` })).code).toBe("SOURCE_UNAVAILABLE");
    host.intercept = (_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>");
      return true;
    };
    expect((await failure({ kind: "git", url: `${host.url}/x.git` })).code).toBe("INVALID_SOURCE");
  });

  it("gives up after the time limit, and at once when cancelled", async () => {
    const held: { destroy(): void }[] = [];
    const controller = new AbortController();
    host.intercept = (request) => {
      held.push(request.socket);
      controller.abort();
      return true;
    };
    expect((await failure({ kind: "git", url: `${host.url}/x.git` }, { signal: controller.signal })).code).toBe(
      "CANCELLED",
    );
    expect((await failure({ kind: "git", url: `${host.url}/x.git` }, { git: { timeoutMs: 200 } })).code).toBe(
      "TIMEOUT",
    );
    for (const socket of held) socket.destroy();
  });

  it("runs nothing the repository brings: hooks, filters, monitors, submodules", async () => {
    const pwned = join(directory, "pwned");
    const run = `touch ${pwned}`;
    const git = host.repository("evil.git", {
      "index.html": "x",
      "big.bin": "pointer",
      ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs\n*.html filter=evil\n",
      ".gitconfig": `[core]\n\tfsmonitor = "${run}"\n\thooksPath = .githooks\n[filter "evil"]\n\tsmudge = ${run}\n`,
      ".githooks/post-checkout": `#!/bin/sh\n${run}\n`,
      ".gitmodules": `[submodule "x"]\n\tpath = sub\n\turl = -u./payload\n[submodule "../../x"]\n\tpath = sub2\n\turl = ext::sh -c "${run}"\n`,
      ".lfsconfig": `[lfs]\n\turl = ext::sh -c "${run}"\n`,
    });
    const head = git("rev-parse", "HEAD");
    git("update-index", "--add", "--cacheinfo", `160000,${head},sub`);
    git("commit", "--quiet", "-m", "submodule");
    git("push", "--quiet", "origin", "main");
    await using opened = await open({ kind: "git", url: `${host.url}/evil.git` });
    expect(readFileSync(join(opened.root, "big.bin"), "utf8")).toBe("pointer");
    expect(existsSync(pwned)).toBe(false);
    expect(existsSync(join(opened.root, ".git"))).toBe(false);
    expect(readdirSync(join(opened.root, "sub"))).toEqual([]);
  });

  it("is not moved by the environment", async () => {
    host.repository("env.git", { a: "1" });
    const pwned = join(directory, "pwned");
    await using opened = await open(
      { kind: "git", url: `${host.url}/env.git` },
      {
        git: {
          environment: {
            GIT_SSH_COMMAND: `touch ${pwned}`,
            GIT_PROXY_COMMAND: `touch ${pwned}`,
            GIT_EXTERNAL_DIFF: `touch ${pwned}`,
            GIT_DIR: "/nowhere",
            LD_PRELOAD: "/nowhere.so",
            PATH: "/nowhere",
          },
        },
      },
    );
    expect(existsSync(pwned)).toBe(false);
    expect(readFileSync(join(opened.root, "a"), "utf8")).toBe("1");
  });

  it("lays out links as links, and refuses a sub-directory that is a link out of it", async () => {
    const git = host.repository("links.git", { a: "1" });
    symlinkSync("/etc", join(host.directory, ".work/links.git/etc"));
    git("add", "etc");
    git("commit", "--quiet", "-m", "link");
    git("push", "--quiet", "origin", "main");
    {
      await using opened = await open({ kind: "git", url: `${host.url}/links.git` });
      expect(lstatSync(join(opened.root, "etc")).isSymbolicLink()).toBe(true);
    }
    expect((await failure({ kind: "git", url: `${host.url}/links.git`, subdirectory: "etc" })).code).toBe(
      "INVALID_SOURCE",
    );
  });

  it("counts files before it lays them out: a small commit may name millions", async () => {
    const git = host.repository("bomb.git", { f: "x" });
    let tree = git("rev-parse", "HEAD^{tree}");
    const { spawnSync } = await import("node:child_process");
    for (let level = 0; level < 7; level++) {
      const input = Array.from({ length: 10 }, (_, index) => `040000 tree ${tree}\td${index}`).join("\n");
      tree = spawnSync("git", ["-C", join(host.directory, ".work/bomb.git"), "mktree"], {
        input: `${input}\n`,
        encoding: "utf8",
      }).stdout.trim();
    }
    const commit = git("commit-tree", tree, "-m", "bomb");
    git("push", "--quiet", "origin", `${commit}:refs/heads/bomb`);
    const error = await failure(
      { kind: "git", url: `${host.url}/bomb.git`, ref: "bomb" },
      { limits: { entries: 10_000 } },
    );
    expect(error).toMatchObject({ code: "INVALID_SOURCE", text: { what: expect.stringContaining("10,000 files") } });
  });

  it("says what to install when there is no git, or one that is too old", async () => {
    host.repository("tool.git", { a: "1" });
    const url = `${host.url}/tool.git`;
    expect((await failure({ kind: "git", url }, { toolPath: [directory] })).code).toBe("MISSING_TOOL");
    writeFileSync(join(directory, "git"), "#!/bin/sh\necho git version 2.30.9\n", { mode: 0o755 });
    expect((await failure({ kind: "git", url }, { toolPath: [directory, "/bin", "/usr/bin"] })).code).toBe(
      "MISSING_TOOL",
    );
  });
});
