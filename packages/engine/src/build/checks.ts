/** Whether what a build made can be served: it is there, it has an entry, and it holds nothing that should not be public. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { DeployError } from "../error.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { Blobs } from "../snapshot/blobs.ts";
import type { SnapshotFile } from "../snapshot/snapshot.ts";

/** Directories tools write their result into; looked through when the expected one is missing. */
const usualOutputs = [
  "dist",
  "build",
  "out",
  "public",
  "_site",
  "www",
  ".output/public",
  "docs/.vitepress/dist",
  ".vitepress/dist",
  "dist/client",
  "build/client",
  "storybook-static",
  "site",
  "target/release",
];

/**
 * The directory with the output, absolute. Angular and others put the pages into `browser` below it; then that is the output.
 * Throws OUTPUT_MISSING, naming directories that are there and look like it.
 */
export function findOutput({
  service,
  outputDir,
  isStatic,
}: {
  service: string;
  outputDir: string;
  isStatic: boolean;
}): { directory: string; note?: string } {
  const directory = join(service, outputDir);
  const stats = statSync(directory, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) {
    throw missing(service, stats ? `${outputDir} is a file` : `${outputDir} is not there after the build`, outputDir);
  }
  if (!isStatic) return { directory };
  if (readdirSync(directory).length === 0) throw missing(service, `${outputDir} is empty after the build`, outputDir);
  if (hasPage(directory)) return { directory };
  const browser = join(directory, "browser");
  if (hasPage(browser))
    return {
      directory: browser,
      note: `The pages are in ${posix.join(outputDir, "browser")}; that is what is deployed.`,
    };
  const deeper = pagesBelow(directory);
  if (deeper.length === 1) {
    throw missing(service, `${outputDir} has no index.html, but ${posix.join(outputDir, deeper[0]!)} has`, outputDir);
  }
  return { directory };
}

function hasPage(directory: string): boolean {
  return existsSync(join(directory, "index.html"));
}

function pagesBelow(directory: string): string[] {
  const children = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const here = children.map((entry) => entry.name).filter((name) => hasPage(join(directory, name)));
  const inBrowser = children.map((entry) => `${entry.name}/browser`).filter((name) => hasPage(join(directory, name)));
  return [...inBrowser, ...here];
}

function missing(service: string, what: string, outputDir: string): DeployError {
  const own = readdirSync(service, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
    .map((entry) => entry.name);
  const found = [...new Set([...usualOutputs, ...own, ...own.map((name) => `${name}/browser`)])]
    .filter((name) => name !== outputDir && hasPage(join(service, name)))
    .concat(pagesUnder(service, outputDir));
  const best = found[0];
  return new DeployError("OUTPUT_MISSING", {
    what: `${what}${best === undefined ? "" : `; found ${best}/ with index.html`}.`,
    where: `output directory ${outputDir}`,
    next:
      best === undefined
        ? "Check that the build command writes files, and name the directory it writes with --output-dir."
        : `If that is the result, deploy with: --output-dir ${best}`,
    step: "build",
    recovery: found.slice(0, 3).map((name) => ({
      kind: "manual" as const,
      label: `Deploy ${name}/`,
      command: `landfall deploy --output-dir ${name}`,
    })),
  });
}

function pagesUnder(service: string, outputDir: string): string[] {
  const directory = join(service, outputDir);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return pagesBelow(directory).map((name) => posix.join(outputDir, name));
}

export interface Inspection {
  files: readonly SnapshotFile[];
  blobs: Blobs;
  isStatic: boolean;
  /** Values that must not be public, by name. */
  secrets: { name: string; value: string }[];
}

/** Files a browser can get from a server's artifact, besides all of a static one. */
const publicPart = /(^|\/)(public|static|client|\.next\/static|\.output\/public)\//;
const readable = /\.(html?|js|mjs|cjs|css|json|map|txt|xml|svg|webmanifest)$/;
const largestReadBytes = 8 * 1024 ** 2;
/** Shorter values stand in any text by chance. */
const shortestSecret = 8;

/** What a person should know about an output that can be served all the same. */
export async function inspectOutput({ files, blobs, isStatic, secrets }: Inspection): Promise<string[]> {
  const warnings: string[] = [];
  const open = isStatic
    ? files
    : files.filter((file) => publicPart.test(file.path) && !file.path.includes("node_modules/"));
  if (isStatic) {
    const index = files.find((file) => file.path === "index.html");
    const pages = files.filter((file) => file.path.endsWith(".html"));
    if (!index && pages.length > 0)
      warnings.push(`There is no index.html at the top: / will answer 404. There is ${pages[0]!.path}.`);
    if (pages.length === 0) warnings.push("There is no page (.html) in the output: / will answer 404.");
    if (index && index.sizeBytes < 32) warnings.push(`index.html has only ${index.sizeBytes} bytes.`);
  }
  const maps = open.filter((file) => file.path.endsWith(".map"));
  if (maps.length > 0) {
    warnings.push(
      `${maps.length} source map${maps.length === 1 ? "" : "s"} will be public (${maps[0]!.path}): anyone can read the original source.`,
    );
  }
  const hidden = secrets.filter(({ value }) => value.length >= shortestSecret);
  if (hidden.length === 0) return warnings;
  const seen = new Set<string>();
  for (const file of open) {
    if (!readable.test(file.path) || file.sizeBytes > largestReadBytes || file.link !== undefined) continue;
    const bytes = await readFile(await blobs.fetch(file.sha256));
    for (const { name, value } of hidden) {
      if (seen.has(name) || !(bytes.includes(value) || bytes.includes(JSON.stringify(value).slice(1, -1)))) continue;
      seen.add(name);
      warnings.push(
        `The value of ${name} is in ${file.path}, which anyone can read. If it is a secret, change it and keep it out of browser code.`,
      );
    }
  }
  return warnings;
}

/**
 * What `node file`, `python file` and the like are asked to start must be there. Other commands are left to the start itself, and so is
 * what commands before it may make.
 * Throws OUTPUT_MISSING.
 */
export function checkEntry({ service, directory }: { service: ServicePlan; directory: string }): void {
  const [program, ...args] = service.start?.argv ?? [];
  if (
    program === undefined ||
    (service.before ?? []).length > 0 ||
    !/^(node|python3?|bun|deno|ruby|php)$/.test(program)
  )
    return;
  const entry = args.find((argument) => !argument.startsWith("-"));
  if (entry === undefined || entry.includes("$") || !/[./]/.test(entry) || args[0] !== entry) return;
  const base = join(directory, service.start?.cwd ?? ".");
  const candidates = [entry, `${entry}.js`, `${entry}.cjs`, `${entry}.mjs`];
  if (candidates.some((name) => existsSync(join(base, name)))) return;
  const folder = posix.dirname(entry);
  const here = statSync(join(base, folder), { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(join(base, folder)).filter((name) => name.endsWith(posix.extname(entry)))
    : [];
  throw new DeployError("OUTPUT_MISSING", {
    what: `${entry} is not there after the build${here.length > 0 ? `; ${folder}/ holds ${here.slice(0, 5).join(", ")}` : ""}.`,
    where: `start command ${[program, ...args].join(" ")}`,
    next: "Check that the build writes it, or name the right file with --start-command.",
    step: "build",
  });
}
