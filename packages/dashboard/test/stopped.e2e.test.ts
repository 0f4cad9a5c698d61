/** A project taken offline and brought back from its page: in Chromium, against a real server, and as a visitor meets it. */
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
  "is said before and after it is done, and shown wherever the project is",
  async () => {
    const { url } = await place.deploy(owner, { "index.html": "<h1>Inside</h1>" }, { project: "shop" });
    const visit = async (): Promise<number> => (await fetch(url!)).status;
    const { page, complaints } = await tab("/p/shop", owner);
    const dialog = page.getByRole("dialog");
    await press(page, "Stop production");
    await dialog.getByText("landfall stop shop").waitFor();
    expect(await axe(page)).toEqual([]);
    expect(await visit()).toBe(200);
    await press(page, "Stop");
    await closed(page);
    await page.getByRole("region", { name: "Production" }).getByText("; visitors are told so").waitFor();
    await page.getByRole("region", { name: "Environments" }).getByText("Stopped", { exact: true }).waitFor();
    expect(await visit()).toBe(503);
    expect(await axe(page)).toEqual([]);
    const all = await tab("/", owner);
    await all.page.getByRole("article").getByText("Stopped", { exact: true }).waitFor();

    const viewer = await tab("/p/shop", await place.server.member(owner, "viewer"));
    await viewer.page.getByText("; visitors are told so").waitFor();
    expect(await viewer.page.getByRole("button", { name: "Start production" }).count()).toBe(0);

    await press(page, "Start production");
    await dialog.getByText("landfall start shop").waitFor();
    await press(page, "Start");
    await closed(page);
    await page.getByRole("button", { name: "Stop production" }).waitFor();
    expect(await visit()).toBe(200);
    expect([...complaints, ...all.complaints, ...viewer.complaints]).toEqual([]);
  },
  120_000,
);
