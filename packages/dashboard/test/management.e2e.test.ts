/** Variables, connections, people, keys, the record and the end of a project, as a person does them: in Chromium, against a real server. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import { type Caller, password } from "../../server/test/harness.ts";
import type { Place } from "./place.ts";
import { closed, press, soon, withPlace } from "./with-place.ts";

const secret = "sk_live_canary_of_the_test";
const files = {
  "package.json": JSON.stringify({ name: "shop", private: true, type: "module", scripts: { start: "node server.js" } }),
  "server.js": `import { createServer } from "node:http";
const { GREETING = "welcome", PAYMENT_KEY } = process.env;
createServer((request, response) => response.end(GREETING + (PAYMENT_KEY ? " paid" : " free"))).listen(process.env.PORT);
`,
};
/** Reads a variable without which it is nothing. */
const needyServer = `import { createServer } from "node:http";
const url = process.env.ORDERS_URL;
createServer((request, response) => response.end("orders go to " + url)).listen(process.env.PORT);
`;
let place: Place;
let owner: Caller;

const { tab } = withPlace(async (opened) => {
  place = opened;
  owner = await place.server.setUp();
});

/** All that a page has and keeps: elements with what is typed in them, address, storage. */
function keptBy(page: Page): Promise<string> {
  return page.evaluate(`[
    document.documentElement.outerHTML,
    ...[...document.querySelectorAll("input, textarea")].map(({ value }) => value),
    location.href, JSON.stringify(localStorage), JSON.stringify(sessionStorage),
  ].join("\\n")`);
}

