/**
 * The examples, deployed again: how long it takes when nothing has changed (the median of three times), and that it builds nothing and
 * goes on with the release that runs. Then a generated
 * static site of 2,000 files of which one changes: how many are read again. `bench/examples.ts [names…]`, all that run here by default.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "@landfall/engine";
import { type Case, loadCase, loadCases } from "../examples/cases.ts";
import { type Landfall, median, openLandfall } from "./landfall.ts";

const siteFiles = 2_000;
/** What the second deployment may take of the first. */
const targetShare = 0.1;

interface Deployed {
  ms: number;
  release: string;
  /** How each build step ended: `finished` is one that ran. */
  builds: string[];
  /** The step that took longest. */
  longest: string;
}

/** What `landfall inspect --json` says, as far as it is needed here. */
interface Inspected {
  releaseId: string;
  events: { type: string; step?: string; status?: string }[];
  steps: { name: string; startedAt: string; finishedAt: string | null }[];
}

async function deploy(landfall: Landfall, directory: string, ...args: string[]): Promise<Deployed> {
  const started = performance.now();
  const { id } = await landfall.json<{ id: string }>("deploy", directory, ...args);
  const ms = performance.now() - started;
  const { events, steps, releaseId } = await landfall.json<Inspected>("inspect", id);
  const builds = events.flatMap(({ type, step = "", status = "" }) =>
    type === "step" && step.startsWith("build") && status !== "started" ? [status] : [],
  );
  const times = steps.map((step) => ({
    name: step.name,
    ms: Date.parse(step.finishedAt ?? step.startedAt) - Date.parse(step.startedAt),
  }));
  const [longest] = times.sort((one, other) => other.ms - one.ms);
  return { ms, release: releaseId, builds, longest: longest ? `${longest.name} ${seconds(longest.ms)} s` : "" };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2);
}

async function measure(landfall: Landfall, example: Case): Promise<{ row: Record<string, string>; isRight: boolean }> {
  const variables = Object.entries(example.variables).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
  const first = await deploy(landfall, example.dir, ...variables);
  const again: Deployed[] = [];
  for (let time = 0; time < 3; time++) again.push(await deploy(landfall, example.dir, ...variables));
  const second = again.find(({ ms }) => ms === median(again.map((one) => one.ms)))!;
  const isReused = again.every(({ builds }) => builds.length > 0 && builds.every((status) => status === "reused"));
  const isSame = again.every(({ release }) => release === first.release);
  const share = second.ms / first.ms;
  return {
    row: {
      example: example.name,
      "first s": seconds(first.ms),
      "second s": seconds(second.ms),
      "longest step": second.longest,
      ratio: share.toFixed(3),
      // Nothing to install and nothing to build: the first has nothing the second could leave out.
      [`< ${targetShare}`]: share < targetShare ? "yes" : hasBuild(example) ? "no" : "no build",
      "build reused": isReused ? "yes" : second.builds.join(", "),
      "goes on running": isSame ? "yes" : "no",
    },
    isRight: isReused && isSame,
  };
}

function hasBuild({ detect }: Case): boolean {
  return [detect, ...(detect.services ?? [])].some((facts) => Boolean(facts.installCommand ?? facts.buildCommand));
}

/** A site of 2,000 files in 50 folders; some 4 kB each. */
function writeSite(directory: string): void {
  for (let number = 0; number < siteFiles; number++) {
    const folder = join(directory, `part-${number % 50}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `page-${number}.html`), page(number));
  }
  rmSync(join(directory, "part-0", "page-0.html"));
  writeFileSync(join(directory, "index.html"), page(0));
}

function page(number: number, text = "text"): string {
  return `<!doctype html><title>Page ${number}</title>\n${`<p>${text} of page ${number}</p>\n`.repeat(160)}`;
}

async function measureSite(landfall: Landfall, directory: string): Promise<boolean> {
  writeSite(directory);
  const first = await deploy(landfall, directory);
  const second = await deploy(landfall, directory);
  // The engine says how many files it read; so this part asks it, on the data directory the deployments used.
  await using engine = await openEngine({ home: landfall.home, edgeCommand: [], workerCommand: [], toolPath: [] });
  const filesRead = async (): Promise<{ read: number; of: number }> => {
    const { snapshot } = await engine.prepare({ source: { kind: "folder", path: directory } });
    return { read: snapshot.filesRead, of: snapshot.files.length };
  };
  const unchanged = await filesRead();
  writeFileSync(join(directory, "part-7", "page-7.html"), page(7, "another text"));
  const changed = await filesRead();
  const third = await deploy(landfall, directory);
  console.log(
    `static site of ${changed.of} files: ${seconds(first.ms)} s, unchanged ${seconds(second.ms)} s, one file changed ${seconds(third.ms)} s; ` +
      `files read again: ${unchanged.read} when nothing, ${changed.read} when one has changed`,
  );
  return changed.of === siteFiles && unchanged.read === 0 && changed.read === 1;
}

const names = process.argv.slice(2);
const cases = names.length > 0 ? await Promise.all(names.map(loadCase)) : await loadCases();
const scratch = mkdtempSync(join(tmpdir(), "landfall-examples-"));
const load = loadavg()[0]!.toFixed(1);
await using landfall = await openLandfall();
try {
  // The edge starts with the first deployment of all; it is no part of an example's time.
  mkdirSync(join(scratch, "hello"));
  writeFileSync(join(scratch, "hello", "index.html"), page(0));
  await deploy(landfall, join(scratch, "hello"));
  const rows: Record<string, string>[] = [];
  for (const example of cases.filter((one) => one.platforms.includes("local") && !one.fails)) {
    try {
      const { row, isRight } = await measure(landfall, example);
      rows.push(row);
      if (!isRight) process.exitCode = 1;
    } catch (error) {
      rows.push({ example: example.name, "build reused": "failed" });
      console.log(`${example.name}: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
  console.table(rows);
  if (!(await measureSite(landfall, join(scratch, "pages")))) process.exitCode = 1;
  console.log(
    `${availableParallelism()} cores, load ${load} before and ${loadavg()[0]!.toFixed(1)} after, node ${process.version}`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
