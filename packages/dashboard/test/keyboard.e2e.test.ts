/** From `/new` to a served page and back to the one before, without a mouse: focus is seen at each stop, and nothing holds it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import { openPlace, type Place } from "./place.ts";

/** Most stops on the way to anything. */
const mostStops = 80;

interface Stop {
  name: string;
  isSeen: boolean;
}

describe.runIf(hasBrowser)("the keyboard alone", { timeout: 240_000 }, () => {
  let place: Place;
  let owner: Caller;
  let page: Page;
  const root = mkdtempSync(join(tmpdir(), "landfall-keyboard-"));
  const folder = join(root, "quay");
  beforeAll(async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>Quay</title><p>one");
    place = await openPlace();
    owner = await place.server.setUp();
    ({ page } = await place.tab("/new", owner));
    page.setDefaultTimeout(30_000);
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
  });

  /** What has the focus, and whether a person sees that it has. */
  const stop = (): Promise<Stop> =>
    page.evaluate<Stop>(`(() => {
      const one = document.activeElement;
      // Past the last stop is the browser itself.
      if (one === document.body) return { name: "", isSeen: true };
      const style = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
      const text = one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.innerText ?? one.value ?? "";
      return { name: text.trim().split("\\n")[0], isSeen: inside && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
    })()`);

  /** Goes on by Tab until something of this name has the focus. */
  async function reach(name: string | RegExp): Promise<void> {
    const passed: string[] = [];
    for (let stops = 0; stops < mostStops; stops += 1) {
      await page.keyboard.press("Tab");
      const here = await stop();
      if (here.name !== "") expect(here, `after ${passed.join(", ")}`).toMatchObject({ isSeen: true });
      passed.push(here.name);
      if (typeof name === "string" ? here.name === name : name.test(here.name)) return;
    }
    throw new Error(`${String(name)} is not reached; passed: ${passed.join(", ")}`);
  }

  const press = async (name: string | RegExp): Promise<void> => {
    await reach(name);
    await page.keyboard.press("Enter");
  };

  async function deployed(text: string): Promise<void> {
    await page.waitForURL(/\/quay\/deployments\/dep_/);
    await page.getByRole("heading", { name: /quay is online/ }).waitFor({ timeout: 60_000 });
    expect(await shown()).toBe(text);
  }

  /** What visitors see. */
  async function shown(): Promise<string> {
    const { deployments } = await owner.client.deployments.list({ project: "quay", limit: 1 });
    const { page: visitor, context } = await place.tab(deployments[0]!.url!);
    const text = await visitor.innerText("p");
    await context.close();
    return text;
  }

  async function choose(): Promise<void> {
    const chooser = page.waitForEvent("filechooser");
    await press("Choose a folder");
    await (await chooser).setFiles(folder);
    await page.getByLabel("Output folder").waitFor();
  }

  it("deploys a folder", async () => {
    await page.getByRole("heading", { name: "New project" }).waitFor();
    await choose();
    await press("Continue");
    await page.getByLabel("Project name").waitFor();
    await press("Continue");
    await page.getByRole("button", { name: "Deploy", exact: true }).waitFor();
    await press("Deploy");
    await deployed("one");
  });

  it("deploys a new version, and goes back to the first", async () => {
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>Quay</title><p>two");
    await page.goto("/new?project=quay");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await choose();
    await press("Continue");
    await page.getByLabel("Project name").waitFor();
    await press("Continue");
    await page.getByRole("button", { name: "Deploy", exact: true }).waitFor();
    await press("Deploy");
    await deployed("two");

    await press("Overview");
    await page.waitForURL("**/p/quay");
    await page.getByRole("region", { name: "Production" }).getByRole("link").first().waitFor();
    // It says why it cannot be used, until what is live is known.
    await page.locator("button:not([aria-disabled])", { hasText: "Roll back" }).waitFor();
    await press("Roll back");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect((await stop()).name).toBe("Roll back");
    await page.keyboard.press("Enter");
    await dialog.getByRole("region", { name: "Then" }).waitFor();
    await reach(/^Roll back/);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    const { deployments } = await owner.client.deployments.list({ project: "quay", limit: 1 });
    const [{ id, operation }] = deployments as [(typeof deployments)[number]];
    expect(operation).toBe("rollback");
    for await (const _event of await owner.client.deployments.events({ id }));
    expect(await shown()).toBe("one");
  });
});
