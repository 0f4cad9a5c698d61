/** A password on what is served, as a person sets, changes and takes it off: in Chromium, against a real server, and as a visitor meets it. */
import { expect, it } from "vitest";
import { axe, hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import type { Place } from "./place.ts";
import { closed, press, withPlace } from "./with-place.ts";

let place: Place;
let owner: Caller;

const { tab } = withPlace(async (opened) => {
  place = opened;
  owner = await place.server.setUp();
});

it.skipIf(!hasBrowser)(
  "is set, changed and taken off, each shown before it is so",
  async () => {
    const files = { "index.html": "<!doctype html><title>Shop</title><h1>Inside</h1>" };
    const { url } = await place.deploy(owner, files, { project: "shop" });
    /** What who was never here is answered; a browser that has no password would ask for one and wait. */
    const visit = async (password?: string): Promise<number> => {
      if (password === undefined) return (await fetch(url!)).status;
      const context = await place.browser.newContext({ httpCredentials: { username: "me", password } });
      try {
        return (await (await context.newPage()).goto(url!))!.status();
      } finally {
        await context.close();
      }
    };
    const { page, complaints } = await tab("/p/shop/settings", owner);
    const section = page.getByRole("region", { name: "Protection" });
    await section.getByRole("radio", { name: "Everything" }).check();
    expect(await section.getByRole("button", { name: "Save protection" }).getAttribute("title")).toBe(
      "Type the password first.",
    );
    await section.getByLabel("Password", { exact: true }).fill("short");
    await press(page, "Save protection");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Nowhere").waitFor();
    await dialog.getByText("landfall protection set all --project shop").waitFor();
    expect(await axe(page)).toEqual([]);
    await press(page, "Save");
    await dialog.getByText("must have 8 to 200 characters").first().waitFor();
    await page.keyboard.press("Escape");
    await closed(page);
    await section.getByLabel("Password", { exact: true }).fill("canary of the harbour");
    await press(page, "Save protection");
    await press(page, "Save");
    await closed(page);
    await page.getByText("Saved. It is in force now.").waitFor();
    expect([await visit(), await visit("canary of the harbour")]).toEqual([401, 200]);
    expect(await axe(page)).toEqual([]);
    await page.reload();
    await section.getByRole("radio", { name: "Everything", checked: true }).waitFor();
    expect(await page.content()).not.toContain("canary");

    await section.getByRole("radio", { name: "Previews" }).check();
    await press(page, "Save protection");
    expect(await dialog.getByRole("listitem").allInnerTexts()).toHaveLength(1);
    await press(page, "Save");
    await closed(page);
    expect(await visit()).toBe(200);
    await section.getByRole("radio", { name: "Nowhere" }).check();
    await press(page, "Save protection");
    await dialog.getByText("In force at once: everybody sees the site.").waitFor();
    await press(page, "Save");
    await closed(page);

    const other = await tab("/p/shop/settings", await place.server.member(owner, "developer"));
    await other.page.getByText("Nowhere. Everything is open to everybody.").waitFor();
    expect(await other.page.getByRole("button", { name: "Save protection" }).count()).toBe(0);
    expect([...complaints.filter((one) => !one.includes("400")), ...other.complaints]).toEqual([]);
  },
  120_000,
);
