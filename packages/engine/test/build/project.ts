/** Projects made in a temporary directory, and what a build of one needs. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { buildArtifact } from "../../src/build/build.ts";
import type { BuildInput, Built } from "../../src/build/input.ts";
import { parseCommand } from "../../src/process/command.ts";
import type { PlannedVariable, ServicePlan } from "../../src/plan/plan.ts";
import { type Blobs, openBlobs } from "../../src/snapshot/blobs.ts";
import type { Snapshot } from "../../src/snapshot/snapshot.ts";

export interface Bench {
  home: string;
  blobs: Blobs;
  /** Lines the last build printed. */
  lines: string[];
  build(project: Project, options?: Partial<BuildInput>): Promise<Built>;
  /** The bytes of a file of an artifact. */
  read(built: Built, path: string): Promise<string>;
  [Symbol.dispose](): void;
}

export interface Project {
  /** Text by path. */
  files: Record<string, string>;
  install?: string;
  build?: string;
  start?: string;
  outputDir?: string;
  service?: Partial<ServicePlan>;
  variables?: Record<string, string>;
  sensitive?: string[];
}

/** A data directory for builds, removed when disposed. */
export function openBench(): Bench {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "landfall-build-")));
  const blobs = openBlobs(join(home, "blobs"));
  const lines: string[] = [];
  return {
    home,
    blobs,
    lines,
    async build(project, options = {}) {
      lines.length = 0;
      return buildArtifact({
        service: serviceOf(project),
        snapshot: snapshotOf(project.files, blobs),
        blobs,
        home,
        organization: "local",
        variables: project.variables ?? {},
        toolPath: (process.env["PATH"] ?? "").split(":"),
        network: process.env as Record<string, string>,
        signal: new AbortController().signal,
        log: (line) => lines.push(line),
        ...options,
      });
    },
    async read(built, path) {
      const file = built.artifact.files.find((one) => one.path === path);
      if (!file)
        throw new Error(`${path} is not in the artifact: ${built.artifact.files.map((one) => one.path).join(", ")}`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of blobs.read(file.sha256)) chunks.push(chunk);
      return Buffer.concat(chunks).toString("utf8");
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** A snapshot of files given as text; those that begin with `#!` are executable. */
export function snapshotOf(files: Record<string, string>, blobs: Blobs): Snapshot {
  const entries = Object.entries(files).map(([path, text]) => ({
    path,
    mode: text.startsWith("#!") ? 0o755 : 0o644,
    ...blobs.putSync(Buffer.from(text)),
  }));
  entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return {
    digest: createHash("sha256").update(JSON.stringify(entries)).digest("hex"),
    files: entries,
    sizeBytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0),
    excluded: [],
    filesRead: entries.length,
  };
}

/** The plan of the project's service, as the planner would make it. */
export function serviceOf(project: Project): ServicePlan {
  const isServer = project.start !== undefined;
  const lockfile = ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"].find(
    (name) => name in project.files,
  );
  const managers: Record<string, string> = { "pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun" };
  const starts = parseCommand(project.start ?? "");
  const start = starts.at(-1);
  const variables: PlannedVariable[] = Object.keys(project.variables ?? {}).map((key) => ({
    key,
    required: false,
    sensitive: project.sensitive?.includes(key) ?? false,
    public: false,
    class: "build",
    from: "project",
    foundIn: [],
  }));
  return {
    name: "web",
    path: ".",
    kind: isServer ? "server" : "static",
    runtime: "node",
    route: [{ from: "source", to: isServer ? "prebuilt" : "files", by: "build" }],
    accepts: isServer ? "prebuilt" : "files",
    build: {
      install: parseCommand(project.install ?? ""),
      build: parseCommand(project.build ?? ""),
      outputDir: project.outputDir ?? (isServer ? "." : "dist"),
      packageManager: managers[lockfile ?? ""] ?? "npm",
      ...(lockfile === undefined ? {} : { lockfile }),
      timeoutMs: 120_000,
    },
    ...(start ? { start, before: starts.slice(0, -1) } : {}),
    ...(isServer ? {} : { static: { spaFallback: false, cleanUrls: true } }),
    variables,
    hosts: [],
    check: { path: "/", timeoutMs: 1_000 },
    dependsOn: [],
    operations: [],
    ...project.service,
  };
}

/** package.json and package-lock.json with one small dependency, `ms`, as a development dependency. */
export function withDependency(manifest: Record<string, unknown>): Record<string, string> {
  const own = { name: "app", version: "1.0.0", private: true, devDependencies: { ms: "2.1.3" }, ...manifest };
  const lock = {
    name: "app",
    version: "1.0.0",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "app", version: "1.0.0", devDependencies: { ms: "2.1.3" } },
      "node_modules/ms": {
        version: "2.1.3",
        resolved: "https://registry.npmjs.org/ms/-/ms-2.1.3.tgz",
        integrity: "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==",
        dev: true,
        license: "MIT",
      },
    },
  };
  return { "package.json": JSON.stringify(own), "package-lock.json": JSON.stringify(lock) };
}
