import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBlobs } from "../../src/snapshot/blobs.ts";
import { openDigestCache } from "../../src/snapshot/cache.ts";
import type { Snapshot } from "../../src/snapshot/snapshot.ts";
import { type SnapshotOptions, takeSnapshot } from "../../src/snapshot/take.ts";
import { trackedAround } from "../../src/source/commit.ts";

let directory: string;
let root: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "landfall-ignore-"));
  root = join(directory, "project");
  mkdirSync(root);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

const take = (options: Partial<SnapshotOptions> = {}): Promise<Snapshot> =>
  takeSnapshot(root, { blobs: openBlobs(join(directory, "blobs")), ...options });

/** Paths that entered, and `path: detail` of what did not. */
async function sorted(
  files: Record<string, string>,
  options: Partial<SnapshotOptions> = {},
): Promise<{ in: string[]; out: string[] }> {
  write(files);
  const { files: entered, excluded } = await take(options);
  return { in: entered.map(({ path }) => path), out: excluded.map(({ path, detail }) => `${path}: ${detail}`) };
}

describe("ignore rules", { timeout: 60_000 }, () => {
  it("keep nothing out that git tracks, but secrets and dependencies, as git itself has it", async () => {
    write({
      ".gitignore": "package-lock.json\ndist/\n*.log\n.env\n",
      "package-lock.json": "{}",
      "dist/index.html": "kept",
      "dist/new.html": "made since",
      "dist/deep/page.html": "kept",
      "dist/deep/new.html": "made since",
      "app.log": "",
      ".env": "TOKEN=x",
      "node_modules/a/index.js": "",
    });
    const git = (...args: string[]): void =>
      void execFileSync("git", args, { cwd: root, env: { PATH: process.env["PATH"] } });
    git("init", "--quiet");
    git("add", "--force", "package-lock.json", "dist/index.html", "dist/deep/page.html", ".env", "node_modules");
    const tracked = await trackedAround(root, { toolPath: process.env["PATH"]!.split(":") });
    const { in: entered, out } = await sorted({}, { tracked });
    expect(entered).toEqual([".gitignore", "dist/deep/page.html", "dist/index.html", "package-lock.json"]);
    expect(out).toEqual([
      ".env: .env holds variables",
      ".git/: .git is version control",
      "app.log: .gitignore:3",
      "dist/deep/new.html: .gitignore:2",
      "dist/new.html: .gitignore:2",
      "node_modules/: node_modules: installed packages",
    ]);
    expect((await sorted({}, { tracked: "all" })).in).toContain("dist/new.html");
    const below = await trackedAround(join(root, "dist"), { toolPath: process.env["PATH"]!.split(":") });
    expect([...below].sort()).toEqual(["deep", "deep/page.html", "index.html"]);
  });

  it("follow .gitignore at every level, the deeper one winning, and name the rule", async () => {
    const result = await sorted({
      ".gitignore": "# comment\n*.log\n/dist\nbuild/\n!keep.log\n\\#odd\n",
      "a.log": "",
      "keep.log": "",
      "#odd": "",
      "dist/index.js": "",
      "src/dist/kept.js": "",
      "src/build/x.js": "",
      "src/.gitignore": "!important.log\n*.tmp\n/local\n",
      "src/important.log": "",
      "src/other.log": "",
      "src/deep/x.tmp": "",
      "src/local": "",
      "src/deep/local": "",
      "other/x.tmp": "",
    });
    expect(result.in).toEqual([
      ".gitignore",
      "keep.log",
      "other/x.tmp",
      "src/.gitignore",
      "src/deep/local",
      "src/dist/kept.js",
      "src/important.log",
    ]);
    expect(result.out).toEqual([
      "#odd: .gitignore:6",
      "a.log: .gitignore:2",
      "dist/: .gitignore:3",
      "src/build/: .gitignore:4",
      "src/deep/x.tmp: src/.gitignore:2",
      "src/local: src/.gitignore:3",
      "src/other.log: .gitignore:2",
    ]);
  });

  it("let a deeper file bring back a folder with what is in it", async () => {
    const result = await sorted({
      ".gitignore": "vendor/*\n",
      "vendor/.gitignore": "",
      "pkg/.gitignore": "!lib\n",
      "pkg/lib/a": "",
      "vendor/x": "",
    });
    expect(result.in).toContain("pkg/lib/a");
    write({ ".gitignore": "lib\n" });
    expect((await take()).files.map(({ path }) => path)).toContain("pkg/lib/a");
  });

  it("read .gitignore with a byte order mark, CRLF, and case as it is", async () => {
    const result = await sorted({
      ".gitignore": "\uFEFF*.log\r\ndist\r\n",
      "a.log": "",
      dist: "",
      Dist: "",
      "A.LOG": "",
    });
    expect(result.in).toEqual([".gitignore", "A.LOG", "Dist"]);
  });

  it("name a folder of thousands once, and many files of one rule as one", async () => {
    write({ ".gitignore": "out\n*.log\n" });
    for (let index = 0; index < 300; index++) write({ [`out/${index}`]: "", [`logs/${index}.log`]: "" });
    const { excluded } = await take();
    expect(excluded).toEqual([
      { path: "logs/*", reason: "ignored", detail: ".gitignore:2 (300 entries)" },
      { path: "out/", reason: "ignored", detail: ".gitignore:1" },
    ]);
  });

  it("add .vercelignore and .railwayignore of the root", async () => {
    const result = await sorted({
      ".vercelignore": "docs\n",
      ".railwayignore": "*.md\n",
      "docs/a": "",
      "b.md": "",
      c: "",
      "pkg/.vercelignore": "d\n",
      "pkg/d": "",
    });
    expect(result.in).toEqual([".railwayignore", ".vercelignore", "c", "pkg/.vercelignore", "pkg/d"]);
    expect(result.out).toEqual(["b.md: .railwayignore:1", "docs/: .vercelignore:1"]);
  });

  it("take .dockerignore beside a Dockerfile, from the root, but never what describes the image", async () => {
    const files = {
      ".dockerignore": "docs\n./tmp/\n**/*.md\nDockerfile\ncompose.yaml\n",
      "docs/a": "",
      "src/docs/b": "",
      "tmp/x": "",
      "src/c.md": "",
      "compose.yaml": "",
      app: "",
    };
    const without = await sorted(files);
    expect(without.out).toEqual([]);
    const result = await sorted({ Dockerfile: "FROM scratch" });
    expect(result.in).toEqual([".dockerignore", "Dockerfile", "app", "compose.yaml", "src/docs/b"]);
    expect(result.out).toEqual(["docs/: .dockerignore:1", "src/c.md: .dockerignore:3", "tmp/: .dockerignore:2"]);
  });

  it("leave a .dockerignore with exceptions to the image build", async () => {
    const result = await sorted({
      Dockerfile: "FROM scratch",
      ".dockerignore": "*\n!dist\n",
      "src/a": "",
      "dist/b": "",
    });
    expect(result.in).toEqual([".dockerignore", "Dockerfile", "dist/b", "src/a"]);
  });

  it("are those of .landfallignore alone where there is one, but for what is always out", async () => {
    const result = await sorted({
      ".landfallignore": "docs\n!.env\n!node_modules\n!.git\n",
      ".gitignore": "dist\n",
      "src/.gitignore": "*\n",
      ".vercelignore": "app\n",
      "dist/a": "",
      "src/b": "",
      app: "",
      "docs/c": "",
      ".env": "A=1",
      "node_modules/x/y": "",
      ".git/config": "",
    });
    expect(result.in).toEqual([
      ".gitignore",
      ".landfallignore",
      ".vercelignore",
      "app",
      "dist/a",
      "src/.gitignore",
      "src/b",
    ]);
    expect(result.out.map((line) => line.split(":")[0])).toEqual([".env", ".git/", "docs/", "node_modules/"]);
  });

  it("do not count for a build's output, where only secrets and version control stay out", async () => {
    const files = {
      ".gitignore": "*\n",
      ".dockerignore": "*\n",
      "index.html": "",
      "node_modules/x/index.js": "",
      ".vercel/output/config.json": "{}",
      ".env": "A=1",
      ".git/HEAD": "",
    };
    const result = await sorted(files, { prebuilt: true });
    expect(result.in).toEqual([
      ".dockerignore",
      ".gitignore",
      ".vercel/output/config.json",
      "index.html",
      "node_modules/x/index.js",
    ]);
    expect(result.out.map((line) => line.split(":")[0])).toEqual([".env", ".git/"]);
  });

  it("keep out version control, dependencies and tools' state without being told", async () => {
    const result = await sorted({
      ".git/hooks/pre-commit": "#!/bin/sh",
      "sub/.git": "gitdir: ../.git/modules/sub",
      ".hg/x": "",
      ".svn/x": "",
      ".gitmodules": "",
      "a/node_modules/b/c": "",
      "__pycache__/x.pyc": "",
      ".venv/bin/python": "",
      ".DS_Store": "",
      ".turbo/x": "",
      "node_modules.txt": "",
    });
    expect(result.in).toEqual([".gitmodules", "node_modules.txt"]);
    expect(result.out).toHaveLength(9);
  });
});

