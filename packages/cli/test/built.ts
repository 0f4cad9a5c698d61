/** What is tested is what the sources say now: the program is built before the first test, and only when its sources are other ones. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");

/** Vitest calls it before all tests: they run beside each other, and none may find the program half written. */
export default function buildProgram(): void {
  if (process.env["LANDFALL_BIN"] !== undefined) return;
  const key = keyOf(["packages/{cli,contract,edge,engine,server,simulators}/src/**", "packages/cli/build.ts"]);
  // Whoever builds it otherwise takes the note away.
  const note = join(root, "packages/cli/dist/built-from");
  if (existsSync(note) && readFileSync(note, "utf8") === key) return;
  execFileSync(process.execPath, [join(root, "packages/cli/build.ts"), "program"], { env: buildEnvironment });
  writeFileSync(note, key);
}

/** A test's own mode is not that of what people get. */
export const buildEnvironment: NodeJS.ProcessEnv = { ...process.env, NODE_ENV: "production" };

/** Of the content of files, and of the packages they are built with. */
export function keyOf(patterns: readonly string[]): string {
  const hash = createHash("sha256");
  const paths = globSync([...patterns, "packages/dashboard/public/**", "package-lock.json"], { cwd: root });
  for (const path of paths.sort())
    if (statSync(join(root, path)).isFile()) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest("hex").slice(0, 16);
}
