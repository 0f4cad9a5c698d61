/** Without a connection: what is on the screen stays, and what was never loaded says so and comes when it can. */
import { describe, expect, it } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import { soon, withPlace } from "./with-place.ts";

describe.runIf(hasBrowser)("without a connection", { timeout: 240_000 }, () => {
  let owner: Caller;
  const place = withPlace(async (opened) => {
    owner = await opened.server.setUp();
    await opened.deploy(owner, { "index.html": "<!doctype html><title>Pier</title><p>Pier" }, { project: "pier" });
  });

  it("a page that was never loaded says so inside the frame, and is there when the connection is back", async () => {
    const { page, context } = await place.tab("/p/pier", owner);
    page.setDefaultTimeout(soon.timeout);
    const live = page.getByText("Live", { exact: true }).first();
    await live.waitFor();
    await context.setOffline(true);
    await page.getByText(/Offline since/).waitFor();
    await page.getByRole("navigation").getByRole("link", { name: "Activity" }).click();
    await page.getByRole("heading", { name: "This page could not be shown" }).waitFor();
    await page.getByText("It is shown by itself when the connection is back.").waitFor();
    expect(await page.evaluate("document.activeElement.tagName")).toBe("H1");
    await page.goBack();
    await page.getByRole("heading", { name: "pier", exact: true }).waitFor();
    await page.goForward();
    await page.getByRole("heading", { name: "This page could not be shown" }).waitFor();
    await context.setOffline(false);
    await page.getByRole("heading", { name: "Activity" }).waitFor();
    await page.getByRole("cell", { name: "owner@example.com" }).first().waitFor();
    await context.close();
  });

  it("the palette and the keys open all the same", async () => {
    const { page, context } = await place.tab("/", owner);
    page.setDefaultTimeout(soon.timeout);
    const loaded = (name: string) =>
      page.evaluate<boolean>(`performance.getEntriesByType("resource").some((one) => one.name.includes("/${name}-"))`);
    for (const name of ["palette", "keys-help", "menu-popup", "session-ended"])
      await expect.poll(() => loaded(name), soon).toBe(true);
    await context.setOffline(true);
    await page.getByText(/Offline since/).waitFor();
    await page.keyboard.press("Control+K");
    await page.getByRole("combobox").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await context.close();
  });
});
