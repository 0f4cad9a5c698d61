/** The dashboard that is tested is what the sources say now, built again only when they are other ones. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildEnvironment, keyOf } from "../../cli/test/built.ts";

const root = join(import.meta.dirname, "../../..");
const kept = join(import.meta.dirname, "../dist");
const keptMs = 86_400_000;

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
    { env: buildEnvironment, stdio: ["ignore", "ignore", "inherit"] },
  );
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(making, { recursive: true }); // Somebody else was faster.
  }
  return folder;
}
