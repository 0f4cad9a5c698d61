/** The accessibility tree of every page, and of the frame around them, is what is kept in trees/. `npm run trees` keeps what is there now. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import { type Demo, makeDemo } from "./demo.ts";
import { openPlace, type Place } from "./place.ts";
import { plainTree } from "./tree.ts";

const folder = join(import.meta.dirname, "trees");
const takes = process.env["LANDFALL_TREES"] === "take";

describe.runIf(hasBrowser)("accessibility trees", () => {
  let place: Place;
  let demo: Demo;
  let attending: AsyncDisposable;
  beforeAll(async () => {
    place = await openPlace();
    demo = await makeDemo(place);
    // A worker is heard of as long as it works: however long this takes, the machine is not away.
    attending = await place.server.engine.servers.attend({ roles: ["worker"], version: "1.0.0" });
  });
  afterAll(async () => {
    await attending[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  it("are as they were, of every page and of the frame", async () => {
    const trees = new Map<string, string>();
    const look = async (name: string, address: string, isOpen: boolean): Promise<void> => {
      const { page, context } = await place.tab(address, isOpen ? undefined : demo.owner, {
        locale: "en-GB",
        timezoneId: "UTC",
      });
      await page.locator("h1").first().waitFor();
      await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
      trees.set(name, await treeOf(page, partOf(page, address)));
      if (name === "projects" || name === "overview") {
        await page.evaluate("document.querySelector('main').hidden = true");
        trees.set(`${name} - frame`, await treeOf(page, page.locator("body")));
      }
      await context.close();
    };
    for (const [name, address] of Object.entries(demo.pages)) await look(name, address, false);
    for (const [name, address] of Object.entries(demo.open)) await look(name, address, true);
    if (takes) keep(trees);
    for (const [name, tree] of trees) expect.soft(tree, name).toBe(kept(name));
    expect(readdirSync(folder).sort()).toEqual([...trees.keys()].map(fileOf).sort());
  });
});

/** What is the page's own: of one with a dialog the dialog, of a tab what is in it. */
function partOf(page: Page, address: string): Locator {
  if (address.includes("?compare=")) return page.getByRole("dialog");
  return address.includes("?tab=") ? page.getByRole("tabpanel") : page.locator("main");
}

/** Once nothing has changed for a while. */
async function treeOf(page: Page, part: Locator): Promise<string> {
  let tree = "";
  for (let same = 0; same < 4; ) {
    const now = `${plainTree(await part.ariaSnapshot())}\n`;
    same = now === tree ? same + 1 : 0;
    tree = now;
    await page.waitForTimeout(150);
  }
  return tree;
}

const fileOf = (name: string): string => `${name.replaceAll(" ", "-")}.txt`;

function kept(name: string): string {
  try {
    return readFileSync(join(folder, fileOf(name)), "utf8");
  } catch {
    return ""; // A new one: the difference shows it whole.
  }
}

function keep(trees: ReadonlyMap<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, tree] of trees) writeFileSync(join(folder, fileOf(name)), tree);
}
