/** What the deployment components do in a browser, by keyboard as a person would. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, openStories, type StoriesInBrowser } from "../browser.ts";

describe.runIf(hasBrowser)("deployment components", () => {
  let stories: StoriesInBrowser;
  let close: () => Promise<void>;
  beforeAll(async () => {
    stories = await openStories();
  });
  afterEach(() => close());
  afterAll(() => stories[Symbol.asyncDispose]());

  async function open(story: string): Promise<Page> {
    const { page, context, complaints } = await stories.open(story);
    close = async () => {
      await context.close();
      expect(complaints).toEqual([]);
    };
    return page;
  }
  const focused = (page: Page): Promise<string> =>
    page.evaluate<string>("document.activeElement.ariaLabel ?? document.activeElement.textContent");

  it("goes through the steps with the arrows, opens one with Enter and closes it with Escape", async () => {
    const page = await open("DeploymentProgress/event by event");
    for (let count = 0; count < 6; count += 1) await page.getByRole("button", { name: "Next event" }).click();
    const web = page.getByRole("button", { name: "Build web" });
    await web.focus();
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("Build docs");
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    expect(await web.getAttribute("aria-expanded")).toBe("true");
    await page.getByText(/took 30 s/).waitFor();
    await page.keyboard.press("Escape");
    expect(await web.getAttribute("aria-expanded")).toBe("false");
    expect(await focused(page)).toBe("Build web");
  });

  it("says what goes on and then what happens, a sentence at a time, and not what had ended before", async () => {
    const page = await open("DeploymentProgress/event by event");
    const said = page.locator("p[role=status]");
    await expect.poll(() => said.textContent()).toBe("Build web has begun.");
    const next = page.getByRole("button", { name: "Next event" });
    await next.click();
    await next.click();
    await expect.poll(() => said.textContent(), { timeout: 8_000 }).toBe("Build web finished in 30 seconds.");
    await next.click();
    await next.click();
    expect(await said.textContent()).toBe("Build web finished in 30 seconds.");
    await expect.poll(() => said.textContent(), { timeout: 8_000 }).toBe("Build docs: nothing has changed.");
  });

  it("keeps the number of steps while those of the platform turn up", async () => {
    const page = await open("DeploymentProgress/event by event");
    const seen = new Set<string>();
    // At the end the number is not said any more.
    while ((await page.getByText("Ready").count()) === 0) {
      seen.add((await page.getByText(/^Step \d of \d$/).textContent()) ?? "");
      await page.getByRole("button", { name: "Next event" }).click();
    }
    await page.getByText("Ready", { exact: true }).waitFor();
    expect([...seen].every((one) => one.endsWith("of 6"))).toBe(true);
  });

  it("opens the actions of a row, offers what is possible, and gives the focus back", async () => {
    const page = await open("DeploymentHistory/what was done");
    const trigger = page.getByRole("button", { name: /^Actions for Show the next high water/ });
    await trigger.focus();
    await page.keyboard.press("Enter");
    const menu = page.getByRole("menu");
    await menu.waitFor();
    expect(await menu.getByRole("menuitem").allTextContents()).toEqual(["Redeploy", "Roll back to this"]);
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
    await expect.poll(() => focused(page)).toMatch(/^Actions for Show the next high water/);
    await page.keyboard.press("Enter");
    await menu.waitFor();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("menuitem", { name: "Roll back to this" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("output").textContent()).toBe("rollback dep_01kxw0aa11bb22cc33dd");
    await page.getByRole("button", { name: /^Actions for Try another chart/ }).click();
    await menu.waitFor();
    expect(await menu.getByRole("menuitem").allTextContents()).toEqual(["Redeploy"]);
  });

  it("compares the earlier with the later, and opens a row without leaving the page", async () => {
    const page = await open("DeploymentHistory/what was done");
    await page.getByRole("checkbox", { name: /dep_01kxw0aa11$/ }).check();
    await page.getByRole("checkbox", { name: /dep_01kxvz9900$/ }).check();
    await page.getByRole("button", { name: "Compare" }).click();
    expect(await page.locator("output").textContent()).toBe(
      "compare dep_01kxvz9900aa88bb77cc with dep_01kxw0aa11bb22cc33dd",
    );
    await page.getByRole("link", { name: "Try another chart" }).click();
    expect(await page.locator("output").textContent()).toBe("open dep_01kxvz9900aa88bb77cc");
    expect(new URL(page.url()).hash).toBe("");
  });

  it("filters as one types, says when nothing matches, and clears", async () => {
    const page = await open("DeploymentHistory/what was done");
    const search = page.getByRole("searchbox", { name: "Id, message, commit or branch" });
    await search.fill("feature/charts");
    await expect.poll(() => page.getByRole("listitem").count()).toBe(1);
    await page.getByRole("combobox", { name: "State" }).selectOption("success");
    await page.getByText("Nothing matches").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).first().click();
    await expect.poll(() => page.getByRole("listitem").count()).toBe(6);
    expect(await search.inputValue()).toBe("");
  });

  it("marks an item as done by hand and takes it back", async () => {
    const page = await open("PostDeploymentChecklist/marked by hand");
    await page.getByText("3 of 6 done.", { exact: true }).waitFor();
    await page.getByRole("checkbox", { name: "Done: Variables" }).check();
    await page.getByText("4 of 6 done.", { exact: true }).waitFor();
    expect(await focused(page)).toBe("Done: Variables");
    await page.getByRole("checkbox", { name: "Done: Variables" }).uncheck();
    await page.getByText("3 of 6 done.", { exact: true }).waitFor();
  });

  it("asks for a name only where something is removed, and does it with Enter", async () => {
    const page = await open("Parts/ConfirmDialog, a name to type");
    const remove = page.getByRole("button", { name: "Remove", exact: true });
    await remove.press("Enter");
    expect(await page.getByRole("dialog").isVisible()).toBe(true);
    await page.getByLabel("To confirm, type acme").fill("acme");
    await page.keyboard.press("Enter");
    await page.getByText("removed").waitFor();
  });
});
