import { afterAll, beforeAll, expect, it } from "vitest";
import type { Caller } from "../../server/test/harness.ts";
import { openPlace, type Place } from "./place.ts";

let place: Place;
let owner: Caller;

beforeAll(async () => {
  place = await openPlace({ browser: "/usr/bin/chromium" });
  owner = await place.server.setUp();
});
afterAll(() => place[Symbol.asyncDispose]());

it("shows the picture of a site beside its address some seconds after the end, without being asked again", async () => {
  const source = {
    upload: await place.upload(owner, { "index.html": "<!doctype html><title>x</title><h1>Hello</h1>" }),
  };
  const { id } = await owner.client.deployments.create({ project: "site", source });
  const { page, complaints } = await place.tab(`/p/site/deployments/${id}`, owner);
  const card = page.getByRole("region", { name: "site is online" });
  const picture = card.getByRole("img", { name: /^The first page of site on / });
  await card.waitFor();
  await picture.waitFor({ timeout: 60_000 });
  await expect.poll(() => page.evaluate("document.querySelector('section img').naturalWidth")).toBe(1280);
  expect(complaints).toEqual([]);

  await page.reload();
  await picture.waitFor();
  const other = await owner.client.deployments.list({ project: "site" });
  expect(other.deployments.map(({ screenshot }) => screenshot !== null)).toEqual([true]);
});
