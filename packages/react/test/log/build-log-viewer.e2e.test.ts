/** The log in a browser: by keyboard, by pointer, with lines that mean harm, and with 200,000 of them. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, openStories, type StoriesInBrowser } from "../browser.ts";

const log = (page: Page) => page.getByRole("log");
const line = (page: Page, number: number) => page.locator(`[data-line="${number}"]`);
const focusedLine = (page: Page) => page.evaluate<string | undefined>("document.activeElement?.dataset?.line");
const elements = (page: Page) => page.evaluate<number>("document.querySelectorAll('*').length");
const fromEnd = (page: Page) =>
  log(page).evaluate((element) => Math.round(element.scrollHeight - element.clientHeight - element.scrollTop));
const lastLine = async (page: Page) => Number(await page.locator("[data-line]").last().getAttribute("data-line"));

describe.runIf(hasBrowser)("the build log", () => {
  let stories: StoriesInBrowser;
  beforeAll(async () => {
    stories = await openStories();
  });
  afterAll(() => stories[Symbol.asyncDispose]());

  async function open(state: string): Promise<{ page: Page; complaints: string[] } & AsyncDisposable> {
    const { page, context, complaints } = await stories.open(`BuildLogViewer/${state}`);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
  }

  it("opens at the line of its address, not following, and goes on by keys", async () => {
    await using opened = await open("paused");
    const { page } = opened;
    await expect.poll(() => focusedLine(page)).toBe("1000");
    expect(await line(page, 1_000).getAttribute("aria-posinset")).toBe("1000");
    expect(await line(page, 1_000).getAttribute("aria-setsize")).toBe("2000");
    expect(await page.getByText("Paused", { exact: true }).count()).toBe(1);
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focusedLine(page)).toBe("1001");
    await page.keyboard.press("Shift+ArrowDown");
    await expect.poll(() => page.getByText("Lines 1,001 to 1,002").count()).toBe(1);
    await page.keyboard.press("Home");
    await expect.poll(() => focusedLine(page)).toBe("1");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.getByText("Line 1", { exact: true }).count()).toBe(1);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("group", { name: "Chosen lines" }).count()).toBe(0);
    await page.keyboard.press("End");
    await expect.poll(() => fromEnd(page)).toBe(0);
    expect(await page.getByRole("button", { name: "Follow" }).getAttribute("aria-pressed")).toBe("true");
  });

  it("keeps the element of the line that has the focus", async () => {
    await using opened = await open("paused");
    const { page } = opened;
    await expect.poll(() => focusedLine(page)).toBe("1000");
    await log(page).evaluate((element) => (element.scrollTop = 0));
    await expect.poll(() => line(page, 1).count()).toBe(1);
    expect(await focusedLine(page)).toBe("1000");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focusedLine(page)).toBe("1001");
    await expect.poll(() => line(page, 1_001).isVisible()).toBe(true);
  });

  it("takes, where it is narrow and no more lines come, the room of those that are there", async () => {
    await using opened = await open("truncated");
    const { page } = opened;
    const height = (): Promise<number> => log(page).evaluate((element) => element.clientHeight);
    await line(page, 48_202).waitFor();
    const wide = await height();
    await page.setViewportSize({ width: 320, height: 800 });
    await expect.poll(height).toBeLessThan(wide / 4);
    expect(await fromEnd(page)).toBe(0);
    await using long = await open("paused");
    await long.page.setViewportSize({ width: 320, height: 800 });
    expect(await log(long.page).evaluate((element) => element.clientHeight)).toBe(wide);
  });

  it("searches with Ctrl F when the log has the focus, and leaves the second to the browser", async () => {
    await using opened = await open("paused");
    const { page } = opened;
    await page.evaluate(`addEventListener("keydown", (event) => {
      if (event.key === "f") setTimeout(() => (window.prevented = event.defaultPrevented));
    })`);
    const prevented = () => page.evaluate<boolean>("window.prevented");
    await page.getByRole("button", { name: "Wrap long lines" }).focus();
    await page.keyboard.press("Control+f");
    await expect.poll(prevented).toBe(false);
    await log(page).focus();
    await page.keyboard.press("Control+f");
    await expect.poll(prevented).toBe(true);
    const field = page.getByLabel("Search the log");
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press("Control+f");
    await expect.poll(prevented).toBe(false);

    const result = page.locator("search [role=status]");
    await page.keyboard.insertText("50 MODULES");
    await expect.poll(() => result.textContent()).toMatch(/of 20$/);
    const place = async () => Number((await result.textContent())?.split(" ")[0]);
    const first = await place();
    await page.keyboard.press("Enter");
    await expect.poll(place).toBe(first + 1);
    await page.keyboard.press("Shift+Enter");
    await expect.poll(place).toBe(first);
    expect(await page.locator("mark").first().textContent()).toBe("50 modules");
    await field.fill("no such line");
    await expect.poll(() => result.textContent()).toBe("No lines");
    await page.keyboard.press("Escape");
    await expect.poll(() => log(page).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it("chooses lines by their numbers, and copies a link to them and their text", async () => {
    await using opened = await open("failed");
    const { page } = opened;
    await page.getByRole("link", { name: "Line 8", exact: true }).click();
    await page.getByRole("link", { name: "Line 11" }).click({ modifiers: ["Shift"] });
    expect(new URL(page.url()).hash).toBe("");
    const chosen = page.getByRole("group", { name: "Chosen lines" });
    expect(await chosen.textContent()).toContain("Lines 8 to 11");
    expect(await page.locator('[aria-current="true"]').count()).toBe(4);
    await chosen.getByRole("button", { name: "Copy link to lines" }).click();
    await expect.poll(() => chosen.getByRole("status").textContent()).toBe("Copied");
    expect(await page.evaluate("navigator.clipboard.readText()")).toMatch(/#L8-L11$/);
    await chosen.getByRole("button", { name: "Copy lines" }).click();
    await expect
      .poll(() => page.evaluate("navigator.clipboard.readText()"))
      .toContain("src/cart.ts(12,9): error TS2304: Cannot find name 'totl'.\n12   return totl(items);\n");
  });

  it("gives what is selected line by line, without numbers and steps", async () => {
    await using opened = await open("failed");
    const { page } = opened;
    for (const isWrapped of [false, true]) {
      if (isWrapped) await page.getByRole("button", { name: "Wrap long lines" }).click();
      const selected = await page.evaluate<string>(`(() => {
        getSelection().selectAllChildren(document.querySelector("[role=log] [role=list]"));
        return getSelection().toString();
      })()`);
      expect(selected.trim().split("\n").slice(0, 4), String(isWrapped)).toEqual([
        "Found Vite 7 in package.json",
        "1 service: web",
        "> npm ci",
        "npm warn deprecated har-validator@5.1.5: this library is no longer supported",
      ]);
    }
  });

  it("shows a step or a level alone, times, and wraps", async () => {
    await using opened = await open("failed");
    const { page } = opened;
    const shown = () => page.locator("[data-line]").count();
    await page.getByLabel("Level").selectOption("error");
    await expect.poll(shown).toBe(3);
    await page.getByLabel("Step").selectOption("detect");
    await expect.poll(shown).toBe(0);
    await page.getByRole("button", { name: "Show all lines" }).click();
    await expect.poll(shown).toBe(12);
    await page.getByLabel("Times").selectOption("relative");
    await expect.poll(() => line(page, 12).locator("time").textContent()).toBe("0:02.4");
    await page.getByRole("button", { name: "3 errors" }).click();
    await expect.poll(() => focusedLine(page)).toBe("8");
    await page.getByRole("button", { name: "3 errors" }).click();
    await expect.poll(() => focusedLine(page)).toBe("11");
    await page.setViewportSize({ width: 320, height: 800 });
    const before = await line(page, 11).evaluate((element) => element.getBoundingClientRect().height);
    await page.getByRole("button", { name: "Wrap long lines" }).click();
    await expect
      .poll(() => line(page, 11).evaluate((element) => element.getBoundingClientRect().height))
      .toBeGreaterThan(before);
    expect(await log(page).evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    const overlaps = await page.locator("[data-line]").evaluateAll((rows) =>
      rows.some((row, index) => {
        const next = rows[index + 1];
        return next && next.getBoundingClientRect().top < row.getBoundingClientRect().bottom - 1;
      }),
    );
    expect(overlaps).toBe(false);
  });

  it("is silent until it is asked to read new lines", async () => {
    await using opened = await open("streaming");
    const { page } = opened;
    expect(await log(page).getAttribute("aria-live")).toBe("off");
    await page.getByRole("switch", { name: "Read new lines aloud" }).click();
    expect(await log(page).getAttribute("aria-live")).toBe("polite");
    await page.getByRole("button", { name: "Follow" }).click();
    expect(await log(page).getAttribute("aria-live")).toBe("off");
  });

  it("takes no harm from what a program prints", async () => {
    await using opened = await open("hostile");
    const { page, complaints } = opened;
    await expect.poll(() => line(page, 14).count()).toBe(1);
    expect(await page.title()).not.toBe("owned");
    expect(await log(page).locator("img, script, style, iframe").count()).toBe(0);
    const addresses = await log(page)
      .locator("a[target]")
      .evaluateAll((links) => links.map((link) => [link.getAttribute("href"), link.getAttribute("rel")]));
    expect(addresses).toContainEqual(["https://safe.test/path?a=1", "noopener noreferrer"]);
    expect(addresses.every(([href]) => href?.startsWith("https://"))).toBe(true);
    expect(await log(page).textContent()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(await line(page, 7).textContent()).toContain("[U+202E]");
    expect(await line(page, 8).textContent()).toContain("99.9 %");
    const more = line(page, 9).getByRole("button");
    expect(await more.textContent()).toBe("Show more: 9,980,014 characters are left");
    await more.click();
    await expect.poll(() => more.textContent()).toBe("Show more: 9,960,014 characters are left");
    expect(await elements(page)).toBeLessThan(2_000);
    expect(complaints).toEqual([]);
  });

  it("follows 200,000 lines at 5,000 a second, and is left alone by who reads", async () => {
    await using opened = await open("large");
    const { page, complaints } = opened;
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const heapBytes = async () => {
      const { usedSize, backingStorageSize } = await session.send("Runtime.getHeapUsage");
      return usedSize + backingStorageSize;
    };
    const heapBefore = await heapBytes();
    await page.getByRole("button", { name: "Feed", exact: true }).click();
    await expect.poll(() => lastLine(page), { timeout: 10_000 }).toBeGreaterThan(5_000);
    await expect.poll(() => fromEnd(page)).toBe(0);

    // Whoever scrolls up reads on where they are.
    await log(page).hover();
    await page.mouse.wheel(0, -600);
    await expect.poll(() => page.getByText(/^Paused, [\d,]+ new lines$/).count()).toBe(1);
    const place = await log(page).evaluate((element) => element.scrollTop);
    let most = 0;
    for (let round = 0; round < 20; round += 1) {
      await page.waitForTimeout(200);
      most = Math.max(most, await elements(page));
    }
    expect(await log(page).evaluate((element) => element.scrollTop)).toBe(place);
    await page.getByRole("button", { name: "Follow" }).click();
    await expect.poll(() => fromEnd(page)).toBe(0);
    await log(page).focus();
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => page.getByText(/^Paused/).count()).toBe(1);
    await page.keyboard.press("End");
    await expect.poll(() => page.getByText("Live", { exact: true }).count()).toBe(1);

    await expect.poll(() => lastLine(page), { timeout: 90_000, interval: 1_000 }).toBe(200_000);
    await expect.poll(() => fromEnd(page)).toBe(0);

    await session.send("HeapProfiler.collectGarbage");
    expect(((await heapBytes()) - heapBefore) / 2 ** 20).toBeLessThan(150);
    expect(Math.max(most, await elements(page))).toBeLessThan(2_000);
    await page.keyboard.press("Control+f");
    await page.getByLabel("Search the log").waitFor();
    await page.keyboard.insertText("module 200000 was");
    await page.getByText("1 of 1", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("opens on line 150,000 of a log that is there at once", async () => {
    await using opened = await open("large");
    const { page } = opened;
    await page.evaluate("location.hash = 'L150000'");
    await page.reload();
    await page.getByRole("button", { name: "Feed at once" }).click();
    await expect.poll(() => focusedLine(page), { timeout: 30_000 }).toBe("150000");
    expect(await line(page, 150_000).isVisible()).toBe(true);
    const box = (await line(page, 150_000).boundingBox())!;
    const frame = (await log(page).boundingBox())!;
    expect(box.y).toBeGreaterThan(frame.y);
    expect(box.y + box.height).toBeLessThan(frame.y + frame.height);
  });
});
