/**
 * How long the dashboard takes from a key to the next paint, over what somebody does with a keyboard alone: a folder deployed, a new version
 * of it, and back to the first. INP of each page and of all, five times, medians; as fast as this machine is, and slowed down as a phone is.
 * node bench/inp.ts
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployFolder, keyboardOn, lookAtRollback, rollBack } from "../packages/dashboard/test/keyboard.ts";
import { openPlace } from "../packages/dashboard/test/place.ts";
import { median } from "./landfall.ts";

const runs = 5;
const limitMs = 200;
/** As Lighthouse slows a processor down for its phone. */
const slowedDown = 4;
/** Of so many interactions one is left out of account. Source: https://web.dev/articles/inp, read 2026-11. */
const perOutlier = 50;

interface Interaction {
  id: number;
  ms: number;
  path: string;
}

/** Entries under 16 ms are not told of; they are fast enough for a frame. */
const watch = `(() => {
  const paths = new Map();
  for (const type of ["keydown", "keyup", "click", "pointerdown", "pointerup"])
    addEventListener(type, ({ timeStamp }) => paths.set(timeStamp, location.pathname), { capture: true });
  new PerformanceObserver((list) => {
    for (const { interactionId: id, duration: ms, startTime } of list.getEntries())
      if (id > 0) void window.noteInteraction({ id, ms, path: paths.get(startTime) ?? location.pathname });
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
})()`;

await using place = await openPlace();
const owner = await place.server.setUp();
const root = mkdtempSync(join(tmpdir(), "landfall-inp-"));
try {
  for (const [name, rate] of [
    ["this machine", 1],
    [`${slowedDown} times slower`, slowedDown],
  ] as const) {
    const all: ReadonlyMap<string, number>[] = [];
    for (let run = 0; run < runs; run++) all.push(await once(`quay-${rate}-${run}`, rate));
    console.log(`${name}, median of ${runs}:`);
    for (const page of new Set(all.flatMap((one) => [...one.keys()]))) {
      // A page on which nothing took 16 ms is not told of.
      const values = all.map((one) => one.get(page) ?? 0);
      const middle = median(values);
      const verdict = page === "all pages" ? ` (at most ${limitMs} ms)${middle <= limitMs ? "" : ", missed"}` : "";
      console.log(`  ${page}: ${middle} ms${verdict}; ${values.join(", ")}`);
    }
  }
} finally {
  rmSync(root, { recursive: true });
}

/** INP by page, in milliseconds. */
async function once(project: string, rate: number): Promise<Map<string, number>> {
  const folder = join(root, project);
  mkdirSync(folder);
  const { page, context } = await place.tab("/settings", owner);
  page.setDefaultTimeout(60_000);
  const seen = new Map<string, Interaction>();
  let documents = 0;
  page.on("domcontentloaded", () => documents++);
  await page.exposeFunction("noteInteraction", (one: Interaction) => {
    // One interaction is several events: it takes as long as the longest of them.
    const key = `${documents} ${one.id}`;
    if (one.ms > (seen.get(key)?.ms ?? 0)) seen.set(key, one);
  });
  await page.addInitScript(watch);
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
  const keyboard = keyboardOn(page);
  await page.goto("/new");
  await deployFolder(keyboard, folder, "one");
  let count = await page.evaluate<number>("performance.interactionCount");
  await page.goto(`/new?project=${project}`);
  await deployFolder(keyboard, folder, "two");
  await lookAtRollback(keyboard);
  await rollBack(keyboard);
  // Entries come with the frame after them.
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 200)))");
  count += await page.evaluate<number>("performance.interactionCount");
  await context.close();
  const { deployments } = await owner.client.deployments.list({ project, limit: 1 });
  for await (const _event of await owner.client.deployments.events({ id: deployments[0]!.id }));

  const byPage = Map.groupBy(seen.values(), ({ path }) => pageOf(path));
  const worst = (of: readonly Interaction[], leftOut: number): number =>
    of.map(({ ms }) => ms).toSorted((one, other) => other - one)[leftOut] ?? 0;
  return new Map([
    ["all pages", worst([...seen.values()], Math.floor(count / perOutlier))],
    ...[...byPage].map(([path, of]) => [path, worst(of, 0)] as const),
  ]);
}

function pageOf(path: string): string {
  return path.replace(/\/p\/[^/]+/, "/:project").replace(/\/dep_\w+/, "/:id");
}
