/** People of one project and values of the whole organisation, as a person sets them: in Chromium, against a real server. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { axe, hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import type { Place } from "./place.ts";
import { closed, press, withPlace } from "./with-place.ts";

const shop = { project: "shop", environment: "production" };
const folder = mkdtempSync(join(tmpdir(), "landfall-shop-"));
const secret = "canary-of-a-shared-value";

let place: Place;
let owner: Caller;
let guest: Caller & { email: string };

const { tab } = withPlace(async (opened) => {
  place = opened;
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Shop</title><p>Shop");
  owner = await place.server.setUp();
  guest = await place.server.member(owner, "guest");
  for (const name of ["shop", "other"]) await owner.client.projects.create({ name });
});
afterAll(() => rmSync(folder, { recursive: true }));

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

  it("shows a guest what is open to them, and says of the rest which role it needs", async () => {
    const { page, complaints } = await tab("/", guest);
    await page.getByText("When somebody deploys one, or adds you to one, it is here.").waitFor();
    await page.waitForTimeout(500);
    // No project is theirs, so nothing is followed, and nothing said to have failed.
    expect(complaints).toEqual([]);
    await owner.client.collaborators.set({ project: "shop", email: guest.email, role: "developer" });
    await page.reload();
    const links = page.getByRole("list", { name: "Landfall" }).getByRole("link");
    await links.first().waitFor();
    expect(await links.allInnerTexts()).toEqual(["Projects", "Team", "Your settings"]);
    await page.keyboard.press("Control+k");
    await page.getByRole("option", { name: "Team" }).first().waitFor();
    expect(await page.getByRole("option", { name: /Servers|Connections|Activity|New project/ }).count()).toBe(0);
    for (const [path, role] of [
      ["/servers", "Viewer"],
      ["/connections", "Viewer"],
      ["/new", "Developer"],
      ["/activity", "Administrator"],
    ] as const) {
      await page.goto(path);
      await page.getByText(`This page needs the role ${role} in `).waitFor();
      await page.getByText(/Ask an owner or administrator of .* for the role\./).waitFor();
      expect(await axe(page)).toEqual([]);
    }
    await page.goto("/p/other");
    await page.getByText("This page needs the role Viewer in other").waitFor();
    for (const part of ["", "/deployments", "/variables", "/domains", "/settings"]) {
      await page.goto(`/p/shop${part}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
      const told = (await page.getByRole("alert").allInnerTexts()).filter((one) => one !== "");
      expect({ part, told }).toEqual({ part, told: [] });
    }
    // Nothing was asked for that the server refuses.
    expect(complaints).toEqual([]);
  });

  it("lets a guest deploy the project they develop to where it goes, and a viewer of it not", async () => {
    const { page, complaints } = await tab("/", guest);
    await page.getByRole("link", { name: "Deploy a new version of shop" }).click();
    await page.locator("[data-source=folder]").setInputFiles(folder);
    await press(page, "Continue");
    await page.getByText("It goes to this server.").waitFor();
    await press(page, "Continue");
    await press(page, "Deploy");
    await page.getByRole("heading", { name: /shop is online/ }).waitFor();
    const { userId } = await owner.client.collaborators.set({ project: "shop", email: guest.email, role: "viewer" });
    await page.goto("/p/shop");
    await page.getByRole("heading", { name: "Production" }).waitFor();
    expect(await page.getByRole("link", { name: "Deploy", exact: true }).count()).toBe(0);
    await page.goto("/new?project=shop");
    await page.getByText("This page needs the role Developer in shop").waitFor();
    await page.getByText("Your role in shop is Viewer.").waitFor();
    expect(complaints).toEqual([]);
    await owner.client.collaborators.remove({ project: "shop", userId });
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
