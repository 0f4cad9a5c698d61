/** Products that embed the button, built with the packages as npm would have them, deploy what they make. */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverFor, type TestServer } from "../../server/test/harness.ts";
import { hasBrowser, launch } from "./browser.ts";

const root = join(import.meta.dirname, "../../..");

describe.runIf(hasBrowser)("a product that embeds Landfall", () => {
  let landfall: TestServer;
  let key: string;
  let browser: Browser;
  const stop = new AbortController();
  let work: Promise<void>;
  let tarballs: string[];
  beforeAll(async () => {
    tarballs = execFileSync(process.execPath, [join(root, "packages/react/pack.ts")], { encoding: "utf8" })
      .trim()
      .split("\n");
    landfall = await serverFor();
    work = landfall.engine.work({ signal: stop.signal, until: "aborted" }).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    const owner = await landfall.setUp();
    const scopes = [
      "create:sandbox",
      "read:sandbox",
      "update:sandbox",
      "create:deployment",
      "read:deployment",
      "read:connection",
    ] as const;
    ({ key } = await owner.client.keys.create({ name: "product", scopes: [...scopes] }));
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    stop.abort();
    await work;
    await landfall[Symbol.asyncDispose]();
  });

  it.each([["embed"], ["embed-next"]])("%s: a page is made, deployed and answers", async (example) => {
    const folder = mkdtempSync(join(tmpdir(), "landfall-embed-"));
    cpSync(join(root, "examples", example), folder, { recursive: true });
    const npm = (...args: string[]): void =>
      void execFileSync("npm", args, {
        cwd: folder,
        stdio: "pipe",
        env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
      });
    npm("install", "--no-audit", "--no-fund", "--no-save", ...tarballs);
    npm("run", "build");
    const port = String(await freePort());
    const product = spawn("npm", ["start"], {
      cwd: folder,
      env: { ...process.env, PORT: port, LANDFALL_URL: landfall.url, LANDFALL_KEY: key },
      detached: true,
    });
    const page = await browser.newPage();
    try {
      await answering(`http://127.0.0.1:${port}/`);
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.getByLabel("Title").fill("The tide table");
      await page.getByLabel("Text").fill("High water at noon <b>.");
      await page.getByRole("button", { name: "Make the page" }).click();
      await page
        .getByRole("button", { name: /^Deploy/ })
        .first()
        .click();
      const link = page.getByText("It is at").getByRole("link");
      await link.waitFor({ timeout: 60_000 });
      const url = (await link.getAttribute("href"))!;
      await page.goto(url);
      expect(await page.textContent("body")).toContain("High water at noon <b>.");
      await page.goBack();
      expect(await page.content()).not.toContain(key);
    } finally {
      await page.close();
      process.kill(-product.pid!, "SIGTERM");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (
      await fetch(url).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await delay(100);
  }
  throw new Error(`${url} does not answer`);
}
