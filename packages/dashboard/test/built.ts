/** What is tested is what the sources say now: the dashboard and the program, each built again only when its sources are other ones. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");
const kept = join(import.meta.dirname, "../dist");
const keptMs = 86_400_000;
// A test's own mode is not that of what people get.
const environment = { ...process.env, NODE_ENV: "production" };

/** Folder with the dashboard's files, named by their sources: who builds the same at the same time gets the same one. */
export function builtDashboard(): string {
  const key = keyOf([
    "packages/{dashboard,react,contract}/src/**",
    "packages/dashboard/{index.html,preload.ts,vite.config.ts}",
  ]);
  const folder = join(kept, key);
  if (existsSync(folder)) return folder;
  mkdirSync(kept, { recursive: true });
  for (const one of readdirSync(kept))
    if (Date.now() - statSync(join(kept, one)).mtimeMs > keptMs) rmSync(join(kept, one), { recursive: true });
  const making = mkdtempSync(join(kept, "making-"));
  const vite = join(root, "node_modules/vite/bin/vite.js");
  execFileSync(
    process.execPath,
    [vite, "build", join(root, "packages/dashboard"), "--outDir", making, "--emptyOutDir", "--logLevel", "warn"],
    { env: environment, stdio: ["ignore", "ignore", "inherit"] },
  );
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(making, { recursive: true }); // Somebody else was faster.
  }
  return folder;
}

/** The command line that the server's edge and workers are started with, in its `dist`. Whoever builds it otherwise takes the note away. */
export function buildProgram(): void {
  const key = keyOf(["packages/{cli,contract,edge,engine,server,simulators}/src/**", "packages/cli/build.ts"]);
  const note = join(root, "packages/cli/dist/built-from");
  if (existsSync(note) && readFileSync(note, "utf8") === key) return;
  execFileSync(process.execPath, [join(root, "packages/cli/build.ts"), "program"], { env: environment });
  writeFileSync(note, key);
}

/** Of the content of files, and of the packages they are built with. */
function keyOf(patterns: readonly string[]): string {
  const hash = createHash("sha256");
  const paths = globSync([...patterns, "packages/dashboard/public/**", "package-lock.json"], { cwd: root });
  for (const path of paths.sort())
    if (statSync(join(root, path)).isFile()) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest("hex").slice(0, 16);
}
