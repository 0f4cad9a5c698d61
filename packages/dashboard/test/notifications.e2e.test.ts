/** Places that are told of deployments, as a person adds, tries and removes them: in Chromium, against a real server and a real receiver. */
import { afterAll, describe, expect, it } from "vitest";
import { isSigned, openReceiver, type Receiver } from "../../engine/test/receiver.ts";
import { axe, hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import { openPostOffice } from "../../server/test/post-office.ts";
import { openPlace, type Place } from "./place.ts";
import { closed, press, soon, withPlace } from "./with-place.ts";

let place: Place;
let owner: Caller;
let receiver: Receiver;

const { tab } = withPlace(async (opened) => {
  place = opened;
  receiver = await openReceiver();
  owner = await place.server.setUp();
  await owner.client.projects.create({ name: "shop" });
});
afterAll(async () => receiver?.[Symbol.asyncDispose]());

describe.skipIf(!hasBrowser)("notifications", () => {
  it("are added, tried out, told of a deployment, looked at and removed", async () => {
    const { page, complaints } = await tab("/p/shop/settings", owner);
    await page.getByText("Nobody is told").waitFor();
    await press(page, "Add a place");
    await page.getByLabel("Kind").selectOption({ label: "Email" });
    await page.getByText("This server sends no mail. Whoever runs it").waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByLabel("Kind").selectOption({ label: "Webhook" });
    await page.getByLabel("URL", { exact: true }).fill("http://example.com/");
    await press(page, "Add");
    await page.getByText("must begin with https://").last().waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByLabel("URL", { exact: true }).fill(receiver.url("/canary-in-an-address"));
    await page.getByLabel("Name").fill("Our receiver");
    await page.getByLabel("Deployments that were cancelled").check();
    await page.getByRole("radio", { name: "All environments" }).check();
    await press(page, "Add");
    await page.getByText("It is shown this once.").waitFor();
    const secret = await page.getByText(/^whsec_/).innerText();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await closed(page);

    const row = page.getByRole("table", { name: "Notifications" }).getByRole("row", { name: /Our receiver/ });
    await row.getByText("Succeeded, failed, and cancelled, all environments").waitFor();
    await press(page, "Test Our receiver");
    await page.getByText("Our receiver took the test message. It answered 204.").waitFor();
    expect(isSigned(receiver.got[0]!, secret)).toBe(true);
    expect(await axe(page)).toEqual([]);
    receiver.answer = (response) => void response.writeHead(500).end();
    const told = row.locator("time");
    const first = (await told.getAttribute("datetime"))!;
    await expect.poll(() => Date.now() - Date.parse(first), soon).toBeGreaterThan(2_000);
    await press(page, "Test Our receiver");
    await page.getByText("Our receiver did not take the test message. It answered 500.").waitFor();
    await expect.poll(() => told.getAttribute("datetime"), soon).not.toBe(first);
    expect(await told.innerText(), "what has just happened is not to come").not.toMatch(/^in /);
    receiver.answer = (response) => void response.writeHead(204).end();

    const { id } = await place.deploy(
      owner,
      { "index.html": "<!doctype html><title>Shop</title>" },
      { project: "shop" },
    );
    await press(page, "What Our receiver was told");
    const messages = page.getByRole("dialog").getByRole("listitem");
    await messages.filter({ hasText: "Deployment succeeded" }).getByText("Delivered").waitFor();
    expect(await messages.filter({ hasText: "Test message" }).count()).toBe(2);
    expect(await messages.getByRole("link").first().getAttribute("href")).toBe(`/p/shop/deployments/${id}`);
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await closed(page);
    expect(await page.content()).not.toContain("canary-in-an-address");
    expect(await page.content()).not.toContain(secret);

    await press(page, "Edit Our receiver");
    await page.getByText("Empty: it stays so.").waitFor();
    expect(await page.getByLabel("URL", { exact: true }).inputValue()).toBe("");
    expect(await page.getByRole("button", { name: "Save" }).getAttribute("title")).toBe("Nothing is changed.");
    await page.getByLabel("URL", { exact: true }).fill("http://example.com/");
    await press(page, "Save");
    await page.getByText("must begin with https://").last().waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByLabel("URL", { exact: true }).fill("");
    await page.getByLabel("Name").fill("Receiver of ours");
    await page.getByLabel("Deployments that succeeded").uncheck();
    await press(page, "Save");
    await closed(page);
    const renamed = page.getByRole("table", { name: "Notifications" }).getByRole("row", { name: /Receiver of ours/ });
    await renamed.getByText("Failed and cancelled, all environments").waitFor();
    await press(page, "What Receiver of ours was told");
    const before = receiver.got.length;
    await messages
      .filter({ hasText: "Deployment succeeded" })
      .getByRole("button", { name: "Send again: Deployment succeeded" })
      .click();
    await expect.poll(() => receiver.got.length, soon).toBe(before + 1);
    expect([receiver.got.at(-1)!.path, isSigned(receiver.got.at(-1)!, secret)]).toEqual([
      "/canary-in-an-address",
      true,
    ]);
    await messages.filter({ hasText: "It answered 204. Try 2." }).getByText("Delivered").waitFor();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await closed(page);

    await press(page, "Remove Receiver of ours");
    await press(page, "Remove");
    await closed(page);
    await page.getByText("Nobody is told").waitFor();
    // A refused address is an answer that the browser notes as an error.
    expect(complaints.filter((one) => !one.includes("400"))).toEqual([]);
  });

  it("are seen and not changed by a viewer", async () => {
    await owner.client.notifications.save({ project: "shop", kind: "webhook", address: receiver.url(), name: "Ours" });
    const { page, complaints } = await tab("/p/shop/settings", await place.server.member(owner, "viewer"));
    await press(page, "What Ours was told");
    await page.getByText("Nothing yet").waitFor();
    await page.keyboard.press("Escape");
    await closed(page);
    for (const name of ["Add a place", "Test Ours", "Edit Ours", "Remove Ours", "Send again"])
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(!hasBrowser)("notifications of one's own", () => {
  it("are not offered where no mail is sent", async () => {
    const { page } = await tab("/settings", owner);
    const part = page.getByRole("region", { name: "Notifications" });
    await part.getByText("This server sends no mail. Whoever runs it").waitFor();
    expect(await part.getByRole("checkbox").count()).toBe(0);
  });

  it("are chosen, and come by mail", async () => {
    await using post = await openPostOffice();
    await using mailing = await openPlace({ mail: post.mail });
    const person = await mailing.server.setUp();
    const { page, complaints } = await mailing.tab("/settings", person);
    page.setDefaultTimeout(soon.timeout);
    await page.getByLabel("When one succeeded").check();
    const saved = async () => (await person.client.ownNotifications.get({})).events;
    await expect.poll(saved, soon).toEqual(["succeeded"]);
    await page.reload();
    expect(await page.getByLabel("When one succeeded").isChecked()).toBe(true);
    expect(await page.getByLabel("When one failed").isChecked()).toBe(false);
    expect(await axe(page)).toEqual([]);
    await mailing.deploy(person, { "index.html": "<!doctype html><title>Quay</title><p>one" }, { project: "quay" });
    const { email } = (await person.client.me({})).user;
    expect((await post.letterTo(email)).subject).toBe("quay: a deployment of production succeeded.");
    expect(complaints).toEqual([]);
  });
});
