/** A browser for tests, and the stories in it. Debian's Chromium: one that is not there fails under CI and is said otherwise. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { axeIn } from "./axe.ts";

const chromiumPath = [
  // The same without its windows, which is faster.
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => existsSync(path));

/** Whether browser tests can run here. Under CI they must. */
export const hasBrowser = chromiumPath !== undefined || process.env["CI"] === "true";
if (!hasBrowser)
  process.stderr.write("Browser tests are left out: there is no Chromium here (apt-get install chromium).\n");

export async function launch(args: string[] = []): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("There is no Chromium: apt-get install chromium");
  return chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--font-render-hinting=none", ...args],
  });
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".woff2": "font/woff2",
};

/** As in stories/deployments.ts. */
const storiesAt = "2026-09-14T10:04:00.000Z";

export interface StoriesInBrowser extends AsyncDisposable {
  browser: Browser;
  names: string[];
  /** A page that shows one story alone, once it is painted. What the page complains of ends in `complaints`. */
  open(story: string, options?: OpenOptions): Promise<Opened>;
  /** Another story in the same page, with nothing complained of yet. */
  turn(opened: Opened, story: string): Promise<void>;
}

export interface Opened {
  page: Page;
  context: BrowserContext;
  complaints: string[];
  photograph: Camera;
}

/** The whole page as a PNG. */
export type Camera = () => Promise<Buffer>;

export interface OpenOptions {
  theme?: "light" | "dark";
  width?: number;
  height?: number;
  direction?: "ltr" | "rtl";
  reducedMotion?: boolean;
  forcedColors?: boolean;
  /** Nothing moves or blinks, and it is always the moment that stories are of. */
  isStill?: boolean;
}

/** Builds the stories and serves them under the policy the server gives the dashboard. */
export async function openStories(): Promise<StoriesInBrowser> {
  const folder = join(import.meta.dirname, "../stories");
  // One of its own: another run that builds at the same time empties its own.
  const built = mkdtempSync(join(tmpdir(), "landfall-stories-"));
  await build({
    root: folder,
    configFile: join(folder, "vite.config.ts"),
    logLevel: "error",
    build: { outDir: built, emptyOutDir: true },
  });
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://x").pathname);
    const file = join(built, path === "/" ? "index.html" : path);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.setHeader(
      "content-security-policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'",
    );
    return response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await launch();
  const first = await browser.newPage();
  await first.goto(url);
  const names = await first.evaluate<string[]>("window.stories");
  await first.close();

  return {
    browser,
    names,
    async open(story, options = {}) {
      const { theme = "light", width = 1280, height = 800, direction = "ltr" } = options;
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        ...(options.reducedMotion ? { reducedMotion: "reduce" as const } : {}),
        ...(options.forcedColors ? { forcedColors: "active" as const } : {}),
        ...(options.isStill ? { timezoneId: "UTC", locale: "en-GB" } : {}),
      });
      if (options.isStill) await context.clock.setFixedTime(storiesAt);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      const still = options.isStill ? "&still" : "";
      await page.goto(`${url}?story=${encodeURIComponent(story)}&theme=${theme}&dir=${direction}${still}`);
      await page.waitForSelector("main > *:nth-child(2)", { state: "attached" });
      return { page, context, complaints, photograph: await cameraFor(page) };
    },
    async turn({ page, complaints }, story) {
      complaints.length = 0;
      await page.evaluate(`showStory(${JSON.stringify(story)})`);
      // The whole name: that of the story before may contain it.
      await page.locator(`main h1:text-is(${JSON.stringify(story)})`).waitFor({ state: "attached" });
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
      rmSync(built, { recursive: true });
    },
  };
}

/** Asks the browser itself: a quarter faster than Playwright's own, which is many seconds over all stories. */
export async function cameraFor(page: Page): Promise<Camera> {
  const session = await page.context().newCDPSession(page);
  return async () => {
    const { cssContentSize: size, cssLayoutViewport: seen } = await session.send("Page.getLayoutMetrics");
    const { data } = await session.send("Page.captureScreenshot", {
      optimizeForSpeed: true,
      captureBeyondViewport: size.height > seen.clientHeight,
      clip: { x: 0, y: 0, width: seen.clientWidth, height: size.height, scale: 1 },
    });
    return Buffer.from(data, "base64");
  };
}

/** What axe finds wrong on a page, a line each. */
export const axe = (page: Page): Promise<string[]> => axeIn((expression) => page.evaluate(expression));

/** Links that open a new tab and do not say so, a line each. */
export async function silentTabs(page: Page): Promise<string[]> {
  const links = await page.evaluate<{ name: string; html: string }[]>(
    `Array.from(document.querySelectorAll("a[target=_blank]"), (one) => ({ name: one.ariaLabel ?? one.textContent, html: one.outerHTML }))`,
  );
  return links
    .filter(({ name }) => !name.endsWith(", opens in a new tab"))
    .map(({ html }) => `does not say that it opens a new tab: ${html.slice(0, 200)}`);
}

/** How far the page can be scrolled sideways, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