describe("secrets", () => {
  const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n";

  it("never enter by name", async () => {
    const secrets = [
      ".env",
      ".env.local",
      ".env.production",
      ".env.example.local",
      ".env.keys",
      "apps/web/.env.staging",
      "prod.env",
      ".envrc",
      ".dev.vars",
      ".dev.vars.production",
      ".netrc",
      ".git-credentials",
      ".pypirc",
      ".pgpass",
      ".aws/credentials",
      ".kube/config",
      ".ssh/known_hosts",
      ".docker/config.json",
      ".config/gcloud/credentials.db",
      ".kamal/secrets",
      ".kamal/secrets.production",
      "config/master.key",
      "config/credentials/production.key",
      "terraform.tfstate",
      "prod.tfstate.backup",
      "id_rsa",
      "keys/id_ed25519",
      "cert.p12",
      "cert.pfx",
      "release.keystore",
      "application_default_credentials.json",
      "service-account.json",
      "local.settings.json",
    ];
    const fine = [
      ".env.example",
      ".env.sample",
      ".env.template",
      ".env.local.example",
      ".env.dist",
      ".env.defaults",
      ".env.vault",
      ".dev.vars.example",
      "example.env",
      "env.ts",
      "environment.ts",
      "src/.env.d.ts",
      "id_rsa.pub",
      "keystore.ts",
      ".docker/Dockerfile",
      "config/credentials.yml.enc",
    ];
    write(Object.fromEntries([...secrets, ...fine].map((path) => [path, "A=1"])));
    const { files, excluded } = await take();
    expect(files.map(({ path }) => path)).toEqual([...fine].sort());
    expect(new Set(excluded.map(({ reason }) => reason))).toEqual(new Set(["secret"]));
    const out = excluded.map(({ path }) => path);
    for (const path of secrets)
      expect(out.some((one) => path === one || path.startsWith(one) || one === "keys/")).toBe(true);
    expect((await take({ prebuilt: true })).files.map(({ path }) => path)).toEqual([...fine].sort());
  });

  it("never enter by content: keys under any name, service accounts, binary keys", async () => {
    const der = Buffer.alloc(600, 7);
    der.set([0x30, 0x82, 0x02, 0x54, 0x02, 0x01, 0x00]);
    const publicDer = Buffer.alloc(600, 7);
    publicDer.set([0x30, 0x82, 0x02, 0x54, 0x30, 0x0d]);
    write({
      "server.pem": `-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n${key}`,
      "server.key": key,
      "binary.key": der,
      deploy: key,
      "ssh-key.txt": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n",
      "pgp.asc": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----\n",
      "firebase.json": JSON.stringify({ type: "service_account", private_key: "-----BEGIN PRIVATE KEY-----\nMII\n" }),
      "cert.pem": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n",
      "public.key": publicDer,
      "slides.key": Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(100)]),
      "code.ts": `const key = \`${key}\`;`,
      "docs.md": `Write it like this:\n${key}`,
      "data.json": JSON.stringify({ private_key: "see the vault", pad: "x".repeat(40) }),
    });
    const { files, excluded } = await take();
    expect(files.map(({ path }) => path)).toEqual([
      "cert.pem",
      "code.ts",
      "data.json",
      "docs.md",
      "public.key",
      "slides.key",
    ]);
    expect(excluded.every(({ reason }) => reason === "secret")).toBe(true);
  });

  it("are remembered with the file: an unchanged secret is not read again, and stays out", async () => {
    write({ a: "1", deploy: key });
    const cache = openDigestCache(join(directory, "digests"));
    const first = await take({ cache });
    const second = await take({ cache });
    expect([first.filesRead, second.filesRead]).toEqual([2, 0]);
    expect(second).toEqual({ ...first, filesRead: 0 });
    expect(second.excluded).toEqual([{ path: "deploy", reason: "secret", detail: "a private key" }]);
  });

  it("are taken out of .npmrc line by line, references to variables staying", async () => {
    const cache = openDigestCache(join(directory, "digests"));
    write({
      ".npmrc": [
        "registry=https://npm.example.com/",
        "//npm.example.com/:_authToken=npm_abcdef0123456789",
        "//other.example.com/:_authToken=${NPM_TOKEN}",
        "_auth = dXNlcjpwYXNz",
        "@scope:registry=https://user:hunter2@npm.example.com/",
        "//npm.example.com/:_password=aHVudGVyMg==",
        "save-exact=true",
      ].join("\n"),
      "sub/.npmrc": "save-exact=true\n",
      ".yarnrc.yml": 'npmScopes:\n  a:\n    npmAuthToken: "secret-token"\n  b:\n    npmAuthToken: "${TOKEN}"\n',
    });
    const blobs = openBlobs(join(directory, "blobs"));
    for (const filesRead of [3, 0]) {
      const snapshot = await take({ cache, blobs });
      expect(snapshot.filesRead).toBe(filesRead);
      expect(snapshot.excluded).toEqual([
        { path: ".npmrc", reason: "secret", detail: "line 2, 4, 5, 6 hold a token and stayed out, the rest entered" },
        { path: ".yarnrc.yml", reason: "secret", detail: "line 3 holds a token and stayed out, the rest entered" },
      ]);
      const file = snapshot.files.find(({ path }) => path === ".npmrc")!;
      const text = readFileSync(blobs.path(file.sha256), "utf8");
      expect(text).toBe(
        "registry=https://npm.example.com/\n//other.example.com/:_authToken=${NPM_TOKEN}\nsave-exact=true",
      );
      expect(file.sizeBytes).toBe(text.length);
    }
  });
});
