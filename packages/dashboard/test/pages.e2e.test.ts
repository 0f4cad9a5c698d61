/** Every page, full and with its server gone, in both themes: nothing for axe to find, nothing on the console, no scrolling sideways. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axe, hasBrowser, overflow } from "../../react/test/browser.ts";
import { type Demo, makeDemo } from "./demo.ts";
import { openPlace, type Place } from "./place.ts";

const widths = [320, 768, 1280];

describe.runIf(hasBrowser)("pages", () => {
  let place: Place;
  let demo: Demo;
  beforeAll(async () => {
    place = await openPlace();
    demo = await makeDemo(place);
  });
  afterAll(() => place[Symbol.asyncDispose]());

  it.each(["light", "dark"] as const)("are accessible and quiet in %s, at every width", async (theme) => {
    const faults: string[] = [];
    const look = async (name: string, address: string, isOpen: boolean): Promise<void> => {
      const { page, context, complaints } = await place.tab(address, isOpen ? undefined : demo.owner, {
        colorScheme: theme,
      });
      await page.waitForSelector("h1");
      await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        const sideways = await overflow(page);
        if (sideways > 0) faults.push(`${name} at ${width}: scrolls sideways by ${sideways} px`);
        if (width !== 768) faults.push(...(await axe(page)).map((one) => `${name} at ${width}: ${one}`));
      }
      expect(await page.content(), name).not.toContain("canary-of-the-demo");
      // That there is no such project is an answer the browser notes as an error.
      if (name !== "nothing") faults.push(...complaints.map((one) => `${name}: console: ${one}`));
      await context.close();
    };
    for (const [name, address] of Object.entries(demo.pages)) await look(name, address, false);
    for (const [name, address] of Object.entries(demo.open)) await look(name, address, true);
    expect(faults).toEqual([]);
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
