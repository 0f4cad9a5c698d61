/** Names of a project's own, in Chromium against a simulated vendor: there at once, while what stands behind each is still being asked. */
import { describe, expect, it } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import { browse, wayBack } from "../../server/test/vendors.ts";
import { closed, held, press, soon, withPlace } from "./with-place.ts";

const names = ["a", "b", "c", "d", "e", "f"].map((label) => `${label}.example.org`);

let owner: Caller;
const { tab } = withPlace(async (place) => {
  owner = await place.server.setUp();
  await browse(place.server, owner, await wayBack(owner, "vercel"));
  const files = { "index.html": "<!doctype html><title>Tides</title><p>Tides" };
  await place.deploy(owner, files, { project: "tides", platform: "vercel" });
  for (const name of names) await owner.client.domains.add({ project: "tides", name });
});

describe.skipIf(!hasBrowser)("domains of a project", { timeout: 120_000 }, () => {
  it("are there at once, and a few at a time are asked about", async () => {
    const { page, complaints } = await tab("/activity", owner);
    const checks = await held(page, "domains/check");
    await page.goto("/p/tides/domains");
    for (const name of names) await page.getByRole("region", { name }).getByText("Being checked").waitFor();
    await expect.poll(() => checks.count(), soon).toBe(3);
    await checks.letGo();
    for (const name of names) await page.getByRole("region", { name }).getByText("Not there yet").waitFor();
    expect(complaints).toEqual([]);
  });

  it("are named on the project's own page while they are being checked", async () => {
    const { page } = await tab("/activity", owner);
    const checked = await held(page, "domains/list", (body) => !body.includes('"check":false'));
    await page.goto("/p/tides");
    const list = page.getByRole("region", { name: "Domains" });
    for (const name of names) await list.getByRole("listitem").filter({ hasText: name }).waitFor();
    expect(await list.getByText("Being checked").count()).toBe(names.length);
    await expect.poll(() => checked.count(), soon).toBe(1);
    await checked.letGo();
    await expect.poll(() => list.getByText("Not ready").count(), soon).toBe(names.length);
  });

  it("are added when the platform has them, whatever else is asked for then", async () => {
    const { page } = await tab("/p/tides/domains", owner);
    await press(page, "Add a domain");
    await page.getByLabel("Domain", { exact: true }).fill("g.example.org");
    const lists = await held(page, "domains/list");
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await closed(page);
    await lists.letGo();
    await page.getByRole("region", { name: "g.example.org" }).waitFor();
  });
});
