import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DeployError } from "../../src/error.ts";
import { openSource } from "../../src/source/open.ts";
import { type Source, type SourceOptions, parseSource } from "../../src/source/source.ts";

function refusal(text: string, options: SourceOptions = {}): DeployError {
  try {
    parseSource(text, options);
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe("parseSource", () => {
  it.each<[string, Source]>([
    [".", { kind: "folder", path: "." }],
    ["/srv/app", { kind: "folder", path: "/srv/app" }],
    ["./a:b", { kind: "folder", path: "./a:b" }],
    ["site.ZIP", { kind: "archive", path: "site.ZIP" }],
    ["a.tar.gz", { kind: "archive", path: "a.tar.gz" }],
    ["a.tgz", { kind: "archive", path: "a.tgz" }],
    ["a.tar", { kind: "archive", path: "a.tar" }],
    ["a.tar.zst", { kind: "archive", path: "a.tar.zst" }],
    ["https://example.com/x.git", { kind: "git", url: "https://example.com/x.git" }],
    ["https://example.com/x.git#main", { kind: "git", url: "https://example.com/x.git", ref: "main" }],
    [
      "https://example.com/x.git#v1:apps/web/",
      { kind: "git", url: "https://example.com/x.git", ref: "v1", subdirectory: "apps/web" },
    ],
    ["https://example.com/x.git#:apps", { kind: "git", url: "https://example.com/x.git", subdirectory: "apps" }],
    ["https://example.com:8443/a/b/c/", { kind: "git", url: "https://example.com:8443/a/b/c" }],
    ["git@github.com:o/r.git", { kind: "git", url: "git@github.com:o/r.git" }],
    ["git@github.com:o/r.git#dev", { kind: "git", url: "git@github.com:o/r.git", ref: "dev" }],
    ["host:o/r.git", { kind: "git", url: "host:o/r.git" }],
    ["ssh://git@example.com:2222/o/r.git", { kind: "git", url: "ssh://git@example.com:2222/o/r.git" }],
    ["git+ssh://git@example.com/o/r.git", { kind: "git", url: "ssh://git@example.com/o/r.git" }],
    ["github:o/r", { kind: "git", url: "https://github.com/o/r.git" }],
    ["gitlab:group/sub/r#main", { kind: "git", url: "https://gitlab.com/group/sub/r.git", ref: "main" }],
    ["http://127.0.0.1:3000/x.git", { kind: "git", url: "http://127.0.0.1:3000/x.git" }],
    ["http://[::1]:3000/x.git", { kind: "git", url: "http://[::1]:3000/x.git" }],
    ["http://app.localhost/x.git", { kind: "git", url: "http://app.localhost/x.git" }],
    ["https://github.com/o/r", { kind: "git", url: "https://github.com/o/r" }],
    [
      "https://github.com/o/r/tree/main/apps/web?tab=readme",
      { kind: "git", url: "https://github.com/o/r", ref: "main", subdirectory: "apps/web" },
    ],
    ["https://github.com/o/r/tree/v1.0", { kind: "git", url: "https://github.com/o/r", ref: "v1.0" }],
    ["https://github.com/o/r/pull/12", { kind: "git", url: "https://github.com/o/r", ref: "refs/pull/12/head" }],
    ["https://github.com/o/r/releases/tag/v1", { kind: "git", url: "https://github.com/o/r", ref: "v1" }],
    [
      "https://gitlab.com/g/s/r/-/tree/main/apps?ref_type=heads",
      { kind: "git", url: "https://gitlab.com/g/s/r", ref: "main", subdirectory: "apps" },
    ],
    [
      "https://bitbucket.org/o/r/src/main/apps/",
      { kind: "git", url: "https://bitbucket.org/o/r", ref: "main", subdirectory: "apps" },
    ],
    [
      "https://codeberg.org/o/r/src/branch/main/apps",
      { kind: "git", url: "https://codeberg.org/o/r", ref: "main", subdirectory: "apps" },
    ],
  ])("reads %s", (text, source) => {
    expect(parseSource(text)).toEqual(source);
  });

  it.each([
    "",
    "a\0b",
    "file:///etc",
    "FILE:///etc/passwd",
    "ext::sh -c id",
    "ext::sh%20-c%20id",
    "fd::17",
    "git://example.com/x.git",
    "ftp://example.com/x.git",
    "gopher://127.0.0.1:70/_x",
    "ssh://-oProxyCommand=id/x",
    "ssh://-oProxyCommand=touch%20pwned@host/x",
    "ssh://user@-oProxyCommand=id/x",
    "ssh://git:password@example.com/x",
    "-oProxyCommand=id:x",
    "--upload-pack=touch /tmp/pwn",
    "git@-oProxyCommand=id:x",
    "git@host:-x",
    "git@host:",
    "https://example.com/x.git\n--upload-pack=id",
    "https://example.com/%0ahost=evil",
    "https://example.com/a b.git",
    "https://example.com/",
    "https://example.com/x.git?token=abc",
    "https://exa mple.com/x",
    "https://$(id)/x",
    "https://example.com`id`/x",
    "http://example.com/x.git",
    "http://127.0.0.1.example.com/x.git",
    "http://2130706433.example/x",
    "https://github.com/o/r/blob/main/a.ts",
    "https://github.com/o/r/archive/refs/heads/main.zip",
    "https://example.com/app.tar.gz",
    `https://example.com/${"x".repeat(3_000)}`,
    "https://example.com/x.git#-oops",
    "https://example.com/x.git#main:../etc",
    "https://example.com/x.git#main:/etc",
  ])("refuses %j", (text) => {
    const error = refusal(text);
    expect(error.code).toBe("INVALID_SOURCE");
    expect(error.text.next).toBeTruthy();
  });

  it.each([
    "--upload-pack=touch /tmp/pwn",
    "-o",
    "refs/heads/../../x",
    "HEAD --output=/etc/x",
    "a b",
    "a\nb",
    "a..b",
    "a~1",
    "a^{}",
    "a:b",
    "a?",
    "a*",
    "a[b",
    "a\\b",
    "a@{1}",
    "@",
    "/a",
    "a/",
    "a//b",
    "a.",
    ".a",
    "a/.b",
    "a.lock",
    "a.lock/b",
    "",
    "x".repeat(1_001),
    "a\x7fb",
  ])("refuses the ref %j", (ref) => {
    expect(refusal("https://example.com/x.git", { ref }).code).toBe("INVALID_SOURCE");
  });

  it.each(["main;id", "feature/ümlaut-🚀", "v1.2.3", "refs/heads/main", "a".repeat(1_000), "$(id)"])(
    "takes the ref %j as it is",
    (ref) => {
      expect(parseSource("https://example.com/x.git", { ref })).toMatchObject({ ref });
    },
  );

  it.each(["..", "a/../../b", "/etc", "a\\b", "C:/x", "a\nb", "x".repeat(1_001)])(
    "refuses the sub-directory %j",
    (subdirectory) => {
      expect(refusal(".", { subdirectory }).code).toBe("INVALID_SOURCE");
    },
  );

  it("tidies a sub-directory", () => {
    expect(parseSource(".", { subdirectory: "./apps//web/" })).toMatchObject({ subdirectory: "apps/web" });
    expect(parseSource(".", { subdirectory: "./" })).toEqual({ kind: "folder", path: "." });
  });

  it("refuses a ref of a folder, and two that differ", () => {
    expect(refusal(".", { ref: "main" }).code).toBe("INVALID_SOURCE");
    expect(refusal("https://example.com/x.git#a", { ref: "b" }).code).toBe("INVALID_SOURCE");
  });

  it("accepts http to another machine only when told to", () => {
    expect(parseSource("http://example.com/x.git", { allowInsecureHttp: true })).toMatchObject({
      url: "http://example.com/x.git",
    });
  });

  it.each([
    "https://user:hunter2@example.com/",
    "https://user:hun/ter2@example.com/x",
    "https://user:hunter2#@example.com/x",
    "https://hunter2@example.com/x.git?a=b",
    "https://user:%zz-hunter2@example.com/x.git",
    "ssh://git:hunter2@example.com/x",
    "https://example.com/x.git?private_token=hunter2",
    `https://user:${"hunter2".repeat(60)}@example.com/`,
  ])("shows no password when it refuses %s", (text) => {
    const error = refusal(text);
    expect(JSON.stringify(error.report()) + String(error.stack)).not.toMatch(/hun\/?ter2/);
  });
});

describe("openSource of a folder", () => {
  let directory: string;
  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), "landfall-source-")));
    mkdirSync(join(directory, "project/apps/web"), { recursive: true });
    writeFileSync(join(directory, "project/file"), "");
    symlinkSync("../..", join(directory, "project/apps/out"));
    symlinkSync("apps/web", join(directory, "project/web"));
    symlinkSync("project", join(directory, "link"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const open = (path: string, subdirectory?: string) =>
    openSource(
      { kind: "folder", path: join(directory, path), ...(subdirectory === undefined ? {} : { subdirectory }) },
      { scratch: join(directory, "scratch"), toolPath: [] },
    );

  it("is the folder itself, by its real path, and makes nothing", async () => {
    await using opened = await open("link");
    expect(opened).toMatchObject({ root: join(directory, "project"), identity: join(directory, "project") });
    expect(readdirSync(directory).sort()).toEqual(["link", "project"]);
  });

  it("may be a sub-directory, through links that stay inside", async () => {
    await using opened = await open("project", "web");
    expect(opened.root).toBe(join(directory, "project/apps/web"));
  });

  it.each([
    ["nowhere", undefined],
    ["project/file", undefined],
    ["project", "nowhere"],
    ["project", "file"],
    ["project/apps/web", "../.."],
    ["project/apps", "out/project"],
  ])("refuses %s, folder %s", async (path, subdirectory) => {
    await expect(open(path, subdirectory)).rejects.toMatchObject({ code: "INVALID_SOURCE" });
  });

  it("refuses a link that leaves, also one of a name that begins alike", async () => {
    mkdirSync(join(directory, "project-2"));
    symlinkSync("../project-2", join(directory, "project/alike"));
    await expect(open("project", "alike")).rejects.toMatchObject({ code: "INVALID_SOURCE" });
  });
});