describe.skipIf(!hasBrowser)("management", () => {
  it("says which variables the live deployment was not given, and of none that is as it was", async () => {
    const quay = { project: "quay", environment: "production" };
    await owner.client.variables.set({ ...quay, values: { GREETING: "good day", PORTION: "1" } });
    await place.deploy(owner, files, { project: "quay" });
    await owner.client.variables.set({ ...quay, values: { GREETING: "good night", PORTION: "2" } });
    await owner.client.variables.set({ ...quay, values: { GREETING: "good day" } });
    const { page } = await tab("/p/quay/variables", owner);
    await page.getByText("Changed since the live deployment: PORTION. This takes effect with the next").waitFor();
  });

  it("sets, changes, puts back and removes variables; a secret stays nowhere", async () => {
    await place.deploy(owner, files, { project: "shop" });
    const { page, complaints } = await tab("/p/shop/variables", owner);
    await page.getByText("production has no variables").waitFor();

    await page.getByRole("button", { name: "Add variables" }).first().click();
    // What comes first is to type a name: nothing more has to be pressed.
    const name = page.getByRole("dialog").getByLabel("Name of the new variable");
    await expect.poll(() => name.evaluate((field) => field === field.ownerDocument.activeElement), soon).toBe(true);
    await page.getByRole("dialog").getByRole("button", { name: "Edit as text" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill(`PAYMENT_KEY=${secret}\nGREETING="good\nday"\n`);
    await press(page, /Use|Apply|Done|Back to/);
    await press(page, "Save 2 variables");
    await closed(page);
    const table = page.getByRole("table", { name: "Variables of production" });
    await table.getByRole("row", { name: /PAYMENT_KEY.*Secret/ }).waitFor();
    expect(await keptBy(page)).not.toContain(secret);

    await press(page, "Show value of GREETING");
    await table.getByText("good\nday").waitFor();
    expect(await page.getByRole("button", { name: "Show value of PAYMENT_KEY" }).count()).toBe(0);
    await page.getByText(/Changed since the live deployment: .*This takes effect/).waitFor();

    await press(page, "Change PAYMENT_KEY");
    expect(await page.getByLabel("Value", { exact: true }).inputValue()).toBe("");
    await page.getByLabel("Value", { exact: true }).fill(`${secret}-2`);
    await press(page, "Save");
    await closed(page);
    await press(page, "Change GREETING");
    await page.getByLabel("Value", { exact: true }).fill("good night");
    await press(page, "Save");
    await closed(page);
    expect(await keptBy(page)).not.toContain(secret);

    await press(page, "History of GREETING");
    const heading = page.getByRole("dialog").getByRole("heading", { name: "History of GREETING" });
    await expect.poll(() => heading.evaluate((one) => one === one.ownerDocument.activeElement), soon).toBe(true);
    await page.getByRole("dialog").getByText("landfall env history GREETING --project shop").waitFor();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /Put back/ })
      .first()
      .click();
    await page.getByRole("dialog").getByRole("listitem").nth(2).waitFor();
    await press(page, "Close");
    await table.getByText("good\nday").waitFor();

    await press(page, "Remove GREETING");
    await press(page, "Remove");
    await closed(page);
    await table.getByText("GREETING").waitFor({ state: "detached" });
    expect(await keptBy(page)).not.toContain(secret);
    const { variables } = await owner.client.variables.list({ project: "shop", environment: "production" });
    expect(variables.map(({ key, value, sensitive }) => ({ key, value, sensitive }))).toEqual([
      { key: "PAYMENT_KEY", value: null, sensitive: true },
    ]);
    expect(complaints).toEqual([]);
  });

  it("gives a file of the variables without the secrets, and redeploys with them", async () => {
    const { page } = await tab("/p/shop/variables", owner);
    await page.getByRole("row", { name: /PAYMENT_KEY/ }).waitFor();
    const download = page.waitForEvent("download");
    await press(page, "Export");
    expect((await download).suggestedFilename()).toMatch(/env\.?production/);
    await page.getByText("Secrets are not in the file: PAYMENT_KEY.").waitFor();
    await press(page, "Redeploy");
    await page.getByRole("dialog").getByText("PAYMENT_KEY").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Redeploy" }).click();
    await page.waitForURL(/\/shop\/deployments\/dep_/);
    const id = page.url().split("/").at(-1)!;
    for await (const _event of await owner.client.deployments.events({ id }));
    expect((await owner.client.deployments.get({ id })).state).toBe("success");
  });

  it("names first what the code needs and nobody has set", async () => {
    const needy = { ...files, ".env.example": "# Required. Where orders go.\nORDERS_URL=\n", "server.js": needyServer };
    await place.deploy(owner, needy, { project: "shop", environment: "preview", allowMissing: true });
    const { page } = await tab("/p/shop/variables?environment=preview", owner);
    const first = page.getByRole("table", { name: "Variables of preview" }).getByRole("row").nth(1);
    await first.getByText("Missing").waitFor();
    expect(await first.innerText()).toMatch(/ORDERS_URL[^]*server\.js/);
    await press(page, "Set ORDERS_URL");
    await page.getByRole("dialog").getByRole("textbox").last().fill("https://orders.example.com");
    await press(page, "Save");
    await closed(page);
    await first.getByText("Missing").waitFor({ state: "detached" });
    await press(page, "Compare");
    await page
      .getByRole("dialog")
      .getByRole("row", { name: /ORDERS_URL.*Only in preview/ })
      .waitFor();
    await page
      .getByRole("dialog")
      .getByText("landfall env diff production --project shop --environment preview")
      .waitFor();
  });

  it("stores a whole file as it is, all or nothing, and what was changed of one by names", async () => {
    const { page } = await tab("/p/shop/variables?environment=files", owner);
    const calls: string[] = [];
    page.on("request", (request) => {
      const call = /variables\/(import|set)$/.exec(new URL(request.url()).pathname)?.[1];
      if (call !== undefined) calls.push(call);
    });
    const open = async (text: string): Promise<void> => {
      await page.getByRole("button", { name: "Add variables" }).first().click();
      await page
        .getByLabel("File of variables")
        .setInputFiles({ name: ".env", mimeType: "text/plain", buffer: Buffer.from(text) });
      await page
        .getByRole("dialog")
        .getByText(/^From the file: /)
        .waitFor();
    };
    await open(`REGION=north\nMAIL_TOKEN="${secret}-3"\n`);
    await press(page, "Save 2 variables");
    await closed(page);
    await page.getByRole("row", { name: /MAIL_TOKEN.*Secret/ }).waitFor();
    await open("CITY=Bergen\nHARBOUR=Vagen\n");
    await page.getByRole("dialog").getByRole("button", { name: "Remove HARBOUR" }).click();
    await press(page, "Save");
    await closed(page);
    await page.getByRole("row", { name: /CITY/ }).waitFor();
    expect(calls).toEqual(["import", "set"]);
    const { variables } = await owner.client.variables.list({ project: "shop", environment: "files" });
    expect(variables.map(({ key, sensitive }) => [key, sensitive])).toEqual([
      ["CITY", false],
      ["MAIL_TOKEN", true],
      ["REGION", false],
    ]);
  });

  it("says where a project can have no domain", async () => {
    const { page } = await tab("/p/shop/domains", owner);
    await page.getByText("This machine has no domains of your own").waitFor();
    expect(await page.getByRole("button", { name: "Add a domain" }).count()).toBe(0);
  });

  it("connects Vercel with a token, and says why a wrong one is refused", async () => {
    const token = "vercel-token-of-the-test";
    place.vendors.vercel.state.tokens.set(token, [...place.vendors.vercel.state.tokens.values()][0]!);
    const { page } = await tab("/connections", owner);
    const vercel = page.getByRole("group", { name: "Vercel", exact: true }).first();
    await vercel.getByText("Use an access token instead").click();
    await vercel.getByLabel("Access token", { exact: true }).fill("no-such-token");
    await vercel.getByRole("button", { name: "Check and connect" }).click();
    await vercel.getByRole("alert").waitFor();
    await vercel.getByLabel("Access token", { exact: true }).fill(token);
    await vercel.getByRole("button", { name: "Check and connect" }).click();
    await vercel.getByText("Vercel: Connected", { exact: true }).waitFor();
    expect(await keptBy(page)).not.toContain(token);
    await vercel.getByRole("button", { name: "Disconnect" }).click();
    await vercel.getByRole("button", { name: "Disconnect Vercel" }).click();
    await page.getByRole("button", { name: "Connect with Vercel" }).waitFor();
    expect((await owner.client.connections.list()).connections).toEqual([]);
  });

  it("connects Vercel in the browser, there and back", async () => {
    const { page } = await tab("/connections", owner);
    await press(page, "Connect with Vercel");
    await page.waitForURL("**/connections?connected=vercel");
    await page.getByText("Vercel is connected.").waitFor();
    await page
      .getByRole("group", { name: "Vercel", exact: true })
      .getByText("Vercel: Connected", { exact: true })
      .waitFor();
    expect((await owner.client.connections.list()).connections).toMatchObject([
      { platform: "vercel", method: "oauth2", fault: null },
    ]);
    place.vendors.vercel.state.oauth.consent = "refused";
    await press(page, /Connect another Vercel account/);
    await press(page, "Connect with Vercel");
    await page.getByText("Vercel did not allow access.").waitFor();
    place.vendors.vercel.state.oauth.consent = "granted";
  });

  it("deploys a folder to a saved target", async () => {
    const { connections } = await owner.client.connections.list();
    await owner.client.targets.save({ name: "Front", platform: "vercel", connection: connections[0]!.id! });
    const folder = mkdtempSync(join(tmpdir(), "landfall-front-"));
    try {
      writeFileSync(join(folder, "index.html"), "<!doctype html><title>Front</title><p>Front");
      const { page } = await tab("/new", owner);
      await page.locator("[data-source=folder]").setInputFiles(folder);
      await press(page, "Continue");
      await page.getByLabel("Project name").fill("front");
      await page.getByRole("radio", { name: /^Front saved: Vercel/ }).check();
      await press(page, "Continue");
      await page.getByText(/front goes to Front/).waitFor();
      await press(page, "Deploy");
      await page.waitForURL(/\/front\/deployments\/dep_/);
      const { platform } = await owner.client.deployments.get({ id: page.url().split("/").at(-1)! });
      expect(platform).toBe("vercel");
      // Its next version goes there too, unless somebody says otherwise.
      await page.goto("/new?project=front");
      await page.locator("[data-source=folder]").setInputFiles(folder);
      await press(page, "Continue");
      await page.getByRole("radio", { name: /^Vercel/ }).waitFor();
      expect(await page.getByRole("radio", { name: /^Vercel/ }).isChecked()).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("invites somebody, who joins by the link", async () => {
    const { page } = await tab("/team", owner);
    await press(page, "Invite");
    await page.getByLabel("Email").fill("grace@example.com");
    await page.getByLabel("Viewer").check();
    await press(page, "Make the link");
    const link = await page.getByRole("dialog").getByRole("group", { name: "link" }).innerText();
    await press(page, "Close");
    await page.getByRole("row", { name: /grace@example\.com/ }).waitFor();
    expect(await page.content()).not.toContain(link);

    await place.server.anyone.client.invitations.accept({
      token: new URL(link).hash.slice(1),
      name: "Grace",
      password,
    });
    const grace = await place.server.signIn("grace@example.com");
    const { page: hers } = await tab("/p/shop/variables", grace);
    await hers.getByText("Your role may look at variables, and not change them.").waitFor();
    expect(await hers.getByRole("button", { name: /Add|Change|Remove/ }).count()).toBe(0);
    await hers.goto("/activity");
    await hers.getByText("This page needs the role Administrator in").waitFor();

    await page.reload();
    await press(page, "Change role: Grace");
    await page.getByLabel("Developer").check();
    await press(page, "Change role");
    await closed(page);
    await page.getByRole("row", { name: /Grace.*Developer/ }).waitFor();
  });

  it("makes a key that is shown once and may do what was chosen, and takes it back", async () => {
    const { page } = await tab("/team", owner);
    await press(page, "New key");
    await page.getByRole("dialog").getByLabel("Name").fill("status page");
    await page.getByLabel("Read", { exact: true }).check();
    await press(page, "Make the key");
    const key = await page.getByRole("dialog").getByRole("group", { name: "key" }).innerText();
    await press(page, "Close");
    await closed(page);
    expect(await keptBy(page)).not.toContain(key);
    const program = place.server.as({ authorization: `Bearer ${key}` });
    expect((await program.call("GET", "/projects")).status).toBe(200);
    expect((await program.call("POST", "/projects", { name: "other" })).status).toBe(403);
    await press(page, "Remove key status page");
    await press(page, "Remove");
    await page.getByText("There is no key").waitFor();
    expect((await program.call("GET", "/projects")).status).toBe(401);
  });

  it("shows who did what, by filters that stay in the address", async () => {
    const { page } = await tab("/activity", owner);
    await page.getByRole("row", { name: /Key removed/ }).waitFor();
    await page.getByLabel("What").selectOption("variables");
    await page.waitForURL(/action=variables/);
    await page
      .getByRole("row", { name: /Variable set.*PAYMENT_KEY/s })
      .first()
      .waitFor();
    expect(await page.getByRole("row", { name: /Key/ }).getByText("Key removed").count()).toBe(0);
    expect(await keptBy(page)).not.toContain(secret);
    const download = page.waitForEvent("download");
    await press(page, "Export CSV");
    expect((await download).suggestedFilename()).toBe("activity.csv");
    await page.getByLabel(/Who/).fill("nobody@example.com");
    await page.getByLabel(/Who/).press("Enter");
    await page.getByText("Nothing matches").waitFor();
    await press(page, "Clear the filters");
    await page.getByRole("row", { name: /Key removed/ }).waitFor();
  });

  it("shows the difference before settings are saved, and refuses what somebody else has changed", async () => {
    const { page } = await tab("/p/shop/settings", owner);
    await page.getByLabel("Start command").fill("node server.js");
    await press(page, "Save");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Start command").waitFor();
    await owner.client.projects.settings.set({ project: "shop", settings: { healthPath: "/" }, expect: 0 });
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("alert").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await press(page, "Save");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved. It takes effect with the next deployment.").waitFor();
    expect((await owner.client.projects.settings.get({ project: "shop" })).settings).toEqual({
      startCommand: "node server.js",
      healthPath: "/",
    });
  });

  it("changes how it looks at once, and ends another session", async () => {
    const elsewhere = await place.server.signIn("owner@example.com");
    const { page } = await tab("/settings", owner);
    await page.getByLabel("Dark").check();
    expect(await page.evaluate("document.documentElement.dataset.lfTheme")).toBe("dark");
    await page.reload();
    expect(await page.evaluate("document.documentElement.dataset.lfTheme")).toBe("dark");
    const others = page.getByRole("table", { name: "Sessions" }).getByRole("button", { name: /Sign out/ });
    await others.first().waitFor();
    while ((await others.count()) > 0) {
      const before = await others.count();
      await others.first().click();
      await expect.poll(() => others.count(), soon).toBeLessThan(before);
    }
    expect((await elsewhere.call("GET", "/me")).status).toBe(401);
  });

  it("removes a project only when its name was typed", async () => {
    const names = async (): Promise<string[]> => (await owner.client.projects.list()).projects.map(({ name }) => name);
    const before = await names();
    const { page } = await tab("/p/shop/settings", owner);
    await press(page, "Remove shop");
    const remove = page.getByRole("dialog").getByRole("button", { name: "Remove the project" });
    await page.getByLabel("Type shop to confirm").fill("sho");
    await page.getByLabel("Type shop to confirm").press("Enter");
    expect(await remove.getAttribute("title")).toBe("Type shop first.");
    expect(await names()).toEqual(before);
    await page.getByLabel("Type shop to confirm").fill("shop");
    await remove.click();
    await page.waitForURL((url) => url.pathname === "/");
    expect(await names()).toEqual(before.filter((name) => name !== "shop"));
  });
});
