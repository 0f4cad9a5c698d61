import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findIsolation } from "../../src/build/isolation.ts";
import { toolDirectories } from "../../src/build/programs.ts";
import { DeployError } from "../../src/error.ts";
import { running } from "./processes.ts";
import { rangeFor } from "../../src/build/stand-in.ts";
import { nodeAdapters } from "../../src/plan/adapters.ts";
import { type Bench, openBench, type Project, serviceOf, withDependency } from "./project.ts";

let bench: Bench;
beforeAll(() => {
  bench = openBench();
});
afterAll(() => bench[Symbol.dispose]());
afterEach(() => {
  expect(readdirSync(join(bench.home, "builds")), "workspaces left behind").toEqual([]);
});

/** Writes the page, with what the dependency answers in it. */
const page = (text: string): string =>
  `import ms from "ms"; import { mkdirSync, writeFileSync } from "node:fs";
   mkdirSync("dist", { recursive: true }); writeFileSync("dist/index.html", "<!doctype html><title>test</title><p>${text} " + ms(60000) + "</p>");`;

const site = (text: string): Project => ({
  files: { ...withDependency({ scripts: { build: "node build.mjs" } }), "build.mjs": page(text) },
  install: "npm ci",
  build: "npm run build",
});

describe("buildArtifact", () => {
  it("installs, builds, reuses what did not change, and takes the dependencies of an earlier build when only the source did", async () => {
    const first = await bench.build(site("one"));
    expect(first).toMatchObject({ reused: false, cache: "miss", warnings: [] });
    expect(await bench.read(first, "index.html")).toContain("<p>one 1m</p>");

    const second = await bench.build(site("one"));
    expect(second).toMatchObject({ reused: true, artifact: first.artifact });
    expect(bench.lines.filter((line) => line.startsWith("$"))).toEqual([]);

    const third = await bench.build(site("two"));
    expect(third).toMatchObject({ reused: false, cache: "hit" });
    expect(bench.lines.filter((line) => line.startsWith("$"))).toEqual(["$ npm run build"]);
    expect(await bench.read(third, "index.html")).toContain("<p>two 1m</p>");

    const forced = await bench.build(site("two"), { force: true });
    expect(forced).toMatchObject({ reused: false, artifact: third.artifact });
  });

  it("builds again when a blob of the remembered artifact is gone", async () => {
    const project = site("blob");
    const first = await bench.build(project);
    rmSync(bench.blobs.path(first.artifact.files[0]?.sha256 ?? ""));
    expect(await bench.build(project)).toMatchObject({ reused: false, artifact: first.artifact });
  });

  it("never gives a build dependencies that an earlier one changed", async () => {
    const spoil = `import { appendFileSync, utimesSync, statSync, mkdirSync, writeFileSync } from "node:fs";
      const before = statSync("node_modules/ms/index.js");
      appendFileSync("node_modules/ms/index.js", ";module.exports = () => 'spoilt'");
      utimesSync("node_modules/ms/index.js", before.atime, before.mtime);
      mkdirSync("node_modules/evil", { recursive: true }); writeFileSync("node_modules/evil/index.js", "");
      mkdirSync("dist", { recursive: true }); writeFileSync("dist/index.html", "<p>spoils its dependencies</p>");`;
    const spoiler = { ...site("x"), variables: { GROUP: "spoil" } };
    await bench.build({ ...spoiler, files: { ...spoiler.files, "build.mjs": spoil } });
    for (const text of ["after one", "after two"]) {
      const clean = await bench.build({ ...site(text), variables: { GROUP: "spoil" } });
      expect(await bench.read(clean, "index.html")).toContain(`<p>${text} 1m</p>`);
    }
  });

  it("shows an organisation nothing that another's builds left: artifacts, dependencies, downloads", async () => {
    const leaves = `import { existsSync, mkdirSync, writeFileSync } from "node:fs"; import { join } from "node:path";
      const places = ["npm_config_cache", "GRADLE_USER_HOME", "CARGO_HOME"].map((name) => join(process.env[name], "left"));
      console.log("found", places.filter((place) => existsSync(place)).length);
      for (const place of places) { mkdirSync(join(place, ".."), { recursive: true }); writeFileSync(place, ""); }
      mkdirSync("dist", { recursive: true }); writeFileSync("dist/index.html", "<p>page</p>");`;
    const project = { ...site("shared"), variables: { GROUP: "organisations" } };
    const leaving = { ...project, files: { ...project.files, "build.mjs": leaves } };
    const found = (): string[] => bench.lines.filter((line) => line.startsWith("found"));
    expect(await bench.build(leaving)).toMatchObject({ reused: false, cache: "miss" });
    expect(found()).toEqual(["found 0"]);
    expect(await bench.build(leaving, { organization: "org_two" })).toMatchObject({ reused: false, cache: "miss" });
    expect(found()).toEqual(["found 0"]);
    expect(await bench.build(leaving, { force: true })).toMatchObject({ reused: false, cache: "hit" });
    expect(found()).toEqual(["found 3"]);
  });

  it("starts no npm for a program that names no packages, and one where a script or settings are to be heeded", async () => {
    const build = "node build.mjs";
    const plain = (manifest: object, more: Record<string, string> = {}): Project => ({
      files: { "package.json": JSON.stringify({ name: "app", ...manifest }), "build.mjs": makes, ...more },
      install: "npm install",
      build,
    });
    const makes = `import { mkdirSync, writeFileSync } from "node:fs"; mkdirSync("dist"); writeFileSync("dist/index.html", "<p>made</p>");`;
    const commands = (): string[] => bench.lines.filter((line) => line.startsWith("$"));
    const built = await bench.build(plain({ dependencies: {}, engines: { node: ">=20" } }));
    expect(await bench.read(built, "index.html")).toBe("<p>made</p>");
    expect(commands()).toEqual([`$ ${build}`]);
    for (const project of [
      plain({ scripts: { postinstall: "node -e 0" } }),
      plain({ workspaces: ["packages/*"] }),
      plain({}, { ".npmrc": "fund=false\n" }),
      plain({}, { "part/package.json": "{}" }),
      { ...plain({}), install: "npm install ms" },
    ]) {
      await bench.build(project);
      expect(commands()).toEqual([`$ ${project.install}`, `$ ${build}`]);
    }
  });

  it("keeps the dependencies when the build fails", async () => {
    const project = { ...site("fails"), variables: { GROUP: "fails" } };
    const broken = { ...project, files: { ...project.files, "build.mjs": "process.exit(3)" } };
    const error = await failure(bench.build(broken));
    expect(error).toMatchObject({ code: "BUILD_FAILED", text: { where: "npm run build ended with 3", step: "build" } });
    expect(await bench.build(project)).toMatchObject({ cache: "hit" });
  });

  describe("of a framework with a cache of its own", () => {
    /** Counts in the cache how many builds it has seen, and prints it. */
    const counts = `import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
      mkdirSync(".next/cache/fetch-cache", { recursive: true });
      appendFileSync(".next/cache/builds", "x");
      console.log("answers", existsSync(".next/cache/fetch-cache/one"));
      writeFileSync(".next/cache/fetch-cache/one", "");
      if (process.env.SHOWS) writeFileSync(".next/cache/env", process.env.SHOWS);
      console.log("builds", readFileSync(".next/cache/builds", "utf8").length);
      mkdirSync("dist", { recursive: true }); writeFileSync("dist/index.html", "<p>page</p>");`;
    const project = (name: string, text: string, more: Partial<Project> = {}): Project => ({
      files: { "package.json": JSON.stringify({ name: "app" }), "build.mjs": counts, "text.txt": `${name} ${text}` },
      build: "node build.mjs",
      service: { framework: "next", hosts: [`${name}.localhost`] },
      ...more,
    });
    const said = (): string[] => bench.lines.filter((line) => /^(builds|answers)/.test(line));
    const first = ["answers false", "builds 1"];

    it("has it again in the next build of the same service, but for what other servers answered", async () => {
      await bench.build(project("one", "a"));
      expect(said()).toEqual(first);
      await bench.build(project("one", "b"));
      expect(said()).toEqual(["answers false", "builds 2"]);
      await bench.build(project("two", "a"));
      expect(said()).toEqual(first);
    });

    it("begins anew when it is forced to, with other variables, and after a build that failed", async () => {
      await bench.build(project("three", "a"));
      await bench.build(project("three", "a", { variables: { MODE: "b" } }));
      expect(said()).toEqual(first);
      await bench.build(project("three", "a"), { force: true });
      expect(said()).toEqual(first);
      const broken = project("three", "b");
      await failure(bench.build({ ...broken, files: { ...broken.files, "build.mjs": `${counts} process.exit(1)` } }));
      expect(said()).toEqual(["answers false", "builds 2"]);
      await bench.build(project("three", "c"));
      expect(said()).toEqual(first);
    });

    it("does not keep one that shows a secret, that is too large, or that is a link to elsewhere", async () => {
      const shows = { variables: { SHOWS: "s3cr3t-of-the-cache" }, sensitive: ["SHOWS"] };
      await bench.build(project("four", "a", shows));
      await bench.build(project("four", "b", shows));
      expect(said()).toEqual(first);
      await bench.build(project("five", "a"), { limits: { frameworkCacheBytes: 0 } });
      await bench.build(project("five", "b"));
      expect(said()).toEqual(first);
      const elsewhere = mkdtempSync(join(tmpdir(), "landfall-elsewhere-"));
      mkdirSync(join(elsewhere, "fetch-cache"));
      const linked = project("six", "a");
      const links = `import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
        mkdirSync(".next"); symlinkSync(${JSON.stringify(elsewhere)}, ".next/cache");
        mkdirSync("dist"); writeFileSync("dist/index.html", "<p>page</p>");`;
      await bench.build({ ...linked, files: { ...linked.files, "build.mjs": links } });
      expect(readdirSync(elsewhere)).toEqual(["fetch-cache"]);
      rmSync(elsewhere, { recursive: true });
    });
  });

  it("runs no command for a folder that needs none", async () => {
    const built = await bench.build({
      files: { "index.html": "<!doctype html><title>test</title><p>plain</p>", ".env.example": "A=" },
      outputDir: ".",
    });
    expect(built.artifact.files.map((file) => file.path)).toEqual(["index.html"]);
    expect(built).toMatchObject({ isolation: null, cache: "none", reused: false });
  });

  it("finds the toolchains of rustup where they are, though its home is its own", async () => {
    const script =
      'console.log("rustup: " + process.env.RUSTUP_HOME); require("fs").writeFileSync("index.html", "<title>x</title>");';
    await bench.build({ files: { "build.cjs": script }, build: "node build.cjs", outputDir: "." });
    const toolchains = join(userInfo().homedir, ".rustup");
    expect(bench.lines).toContain(`rustup: ${existsSync(toolchains) ? toolchains : "undefined"}`);
  });

  it("installs the package manager the project names, once, and uses it", async () => {
    const project: Project = {
      files: {
        "package.json": JSON.stringify({
          name: "a",
          packageManager: "pnpm@10.34.9",
          dependencies: { ms: "2.1.3" },
          scripts: { build: "node build.mjs" },
        }),
        "pnpm-lock.yaml":
          "lockfileVersion: '9.0'\nsettings:\n  autoInstallPeers: true\n  excludeLinksFromLockfile: false\nimporters:\n  .:\n    dependencies:\n      ms:\n        specifier: 2.1.3\n        version: 2.1.3\npackages:\n  ms@2.1.3:\n    resolution: {integrity: sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==}\nsnapshots:\n  ms@2.1.3: {}\n",
        "build.mjs": page("pnpm"),
      },
      install: "pnpm install --frozen-lockfile",
      build: "pnpm run build",
      // Would break npm too, were it passed on to the npm that installs pnpm.
      variables: { npm_config_registry: "http://127.0.0.1:9/", NODE_OPTIONS: "--require=/nowhere/hook.cjs" },
    };
    const error = await failure(bench.build(project));
    expect(error.code).toBe("BUILD_FAILED");
    expect(existsSync(join(bench.home, "tools/pnpm-10.34.9/node_modules/.bin/pnpm"))).toBe(true);

    const built = await bench.build({ ...project, variables: {} });
    expect(await bench.read(built, "index.html")).toContain("<p>pnpm 1m</p>");
    expect(bench.lines[0]).toContain("pnpm 10.34.9 (packageManager of package.json)");
  });

  it.each([
    ["webpack 4.46.0", {}, "--openssl-legacy-provider", "1"],
    [
      "webpack 4.46.0",
      { NODE_OPTIONS: "--max-old-space-size=512" },
      "--max-old-space-size=512 --openssl-legacy-provider",
      "1",
    ],
    ["webpack 5.54.0", {}, "undefined", "1"],
    ["react-scripts 4.0.3", {}, "undefined", "false"],
    ["react-scripts 4.0.3", { CI: "true" }, "undefined", "true"],
  ])("%s with %j has what it needs of Node.js and of the build", async (tool, variables, options, ci) => {
    const [name, version] = tool.split(" ");
    await bench.build({
      files: {
        "package.json": JSON.stringify({ name: "a", dependencies: { [name!]: "file:./tool" } }),
        "tool/package.json": JSON.stringify({ name, version }),
        "build.cjs":
          'console.log(`found: ${process.env.NODE_OPTIONS} ${process.env.CI}`); require("node:fs").writeFileSync("index.html", "<title>x</title>");',
      },
      install: "npm install",
      build: "node build.cjs",
      outputDir: ".",
      variables,
    });
    expect(bench.lines).toContain(`found: ${options} ${ci}`);
  });

  it("installs with Yarn 1 what names a Node.js of its time", async () => {
    await bench.build({
      files: {
        "package.json": JSON.stringify({ name: "a", dependencies: { tool: "file:./tool" } }),
        "tool/package.json": JSON.stringify({ name: "tool", version: "1.0.0", engines: { node: "8 || 10" } }),
        "yarn.lock": "# yarn lockfile v1\n",
        "index.html": "<title>x</title>",
      },
      install: "yarn install",
      outputDir: ".",
    });
    expect(bench.lines.join("\n")).not.toContain("incompatible");
  });

  it("finds such a tool also where only another package has it", async () => {
    await bench.build({
      files: {
        "package.json": JSON.stringify({ name: "a" }),
        "install.cjs":
          'const { mkdirSync, writeFileSync } = require("node:fs"); for (const [at, version] of [["webpack", "5.90.0"], ["preact-cli/node_modules/webpack", "4.46.0"]]) { mkdirSync(`node_modules/${at}`, { recursive: true }); writeFileSync(`node_modules/${at}/package.json`, JSON.stringify({ version })); }',
        "build.cjs":
          'console.log(`found: ${process.env.NODE_OPTIONS}`); require("node:fs").writeFileSync("index.html", "<title>x</title>");',
      },
      install: "node install.cjs",
      build: "node build.cjs",
      outputDir: ".",
    });
    expect(bench.lines).toContain("found: --openssl-legacy-provider");
  });

  it("installs packages whose wishes for a third exclude each other, as those who wrote the project did", async () => {
    const built = await bench.build({
      files: {
        "package.json": JSON.stringify({ name: "a", dependencies: { react: "18.3.1", "react-dom": "17.0.2" } }),
        "index.html": "<title>x</title>",
      },
      install: "npm install",
      outputDir: ".",
    });
    expect(bench.lines.join("\n")).toContain("npm error code ERESOLVE");
    expect(built.warnings.join()).toContain("Two packages want versions of a third that exclude each other");
  });

  it("has packages leave out the programs that test on a desktop, while they are installed", async () => {
    const says = (when: string): string => `node -e "console.log('${when}: ' + process.env.CYPRESS_INSTALL_BINARY)"`;
    await bench.build({
      files: { "package.json": JSON.stringify({ name: "a" }), "index.html": "<title>x</title>" },
      install: says("installed"),
      build: says("built"),
      outputDir: ".",
    });
    expect(bench.lines).toEqual(expect.arrayContaining(["installed: 0", "built: undefined"]));
  });

  it("leaves it to the commands before the start to make what is started", async () => {
    const built = await bench.build({
      files: {
        "package.json": JSON.stringify({ name: "a", scripts: { make: "node make.cjs" } }),
        "make.cjs": 'require("node:fs").writeFileSync("made.cjs", "");',
      },
      build: "node make.cjs",
      start: "npm run make && node dist/made.cjs",
    });
    expect(built.artifact.files.map(({ path }) => path)).toContain("make.cjs");
  });

  it.each([
    ["are run where the project names neither a pnpm nor those that may", {}, true],
    ["are not where it names those that may", { pnpm: { onlyBuiltDependencies: ["esbuild"] } }, false],
    ["are what the pnpm it names makes of them", { packageManager: "pnpm@10.34.9" }, false],
  ] as const)("scripts of packages %s", async (_, more, isRun) => {
    await bench.build({
      files: {
        "package.json": JSON.stringify({ name: "a", dependencies: { "core-js": "3.40.0" }, ...more }),
        "pnpm-lock.yaml":
          "lockfileVersion: '9.0'\nsettings:\n  autoInstallPeers: true\n  excludeLinksFromLockfile: false\nimporters:\n  .:\n    dependencies:\n      core-js:\n        specifier: 3.40.0\n        version: 3.40.0\npackages:\n  core-js@3.40.0:\n    resolution: {integrity: sha512-7vsMc/Lty6AGnn7uFpYT56QesI5D2Y/UkgKounk87OP9Z2H9Z8kj6jzcSGAxFmUtDOS0ntK6lbQz+Nsa0Jj6mQ==}\nsnapshots:\n  core-js@3.40.0: {}\n",
        "index.html": "<title>x</title>",
      },
      install: "pnpm install --frozen-lockfile",
      outputDir: ".",
    });
    const printed = bench.lines.join("\n");
    expect([printed.includes("core-js postinstall"), printed.includes("Ignored build scripts")]).toEqual([
      isRun,
      !isRun,
    ]);
  });

  it("takes a built server without the packages only its build needed", async () => {
    const built = await bench.build({
      files: {
        ...withDependency({ scripts: { build: "node build.mjs", start: "node server.js" } }),
        "build.mjs": `import { writeFileSync, mkdirSync } from "node:fs"; mkdirSync(".next/cache", { recursive: true }); writeFileSync(".next/cache/x", "x"); writeFileSync("server.js", "console.log(1)");`,
      },
      install: "npm ci",
      build: "npm run build",
      start: "npm start",
    });
    expect(built.artifact.files.map((file) => file.path)).toEqual([
      "build.mjs",
      "node_modules/.package-lock.json",
      "package-lock.json",
      "package.json",
      "server.js",
    ]);
  });
});

