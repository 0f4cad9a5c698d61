/**
 * A process of the matrix, told over its arguments: `worker <home>` works until it is killed; `acceptor <home> <folder> <count>` accepts the
 * deployments that are not there yet, and says the id of each once it is accepted.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openEngine } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { pageOf, platformOf, projectOf } from "./deployments.ts";

const [, , role, home, folder, count] = process.argv as [string, string, string, string, string, string];
const test = join(import.meta.dirname, "..");
const engine = await openEngine({
  home,
  databaseUrl: process.env["DATABASE_URL"]!,
  edgeCommand: [process.execPath, "--no-warnings", join(test, "edge-process.ts"), home],
  workerCommand: [process.execPath, "--no-warnings", join(test, "worker-process.ts"), home],
  environment: JSON.parse(readFileSync(`${home}.environment.json`, "utf8")) as Record<string, string>,
  toolPath: (process.env["PATH"] ?? "").split(delimiter),
}).catch((error: unknown) => {
  if (isAway(error)) process.exit(error.row.exit);
  throw error;
});
const forever = new AbortController().signal;

if (role === "worker") await engine.work({ signal: forever, until: "aborted" });
for (let number = 0; number < Number(count); ) {
  try {
    if (!(await isThere(number))) await accept(number);
    number += 1;
  } catch (error) {
    // Whether it was accepted is not known: looked up, and accepted when it was not.
    if (!isAway(error)) throw error;
    await delay(100);
  }
}
process.exit(0);

function isAway(error: unknown): error is DeployError {
  return error instanceof DeployError && error.code === "STORE_UNAVAILABLE";
}

async function isThere(number: number): Promise<boolean> {
  const all = await engine.projects();
  const project = projectOf(number);
  return all.some(({ name }) => name === project) && (await engine.deployments({ project })).length > 0;
}

async function accept(number: number): Promise<void> {
  const path = join(folder, projectOf(number));
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "index.html"), pageOf(number));
  const { id } = await engine.accept(
    await engine.prepare({
      source: { kind: "folder", path },
      project: projectOf(number),
      platform: platformOf(number),
      prebuilt: true,
    }),
  );
  process.stdout.write(`${id}\n`);
}
