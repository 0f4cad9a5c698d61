/** People of one project and values of the whole organisation, as a person sets them: in Chromium, against a real server. */
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { axe, hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import { openPlace, type Place, type Tab } from "./place.ts";

const shop = { project: "shop", environment: "production" };
const secret = "canary-of-a-shared-value";

let place: Place;
let owner: Caller;
let guest: Caller & { email: string };
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  if (!hasBrowser) return;
  place = await openPlace();
  owner = await place.server.setUp();
  guest = await place.server.member(owner, "guest");
  for (const name of ["shop", "other"]) await owner.client.projects.create({ name });
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});
afterAll(async () => {
  if (hasBrowser) await place[Symbol.asyncDispose]();
});

async function tab(path: string, person: Caller): Promise<Tab> {
  const opened = await place.tab(path, person);
  opened.page.setDefaultTimeout(20_000);
  contexts.push(opened.context);
  return opened;
}

const press = (page: Page, name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
const closed = (page: Page): Promise<void> => page.getByRole("dialog").waitFor({ state: "detached" });

describe.skipIf(!hasBrowser)("one project's people and shared values", () => {
  it("adds a guest to a project, changes the role, and takes it away", async () => {
    const { page, complaints } = await tab("/p/shop/settings", owner);
    await press(page, "Add a collaborator");
    await page.getByLabel("Member").selectOption({ label: `guest (${guest.email}), Guest` });
    expect(await axe(page)).toEqual([]);
    await press(page, "Add");
    await closed(page);
    const row = page.getByRole("table", { name: "Collaborators" }).getByRole("row", { name: guest.email });
    await row.getByText("Developer").waitFor();

    const theirs = await tab("/", guest);
    await theirs.page.getByRole("link", { name: "shop" }).first().waitFor();
    expect(await theirs.page.getByText("other", { exact: true }).count()).toBe(0);
    await theirs.page.goto(`${place.server.url}/p/shop/variables`);
    await theirs.page.getByRole("button", { name: "Add variables" }).first().waitFor();

    await press(page, "Change role here: guest");
    await page.getByLabel("Viewer").check();
    await press(page, "Change role");
    await closed(page);
    await row.getByText("Viewer").waitFor();
    await theirs.page.reload();
    await theirs.page.getByText("Your role may look at variables, and not change them.").waitFor();

    await press(page, "Remove guest from the project");
    await press(page, "Remove");
    await closed(page);
    await page.getByText("Nobody has a role in this project alone").waitFor();
    expect(await axe(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("keeps a shared value, gives it to a project, and shows it nowhere", async () => {
    const { page, complaints } = await tab("/team", owner);
    await press(page, "Add a shared value");
    await page.getByLabel("Name", { exact: true }).fill("MAIL_TOKEN");
    await page.getByLabel("Value", { exact: true }).fill(secret);
    await press(page, "Save");
    await closed(page);
    const values = page.getByRole("table", { name: "Shared values" });
    await values.getByRole("row", { name: /MAIL_TOKEN.*Secret.*Never shown.*Nothing/ }).waitFor();
    expect(await axe(page)).toEqual([]);

    await page.goto(`${place.server.url}/p/shop/variables`);
    await press(page, "Use a shared value");
    await page.getByLabel("Shared value", { exact: true }).selectOption("MAIL_TOKEN");
    await page.getByLabel("Name here").fill("MAILER");
    expect(await axe(page)).toEqual([]);
    await press(page, "Use it");
    await closed(page);
    const mapped = page.getByRole("table", { name: "Shared values in production" });
    await mapped.getByRole("row", { name: /MAILER.*MAIL_TOKEN/ }).waitFor();
    expect(await owner.client.shared.mappings(shop)).toMatchObject({ mappings: [{ key: "MAILER" }] });
    expect(await page.content()).not.toContain(secret);

    await press(page, "No shared value for MAILER any more");
    await press(page, "Take away");
    await closed(page);
    await mapped.waitFor({ state: "detached" });
    await page.goto(`${place.server.url}/team`);
    await press(page, "Remove MAIL_TOKEN");
    await press(page, "Remove");
    await closed(page);
    await page.getByText("There are no shared values").waitFor();
    expect(complaints).toEqual([]);
  });
});