describe("a script of the project that is run before it starts", () => {
  it("has the packages for development, of which it may need any", async () => {
    const built = await bench.build({
      files: {
        ...withDependency({ scripts: { compile: "node compile.js", start: "node server.js" } }),
        "compile.js": `console.log(JSON.parse(require("node:fs").readFileSync("settings.json")).extends)`,
        "settings.json": `{ "extends": "ms" }`,
        "server.js": "console.log(1)",
      },
      install: "npm ci",
      start: "npm run compile && npm start",
    });
    expect(built.artifact.files.map((file) => file.path)).toContain("node_modules/ms/index.js");
  });
});

describe("an adapter for another platform", () => {
  const vendored = (name: string, version: string, text: string): Record<string, string> => ({
    [`vendor/${name}/package.json`]: JSON.stringify({ name, version, type: "module", main: "index.js" }),
    [`vendor/${name}/index.js`]: text,
  });
  const project = (config: string): Project => {
    const made: Project = {
      files: {
        "package.json": JSON.stringify({
          type: "module",
          dependencies: {
            "@sveltejs/kit": "file:vendor/@sveltejs/kit",
            "@sveltejs/adapter-node": "file:vendor/@sveltejs/adapter-node",
          },
        }),
        ...vendored("@sveltejs/kit", "2.70.4", ""),
        ...vendored(
          "@sveltejs/adapter-node",
          "5.5.7",
          "export default (...options) => `for Node with ${options.length} options`;",
        ),
        "svelte.config.js": config,
        "build.mjs":
          'import config from "./svelte.config.js"; import { mkdirSync, writeFileSync } from "node:fs"; mkdirSync("dist"); writeFileSync("dist/index.html", `<title>${config.kit.adapter}</title>`);',
      },
      install: "npm install",
      build: "node build.mjs",
    };
    const adapter = { name: "@sveltejs/adapter-node", instead: "@sveltejs/adapter-vercel" };
    return { ...made, service: { build: { ...serviceOf(made).build!, adapter } } };
  };

  it("is replaced by the one for Node, whatever it is called with", async () => {
    const built = await bench.build(
      project(
        'import vercel from "@sveltejs/adapter-vercel";\nexport default { kit: { adapter: vercel({ runtime: "edge" }) } };\n',
      ),
    );
    expect(await bench.read(built, "index.html")).toBe("<title>for Node with 0 options</title>");
    expect(bench.lines).toContain(
      "@sveltejs/adapter-node stands in for @sveltejs/adapter-vercel, by which Node would start no server.",
    );
  });

  it("is not written through links the install left, nor read through them", async () => {
    const outside = mkdtempSync(join(tmpdir(), "landfall-outside-"));
    const canary = join(outside, "svelte.config.js");
    const config = 'import a from "@sveltejs/adapter-vercel";\nexport default { kit: { adapter: a() } };\n';
    writeFileSync(canary, config);
    try {
      for (const left of ["landfall-adapter.mjs", "svelte.config.js"]) {
        const made = project(config);
        const script = `import { rmSync, symlinkSync } from "node:fs"; rmSync("${left}", { force: true }); symlinkSync(${JSON.stringify(canary)}, "${left}");`;
        made.files["leave.mjs"] = script;
        const install = [...made.service!.build!.install!, { argv: ["node", "leave.mjs"] }];
        const build = bench.build({ ...made, service: { build: { ...made.service!.build!, install } } });
        if (left === "svelte.config.js") await expect(build).rejects.toMatchObject({ code: "BUILD_FAILED" });
        else expect(await bench.read(await build, "index.html")).toBe("<title>for Node with 0 options</title>");
        expect(readFileSync(canary, "utf8")).toBe(config);
      }
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it("ends the build with where it was looked for when the configuration does not import it", async () => {
    await expect(
      bench.build(
        project('const name = "@sveltejs/adapter-" + "vercel";\nexport default { kit: { adapter: name } };\n'),
      ),
    ).rejects.toMatchObject({ code: "BUILD_FAILED", text: { where: expect.stringContaining("svelte.config.js") } });
  });

  it("is replaced in the version that fits the framework's", () => {
    const [kit, astro] = nodeAdapters.map(
      ({ installed }) =>
        (core: string) =>
          rangeFor(installed!, core),
    );
    expect(["1.30.4", "2.0.6", "2.70.4", "3.2.0", "4.0.0"].map((core) => kit?.(core))).toEqual([
      "^1.3.1",
      "~2.1.0",
      "^5.0.0",
      "^6.0.0",
      "latest",
    ]);
    expect(["4.16.19", "5.6.1", "5.18.0", "7.3.0"].map((core) => astro?.(core))).toEqual([
      "^8.0.0",
      "~9.1.0",
      "^9.5.4",
      "^11.1.4",
    ]);
  });
});

describe("what a build sees", () => {
  const report: Project = {
    files: {
      ...withDependency({}),
      "report.mjs": `import { writeFileSync, mkdirSync, existsSync, readdirSync } from "node:fs"; import { homedir, tmpdir } from "node:os";
        const tries = (work) => { try { work(); return true } catch { return false } };
        mkdirSync("dist");
        writeFileSync("dist/index.html", JSON.stringify({ env: process.env, cwd: process.cwd(), home: homedir(), tmp: tmpdir(),
          dev: existsSync("node_modules/ms"), canListEngine: tries(() => { if (!readdirSync(process.env.ENGINE_HOME).includes("blobs")) throw 1 }),
          canWriteSystem: tries(() => writeFileSync("/usr/landfall-canary", "")) }));`,
    },
    install: "npm ci",
    build: "node report.mjs",
  };
  const values: Record<string, string> = {
    EMPTY: "",
    NEWLINES: "\n a\r\nb\n",
    QUOTES: `"q" 'q' \`x\` $(id) \${HOME} pa$$word #x \\`,
    EMOJI: "🚀 ümlaut",
    LONG: "x".repeat(65_536),
    NODE_ENV: "production",
    GIT_SSH_COMMAND: "touch /tmp/pwn",
    BASH_ENV: "/tmp/x",
    DOCKER_HOST: "tcp://evil",
    LD_PRELOAD: "/nowhere/evil.so",
    PATH: "/nowhere",
  };

  it.each([undefined, "process"] as const)(
    "is its variables, byte for byte, and nothing of the engine (%s)",
    async (isolation) => {
      process.env["LANDFALL_CANARY"] = "engine-secret-canary";
      const variables = { ...values, ENGINE_HOME: bench.home, RUN: String(isolation) };
      const built = await bench.build({ ...report, variables }, isolation ? { isolation } : {});
      delete process.env["LANDFALL_CANARY"];
      const seen = JSON.parse(await bench.read(built, "index.html")) as {
        env: Record<string, string>;
        cwd: string;
        home: string;
        tmp: string;
        dev: boolean;
        canListEngine: boolean;
        canWriteSystem: boolean;
      };
      expect(JSON.stringify(seen)).not.toContain("canary-");
      expect(seen.env).not.toHaveProperty("LANDFALL_CANARY");
      for (const [key, value] of Object.entries(values)) if (key !== "PATH") expect(seen.env[key], key).toBe(value);
      expect(seen.env["PATH"]).not.toContain("nowhere");
      expect(built.warnings.join()).toContain("PATH is set by the build itself");
      expect(seen.dev, "development dependencies are there although NODE_ENV is production").toBe(true);
      for (const path of [seen.cwd, seen.home, seen.tmp]) expect(path).toContain(join(bench.home, "builds"));
      const { kind } = await findIsolation(toolDirectories((process.env["PATH"] ?? "").split(":")));
      const isCaged = kind === "bubblewrap" && isolation === undefined;
      expect(built.isolation).toBe(isCaged ? "bubblewrap" : "process");
      expect(seen.canListEngine).toBe(!isCaged);
      if (isCaged) expect(seen.canWriteSystem).toBe(false);
    },
  );

  it("refuses names and values no program can be given, all at once", async () => {
    const error = await failure(
      bench.build({ ...report, variables: { "A B": "", "1A": "", "A=B": "", NUL: "a\0b", BAD: "\ud800" } }),
    );
    expect(error.code).toBe("INVALID_VARIABLE");
    expect(error.text.faults).toHaveLength(5);
  });

  it("runs commands of configuration files as arguments, never through a shell, and only inside the workspace", async () => {
    const project: Project = {
      files: {
        "show.mjs": `import { mkdirSync, writeFileSync } from "node:fs"; mkdirSync("dist"); writeFileSync("dist/index.html", JSON.stringify(process.argv.slice(2)).padEnd(40));`,
      },
      build: "node show.mjs '; touch pwned' '$(id)' '`id`' '&&'",
    };
    const built = await bench.build(project);
    expect(JSON.parse(await bench.read(built, "index.html"))).toEqual(["; touch pwned", "$(id)", "`id`", "&&"]);
    const outside = await failure(bench.build({ ...project, build: "cd ../../../.. && node show.mjs" }));
    expect(outside).toMatchObject({
      code: "INVALID_CONFIG",
      text: { what: expect.stringContaining("outside the project") },
    });
  });
});

describe("the end of a build", () => {
  it.each([undefined, "process"] as const)(
    "is the end of all its processes when it is cancelled (%s)",
    async (isolation) => {
      const canary = `canary-${crypto.randomUUID()}`;
      const cancel = new AbortController();
      let cancelledAt = 0;
      const log = (line: string): void => {
        if (line !== "ready") return;
        expect(running(canary), "the test looks at the right processes").toBe(1);
        cancelledAt = performance.now();
        cancel.abort();
      };
      const groups: number[] = [];
      const build = bench.build(stubborn(canary), {
        signal: cancel.signal,
        log,
        onProcess: (group) => groups.push(group.pid),
        ...(isolation ? { isolation } : {}),
      });
      expect(await failure(build)).toMatchObject({ code: "CANCELLED" });
      expect(performance.now() - cancelledAt).toBeLessThan(5_000);
      expect(running(canary)).toBe(0);
      expect(groups).toHaveLength(1);
    },
  );

  it("comes at its time limit", async () => {
    const canary = `canary-${crypto.randomUUID()}`;
    const project = stubborn(canary);
    const limited = {
      service: { build: { build: [{ argv: ["node", "stubborn.mjs"] }], outputDir: "dist", timeoutMs: 1_500 } },
    };
    const error = await failure(bench.build({ ...project, ...limited }));
    expect(error).toMatchObject({ code: "TIMEOUT", text: { where: "node stubborn.mjs", evidence: ["ready"] } });
    expect(running(canary)).toBe(0);
  });

  const greedy: [what: string, code: string, limits: object, says: RegExp][] = [
    ["memory", "const a = []; setInterval(() => a.push(Buffer.alloc(3e7, 1)), 20)", { memoryBytes: 3e8 }, /memory/],
    [
      "processes",
      "import { spawn } from 'node:child_process'; for (let i = 0; i < 30; i++) spawn('sleep', ['60'])",
      { processes: 20 },
      /processes/,
    ],
    [
      "disk",
      "import { writeFileSync } from 'node:fs'; writeFileSync('big', Buffer.alloc(6e7, 1)); setInterval(() => {}, 1000)",
      { diskBytes: 5e7 },
      /workspace|EFBIG|file/i,
    ],
    [
      "log",
      "const more = () => process.stdout.write('x'.repeat(1000) + '\\n', more); more()",
      { logBytes: 1e6 },
      /printed more/,
    ],
  ];
  it.each(greedy)("comes when it takes too much %s", async (_, code, limits, says) => {
    const error = await failure(bench.build({ files: { "greedy.mjs": code }, build: "node greedy.mjs" }, { limits }));
    expect(error.code).toBe("BUILD_FAILED");
    expect(`${error.text.what} ${error.text.evidence?.join(" ") ?? ""}`).toMatch(says);
  });
});

describe("the output", () => {
  const html = "<!doctype html><p>a page that is long enough</p>";

  it("is named when it is somewhere else", async () => {
    const error = await failure(bench.build(writes({ "build/index.html": html })));
    expect(error).toMatchObject({
      code: "OUTPUT_MISSING",
      text: {
        what: "dist is not there after the build; found build/ with index.html.",
        next: "If that is the result, deploy with: --output-dir build",
      },
    });
  });

  it("is taken from browser/ when the pages are there", async () => {
    const built = await bench.build(writes({ "dist/browser/index.html": html, "dist/3rdpartylicenses.txt": "x" }));
    expect(built.artifact.files.map((file) => file.path)).toEqual(["index.html"]);
  });

  it("is refused when it is a level deeper or empty", async () => {
    expect((await failure(bench.build(writes({ "dist/app/index.html": html })))).text.what).toContain("dist/app has");
    const empty: Project = {
      files: { "a.mjs": `import { mkdirSync } from "node:fs"; mkdirSync("dist")` },
      build: "node a.mjs",
    };
    expect((await failure(bench.build(empty))).text.what).toContain("dist is empty");
  });

  it("is deployed with a warning when it has no page, source maps, or the value of a secret", async () => {
    const project = writes(
      { "dist/about.html": html, "dist/app.js": "const key = 'SECRET'", "dist/app.js.map": "{}" },
      { variables: { API_SECRET: "sk-canary-0123456789" }, sensitive: ["API_SECRET"] },
    );
    const { warnings } = await bench.build(project);
    expect(warnings.join("\n")).toMatch(
      /no index.html at the top[\s\S]*1 source map[\s\S]*value of API_SECRET is in app.js/,
    );
    expect(warnings.join("\n")).not.toContain("sk-canary");
  });

  it("must hold what the start command starts", async () => {
    const error = await failure(bench.build(writes({ "dist/main.js": "1" }, { start: "node dist/server.js" })));
    expect(error).toMatchObject({
      code: "OUTPUT_MISSING",
      text: { what: "dist/server.js is not there after the build; dist/ holds main.js." },
    });
  });

  it("keeps links inside it and leaves out those that lead away", async () => {
    const project: Project = {
      files: {
        "link.mjs": `import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"; mkdirSync("dist/a", { recursive: true }); writeFileSync("shared.txt", "shared");
          writeFileSync("dist/index.html", ${JSON.stringify(html)}); symlinkSync("index.html", "dist/same.html"); symlinkSync("/etc/passwd", "dist/passwd"); symlinkSync("../shared.txt", "dist/shared.txt"); symlinkSync(process.cwd() + "/dist/index.html", "dist/a/up.html")`,
      },
      build: "node link.mjs",
    };
    const built = await bench.build(project);
    expect(built.artifact.files.map((file) => [file.path, file.link])).toEqual([
      ["a/up.html", "../index.html"],
      ["index.html", undefined],
      ["same.html", "index.html"],
      ["shared.txt", undefined],
    ]);
    expect(built.warnings.join()).toContain("passwd is a link to nothing, or out of the project");
  });

  it("keeps secrets out of errors", async () => {
    const project: Project = {
      files: { "leak.mjs": "console.error('Error: token ' + process.env.TOKEN + ' was refused'); process.exit(1)" },
      build: "node leak.mjs",
      variables: { TOKEN: "tok-canary-9876543210" },
      sensitive: ["TOKEN"],
    };
    const error = await failure(bench.build(project));
    expect(JSON.stringify(error.report())).not.toContain("canary");
  });

  it("names the tool that is missing on this machine", async () => {
    expect(await failure(bench.build({ files: { "mix.exs": "" }, build: "mix release" }))).toMatchObject({
      code: "MISSING_TOOL",
      text: { next: expect.stringContaining("elixir-lang.org") },
    });
  });
});

/** A child that leaves the group, ignores SIGTERM, and a parent that waits for it. */
const stubborn = (canary: string): Project => ({
  files: {
    "stubborn.mjs": `import { spawn } from "node:child_process";
        const code = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')";
        const child = spawn(process.execPath, ["-e", code, "${canary}"], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
        child.stdout.once("data", () => console.log("ready")); setInterval(() => {}, 1000);`,
  },
  build: "node stubborn.mjs",
});

/** A build that writes the files. */
const writes = (files: Record<string, string>, more: Partial<Project> = {}): Project => ({
  files: {
    "write.mjs": `import { mkdirSync, writeFileSync } from "node:fs"; import { dirname } from "node:path";
        for (const [path, text] of Object.entries(${JSON.stringify(files)})) { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, text.replace("SECRET", process.env.API_SECRET ?? "")); }`,
  },
  build: "node write.mjs",
  ...more,
});

async function failure(build: Promise<unknown>): Promise<DeployError> {
  try {
    await build;
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error("the build succeeded");
}
