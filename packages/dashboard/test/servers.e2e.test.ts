/** Machines as whoever runs Landfall drains, takes back, removes and adds them: in Chromium, against a real server. */
import { hostname } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import { databases } from "../../engine/test/store/databases.ts";
import { startPostgres } from "../../engine/test/store/postgres-server.ts";
import { axe, hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import { openPlace, type Place } from "./place.ts";
import { closed, press, withPlace } from "./with-place.ts";

let place: Place;
let owner: Caller;
let attending: AsyncDisposable;

const { tab } = withPlace(async (opened) => {
  place = opened;
  owner = await place.server.setUp();
  attending = await place.server.engine.servers.attend({ roles: ["api", "worker", "edge"], version: "1.0.0" });
});
afterAll(async () => attending?.[Symbol.asyncDispose]());

describe.skipIf(!hasBrowser)("machines", () => {
  it("are drained and taken back; a deployment that waits for one says so on its page", async () => {
    const { page, complaints } = await tab("/servers", owner);
    const row = page.getByRole("table", { name: "Machines" }).getByRole("row", { name: new RegExp(hostname()) });
    await row.getByText("Reachable").waitFor();
    expect(await row.getByRole("button", { name: `Remove ${hostname()}` }).getAttribute("title")).toBe(
      "It was heard of in the last minute.",
    );
    expect(await page.getByRole("button", { name: "Add a machine" }).getAttribute("title")).toContain("PostgreSQL");
    await press(page, `Drain ${hostname()}`);
    await page.getByText("What it serves goes on being served: visitors notice nothing.").waitFor();
    await page.getByText(`landfall servers drain ${hostname()}`).waitFor();
    expect(await axe(page)).toEqual([]);
    await press(page, "Drain");
    await closed(page);
    await row.getByText("Drained").waitFor();
    expect(await axe(page)).toEqual([]);

    const upload = await place.upload(owner, { "index.html": "<!doctype html><title>Shop</title>" });
    const { id } = await owner.client.deployments.create({ project: "shop", source: { upload }, prebuilt: true });
    const other = await tab(`/p/shop/deployments/${id}`, owner);
    await other.page.getByText("Every machine that could work on it is drained.").waitFor();
    expect(await axe(other.page)).toEqual([]);

    await press(page, `Take back ${hostname()}`);
    await press(page, "Take back");
    await closed(page);
    await row.getByText("Reachable").waitFor();
    await other.page.getByText("Every machine that could work on it is drained.").waitFor({ state: "detached" });
    expect([...complaints, ...other.complaints]).toEqual([]);
  });

  it("are seen and not changed by a developer", async () => {
    const { page, complaints } = await tab("/servers", await place.server.member(owner, "developer"));
    await page.getByText("Reachable").waitFor();
    for (const name of [/Add a machine/, /^Drain/, /^Remove/])
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it.runIf(databases.some(({ kind }) => kind === "postgres"))(
    "are added with the commands that are to be run there",
    async () => {
      await using database = await startPostgres();
      await using other = await openPlace({ databaseUrl: await database.url() });
      const { page, complaints, context } = await other.tab("/servers", await other.server.setUp());
      await press(page, "Add a machine");
      await page.getByText("landfall serve --roles worker", { exact: true }).waitFor();
      expect(await page.getByRole("dialog").innerText()).toMatch(
        /DATABASE_URL[\s\S]*TOKEN_ENCRYPTION_KEY[\s\S]*LANDFALL_STORE/,
      );
      expect(await axe(page)).toEqual([]);
      await page.getByRole("radio", { name: "Work on deployments and serve" }).check();
      await press(page, "Copy command");
      expect(await page.evaluate("navigator.clipboard.readText()")).toBe("landfall serve --roles worker,edge");
      await page.keyboard.press("Escape");
      await closed(page);
      expect(complaints).toEqual([]);
      await context.close();
    },
    60_000,
  );
});
