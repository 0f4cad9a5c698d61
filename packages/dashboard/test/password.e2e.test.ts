/** An invitation and a forgotten password, from the letter in the box to the page one comes to, with nothing but a keyboard where it counts. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axe, hasBrowser, overflow } from "../../react/test/browser.ts";
import { type Caller, password } from "../../server/test/harness.ts";
import { openPostOffice, type PostOffice } from "../../server/test/post-office.ts";
import { openPlace, type Place } from "./place.ts";
import { press, soon } from "./with-place.ts";

const ada = "ada@example.com";
const newPassword = "a quite different one";

describe.runIf(hasBrowser)("with mail", () => {
  let post: PostOffice;
  let place: Place;
  let owner: Caller;
  beforeAll(async () => {
    post = await openPostOffice();
    place = await openPlace({ mail: post.mail });
    owner = await place.server.setUp();
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    await post[Symbol.asyncDispose]();
  });

  async function open(address: string, person?: Caller): Promise<Page> {
    const { page } = await place.tab(address, person);
    page.setDefaultTimeout(soon.timeout);
    return page;
  }
  const heading = (page: Page, name: string): Promise<void> => page.getByRole("heading", { name, level: 1 }).waitFor();

  it("an owner invites, sees that it was mailed, and the recipient comes in by the letter", async () => {
    const page = await open("/team", owner);
    await press(page, "Invite");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Email").fill(ada);
    await dialog.getByRole("button", { name: "Invite" }).click();
    await dialog.getByText(`It was mailed to ${ada}; you can send it yourself too.`).waitFor();
    const { link } = await post.letterTo(ada);
    expect(await dialog.innerText()).toContain(link);

    const theirs = await open(link);
    await theirs.getByLabel("Your name").fill("Ada");
    await theirs.getByLabel("Email").fill(ada);
    await theirs.getByLabel("Password").fill(password);
    await press(theirs, "Make the account and join");
    await heading(theirs, "Projects");
  });

  it("whoever forgot the password asks, follows the letter once, and signs in; every other tab is signed out", async () => {
    const elsewhere = await open("/", await place.server.signIn(ada));
    await heading(elsewhere, "Projects");

    const page = await open("/sign-in");
    const forgot = page.getByRole("link", { name: "Forgot password?" });
    await forgot.focus();
    await page.keyboard.press("Enter");
    await heading(page, "Forgot your password?");
    const email = page.getByLabel("Email");
    await email.and(page.locator(":focus")).waitFor();
    await page.keyboard.type("no address");
    await page.keyboard.press("Enter");
    await page.getByText("This is no email address.").waitFor();
    expect(await email.getAttribute("aria-invalid")).toBe("true");
    await email.fill("Ada@Example.com ");
    await page.keyboard.press("Enter");
    await heading(page, "Look in your mail");
    await page.getByText(`If there is an account with ${ada}`).waitFor();
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("status");

    const { link } = await post.letterTo(ada, /new password/);
    const chosen = await open(link);
    await heading(chosen, "Choose a new password");
    // What opens the account stands in no history.
    expect(chosen.url()).toBe(`${place.server.url}/reset-password`);
    const field = chosen.getByLabel("New password");
    expect(await field.getAttribute("autocomplete")).toBe("new-password");
    expect(await chosen.locator("input[autocomplete=username]").inputValue()).toBe(ada);
    await field.fill("short");
    await chosen.keyboard.press("Enter");
    await chosen.getByText("Too short: 7 more characters.").waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await field.getAttribute("aria-describedby")).toMatch(/-fault$/);
    await field.fill(newPassword);
    await chosen.keyboard.press("Enter");
    await chosen.getByText("Your password is changed.").waitFor();
    expect(await chosen.getByLabel("Email").inputValue()).toBe(ada);
    await chosen.getByLabel("Password").fill(newPassword);
    await chosen.keyboard.press("Enter");
    await heading(chosen, "Projects");

    await elsewhere.getByRole("link", { name: "Connections" }).first().click();
    await elsewhere.getByText("Your session has ended.").waitFor();
    await post.letterTo(ada, /was changed/);

    const again = await open(link);
    await again.getByLabel("New password").fill("and one more of them");
    await press(again, "Change the password");
    await again.getByRole("alert").getByText("This link was used, replaced by another, or has ended.").waitFor();
    await again.getByRole("link", { name: "Ask for a new one" }).click();
    await heading(again, "Forgot your password?");
  });

  it("says the same about an address nobody has", async () => {
    const letters = post.received.length;
    const page = await open("/forgot-password");
    await page.getByLabel("Email").fill("nobody@example.com");
    await press(page, "Send the link");
    await heading(page, "Look in your mail");
    await page.getByText("If there is an account with nobody@example.com").waitFor();
    expect(post.received.length).toBe(letters);
  });

  it.each(["light", "dark"] as const)("has pages in %s that are accessible and fit 320 px", async (theme) => {
    const faults: string[] = [];
    const pages = {
      "/sign-in": async () => {},
      "/forgot-password": async (page: Page) => press(page, "Send the link"),
      "/reset-password#token:ada%40example.com": async (page: Page) => press(page, "Change the password"),
      "/reset-password": async () => {},
    };
    for (const [address, spoil] of Object.entries(pages)) {
      const { page, context, complaints } = await place.tab(address, undefined, { colorScheme: theme });
      await page.waitForSelector("h1");
      await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        if ((await overflow(page)) > 0) faults.push(`${address} at ${width} scrolls sideways`);
        faults.push(...(await axe(page)).map((one) => `${address} at ${width}: ${one}`));
      }
      await spoil(page);
      faults.push(...(await axe(page)).map((one) => `${address} with a fault: ${one}`));
      faults.push(...complaints.map((one) => `${address}: ${one}`));
      await context.close();
    }
    const { page, context } = await place.tab("/forgot-password", undefined, { colorScheme: theme });
    await page.getByLabel("Email").fill("somebody.with.a.rather.long.address.of.their.own@mail.example.com");
    await press(page, "Send the link");
    await heading(page, "Look in your mail");
    await page.setViewportSize({ width: 320, height: 900 });
    if ((await overflow(page)) > 0) faults.push("what was sent scrolls sideways");
    faults.push(...(await axe(page)).map((one) => `what was sent: ${one}`));
    await context.close();
    expect(faults).toEqual([]);
  });
});

describe.runIf(hasBrowser)("without mail", () => {
  it("the sign-in page says that an owner can make a link, and the next one how", async () => {
    await using place = await openPlace();
    await place.server.setUp();
    const { page } = await place.tab("/sign-in");
    page.setDefaultTimeout(soon.timeout);
    await page.getByText("An owner can make a link to a new one on the server’s machine.").waitFor();
    await page.getByRole("link", { name: "Forgot password?" }).click();
    await page.getByText("landfall reset-password you@example.com").waitFor();
    expect(await axe(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 900 });
    expect(await overflow(page)).toBe(0);
  });
});
