/** The first page, with more deployments than it asks for in one go. */
import { describe, expect, it } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import type { Place } from "./place.ts";
import { soon, withPlace } from "./with-place.ts";

const older = 24;
const site = (count: number) => ({ "index.html": `<!doctype html><title>Pier</title><p>Pier ${count}` });

describe.runIf(hasBrowser)("projects", { timeout: 240_000 }, () => {
  let owner: Caller;
  const place = withPlace(async (opened: Place) => {
    owner = await opened.server.setUp();
    const upload = await opened.upload(owner, site(0));
    for (let count = 0; count < older; count += 1)
      await owner.client.deployments.create({ project: `pier-${count}`, source: { upload } });
    // So many that the older ones are none of the newest.
    for (let count = 0; count < 100; count += 1)
      await owner.client.deployments.create({
        project: "zattere",
        source: { upload: await opened.upload(owner, site(count)) },
      });
  });

  it("ask for the last deployment of an older one while it is seen", async () => {
    const { page } = await place.tab("/no-such-page", owner);
    const asked = new Set<string>();
    page.on("request", (request) => {
      if (request.url().includes("/rpc/deployments/get")) asked.add(request.postData() ?? request.url());
    });
    await page.setViewportSize({ width: 320, height: 600 });
    await page.goto("/");
    const cards = page.getByRole("article");
    const told = (name: string) =>
      cards.filter({ has: page.getByRole("heading", { name, exact: true }) }).locator("time");
    await told("pier-0").waitFor();
    expect(await cards.count()).toBe(older + 1);
    expect(asked.size).toBeLessThan(older / 2);
    await told("zattere").waitFor();
    await cards.filter({ hasText: "pier-9" }).scrollIntoViewIfNeeded();
    await expect.poll(() => told("pier-9").count(), soon).toBe(1);
  });
});
