/** Every page, in both themes: as it looked before, nothing for axe to find, nothing on the console, no scrolling sideways. */
import { join } from "node:path";
import type { BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Album, openAlbum } from "../../react/test/album.ts";
import { axe, hasBrowser, overflow, silentTabs } from "../../react/test/browser.ts";
import { type Demo, makeDemo } from "./demo.ts";
import { openPlace, type Place, type Tab } from "./place.ts";
import { stillCamera } from "./still.ts";

const widths = [320, 768, 1280];

describe.runIf(hasBrowser)("pages", () => {
  let place: Place;
  let demo: Demo;
  let attending: AsyncDisposable;
  let album: Album;
  beforeAll(async () => {
    place = await openPlace();
    demo = await makeDemo(place);
    // A worker is heard of as long as it works: however long this takes, the machine is not away.
    attending = await place.server.engine.servers.attend({ roles: ["worker"], version: "1.0.0" });
    album = openAlbum(join(import.meta.dirname, "looks"), (page) =>
      page.locator("[aria-busy=true]").first().waitFor({ state: "detached" }),
    );
  });
  afterAll(async () => {
    await attending[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  /** Each page in turn, once what it shows is there; two at a time. Answers what was found wrong, a line each. */
  async function inTurn(
    options: BrowserContextOptions,
    look: (tab: Tab, name: string) => Promise<string[]>,
  ): Promise<string[]> {
    const faults: string[] = [];
    const left = [...Object.entries(demo.pages), ...Object.entries(demo.open)].values();
    const one = async (): Promise<void> => {
      for (const [name, address] of left) {
        const person = name in demo.open ? undefined : demo.owner;
        const tab = await place.tab(address, person, { locale: "en-GB", timezoneId: "UTC", ...options });
        await tab.page.waitForSelector("h1");
        await tab.page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
        faults.push(...(await look(tab, name)).map((fault) => `${name}: ${fault}`));
        // That there is no such project is an answer the browser notes as an error.
        if (name !== "nothing") faults.push(...tab.complaints.map((text) => `${name}: console: ${text}`));
        await tab.context.close();
      }
    };
    await Promise.all([one(), one()]);
    return faults;
  }

  const sideways = async ({ page }: Tab, width: number): Promise<string[]> => {
    const by = await overflow(page);
    return by > 0 ? [`scrolls sideways by ${by} px at ${width}`] : [];
  };

  it.each(["light", "dark"] as const)(
    "look as they did, accessible and quiet in %s, at every width",
    async (theme) => {
      const faults = await inTurn({ colorScheme: theme }, async (tab, name) => {
        const { page } = tab;
        const found: string[] = [];
        for (const width of widths) {
          await page.setViewportSize({ width, height: 900 });
          found.push(...(await sideways(tab, width)));
          if (width !== 768) found.push(...(await axe(page)).map((one) => `at ${width}: ${one}`));
        }
        expect(await page.content(), name).not.toContain("canary-of-the-demo");
        const opened = { page, photograph: await stillCamera(page) };
        for (const width of widths) {
          await page.setViewportSize({ width, height: 900 });
          found.push(...(await album.faults(opened, { story: name, theme, width })));
        }
        return [...found, ...(await silentTabs(page))];
      });
      expect(faults).toEqual([]);
    },
    600_000,
  );

  // As wide as 1280 px at 400 %.
  it("look as they did from right to left, in forced colours and without motion, inside 320 px", async () => {
    const options = { viewport: { width: 320, height: 900 }, reducedMotion: "reduce", forcedColors: "active" } as const;
    const faults = await inTurn(options, async (tab, name) => {
      const { page } = tab;
      await page.evaluate("document.documentElement.dir = 'rtl'");
      const found = await sideways(tab, 320);
      const opened = { page, photograph: await stillCamera(page) };
      const theme = "forced colours, right to left";
      return [...found, ...(await album.faults(opened, { story: name, theme, width: 320 }))];
    });
    expect(faults).toEqual([]);
  }, 600_000);

  it("are all there are looks of", () => {
    expect(album.close()).toEqual([]);
  });

  it("name the files they need, and no others", async () => {
    const namedBy = async (address: string): Promise<string[]> => {
      const html = await (await fetch(place.server.url + address)).text();
      return Array.from(html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g), ([, path]) => path!);
    };
    const always = await namedBy("/nobody/has/this");
    for (const [name, address] of Object.entries(demo.pages).filter(([one]) => one !== "nothing")) {
      const named = await namedBy(address);
      expect(named.length, name).toBeGreaterThan(always.length);
      const { page, context } = await place.tab(address, demo.owner);
      await page.waitForSelector("h1");
      const loaded = await page.evaluate(
        `performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)`,
      );
      await context.close();
      expect(loaded, name).toEqual(expect.arrayContaining(named));
    }
  });
});
