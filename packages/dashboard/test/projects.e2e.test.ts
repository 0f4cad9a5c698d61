/** The first page: what it says of projects, and what it asks for that. */
import { expect, it, describe } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import type { Place } from "./place.ts";
import { soon, withPlace } from "./with-place.ts";

const many = 24;
const site = { "index.html": "<!doctype html><title>Pier</title><p>Pier" };

describe.runIf(hasBrowser)("projects", { timeout: 240_000 }, () => {
  let owner: Caller;
  const place = withPlace(async (opened: Place) => {
    owner = await opened.server.setUp();
    const upload = await opened.upload(owner, site);
    for (let count = 0; count < many; count += 1)
      await owner.client.deployments.create({
        project: `pier-${count}`,
        source: { upload },
        message: `Boards ${count}`,
      });
    await owner.client.projects.create({ name: "zattere" });
  });

  it("ask once for all cards, with the last deployment of each", async () => {
    const { page } = await place.tab("/no-such-page", owner);
    const asked: string[] = [];
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (/^\/rpc\/(?:projects|deployments)\//.test(pathname)) asked.push(pathname);
    });
    await page.setViewportSize({ width: 320, height: 600 });
    await page.goto("/");
    const card = (name: string) =>
      page.getByRole("article").filter({ has: page.getByRole("heading", { name, exact: true }) });
    await card("zattere").getByText("Never deployed").waitFor();
    expect(await page.getByRole("article").count()).toBe(many + 1);
    for (let count = 0; count < many; count += 1)
      expect(
        await card(`pier-${count}`)
          .getByRole("link", { name: `Boards ${count}` })
          .count(),
      ).toBe(1);
    expect(await page.locator("article time").count()).toBe(many);
    await expect.poll(() => card("pier-0").getByText("This server").count(), soon).toBe(1);
    expect(new Set(asked)).toEqual(new Set(["/rpc/projects/list"]));
  });

  it("are found in the palette, and their deployments by what those are called", async () => {
    const { page } = await place.tab("/", owner);
    await page.getByRole("heading", { name: "Projects" }).waitFor();
    await page.keyboard.press("Control+K");
    await page.getByRole("combobox").fill("pier-7 boards");
    const found = page.getByRole("option");
    await found.filter({ hasText: "Boards 7" }).waitFor();
    expect(await found.allInnerTexts()).toEqual([expect.stringMatching(/^Boards 7\s+pier-7 · \w+ · production/)]);
  });
});
