/**
 * The build log with 200,000 lines at 5,000 a second, in Chromium: time between frames, longest tasks, finding the last line, opening on line
 * 150,000. Beside it the same page doing nothing, which says what the browser itself takes here. node bench/log.ts
 */
import { openStories } from "../packages/react/test/browser.ts";
import { percentile } from "./landfall.ts";

const watch = `
  window.frames = []; window.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  let last = performance.now();
  (function frame() { const now = performance.now(); frames.push(now - last); last = now; requestAnimationFrame(frame); })();
`;
const watchedMs = 10_000;
await using stories = await openStories();

async function frames(name: string, isFed: boolean): Promise<void> {
  const { page, context } = await stories.open("BuildLogViewer/large");
  await page.evaluate(watch);
  if (isFed) await page.getByRole("button", { name: "Feed", exact: true }).click();
  await page.waitForTimeout(watchedMs);
  const seen = await page.evaluate<{ frames: number[]; tasks: number[] }>("({ frames, tasks })");
  const [median, p95] = [0.5, 0.95].map((part) => percentile(seen.frames, part).toFixed(1));
  console.log(
    `${name}: frame median ${median} ms, p95 ${p95} ms (budget 16.7), ${seen.tasks.length} tasks over 50 ms, longest ${Math.max(0, ...seen.tasks).toFixed(0)} ms`,
  );
  await context.close();
}

await frames("idle page", false);
await frames("5,000 lines a second", true);

const { page, context } = await stories.open("BuildLogViewer/large");
await page.evaluate("location.hash = 'L150000'");
await page.reload();
const openedFrom = performance.now();
await page.getByRole("button", { name: "Feed at once" }).click();
await page.locator("[data-line='150000']:focus").waitFor();
console.log(
  `opened on line 150,000 of 200,000, feeding included: ${(performance.now() - openedFrom).toFixed(0)} ms (budget 1,000)`,
);
await page.getByRole("log").focus();
await page.keyboard.press("Control+f");
await page.getByLabel("Search the log").waitFor();
const askedFrom = performance.now();
await page.keyboard.insertText("module 200000 was");
await page.getByText("1 of 1", { exact: true }).waitFor();
console.log(`last line found: ${(performance.now() - askedFrom).toFixed(0)} ms (budget 300)`);
await context.close();
