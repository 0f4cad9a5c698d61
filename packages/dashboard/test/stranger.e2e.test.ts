/** A stranger's first ten minutes: from the one-time address to a site on this machine and on a hosted platform, in one sitting. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import { password } from "../../server/test/harness.ts";
import { openPlace, type Place } from "./place.ts";
import { soon } from "./with-place.ts";

const files = {
  "package.json": JSON.stringify({ name: "tide-table", private: true, scripts: { build: "node build.mjs" } }),
  ".env.example": "# Said to whoever comes.\nGREETING=\n",
  "build.mjs": `import { mkdirSync, writeFileSync } from "node:fs";
if (!process.env.GREETING) throw new Error("GREETING is not set");
console.log("writing the tide table");
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", "<!doctype html><title>Tides</title><p>" + process.env.GREETING);
`,
};

describe.runIf(hasBrowser)("a stranger", { timeout: 240_000 }, () => {
  let place: Place;
  let page: Page;
  const root = mkdtempSync(join(tmpdir(), "landfall-stranger-"));
  const folder = join(root, "tide-table");
  beforeAll(async () => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    place = await openPlace();
    ({ page } = await place.tab(`/setup#${place.server.setupToken}`));
    page.setDefaultTimeout(30_000);
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
  });

  const press = (name: string | RegExp): Promise<void> =>
    page.getByRole("button", { name, exact: true }).first().click();
  const go = (name: string): Promise<void> =>
    page.getByRole("navigation").getByRole("link", { name, exact: true }).first().click();

  /** Until the deployment that is on the screen has ended well. */
  async function ready(): Promise<void> {
    await page.waitForURL(/\/tide-table\/deployments\/dep_/);
    await page.getByRole("heading", { name: /is online/ }).waitFor({ timeout: 60_000 });
  }

  it("makes an account, drops a folder, sees what it is, sets what is missing and deploys here", async () => {
    await page.getByLabel("Your name").fill("Ada");
    await page.getByLabel("Email").fill("ada@example.com");
    await page.getByLabel("Password").fill(password);
    await page.getByLabel("Organisation").fill("Acme");
    await press("Make the account");
    await page.getByRole("link", { name: "New project" }).first().click();
    await page.locator("[data-source=folder]").setInputFiles(folder);
    await expect.poll(() => page.getByLabel("Build command").inputValue(), { timeout: 30_000 }).toBe("npm run build");
    await page.getByLabel("Output folder").fill("dist");
    await press("Continue");
    await press("Continue");
    await press("Set the variables");
    await page.getByLabel(/^Value of GREETING/).fill("High water at noon");
    await press("Continue");
    await press("Deploy");
    await ready();
    await page.getByRole("log").getByText("writing the tide table").waitFor();
    expect(await place.visited(page)).toBe("High water at noon");
  });

  it("changes the variable, deploys again, and goes back", async () => {
    await go("Variables");
    await press("Change GREETING");
    await page.getByLabel("Value", { exact: true }).fill("Low water at noon");
    await press("Save");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await press("Redeploy");
    await page.getByRole("dialog").getByText("GREETING").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Redeploy" }).click();
    await ready();
    expect(await place.visited(page)).toBe("Low water at noon");

    await go("Overview");
    await press("Roll back");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("GREETING").waitFor();
    await dialog.getByRole("button", { name: /^Roll back/ }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => place.visited(page), { timeout: 30_000 }).toBe("High water at noon");
  });

  it("connects Vercel in the browser, deploys there, and adds a domain", async () => {
    await go("Connections");
    await press("Connect with Vercel");
    await page.waitForURL("**/connections?connected=vercel");
    await page.getByText("Vercel is connected.").waitFor();

    await go("Projects");
    await page.getByRole("link", { name: "New project" }).first().click();
    await page.locator("[data-source=folder]").setInputFiles(folder);
    await expect.poll(() => page.getByLabel("Build command").inputValue(), { timeout: 30_000 }).toBe("npm run build");
    await page.getByLabel("Output folder").fill("dist");
    await press("Continue");
    await page.getByLabel("Deploy a new version of tide-table").check();
    await page.getByLabel(/^Vercel/).check();
    await press("Continue");
    await press("Deploy");
    await ready();
    const { deployments } = await (await place.server.signIn("ada@example.com")).client.deployments.list({});
    expect(deployments[0]).toMatchObject({ platform: "vercel", state: "success", startedBy: "Ada" });

    await go("Domains");
    await press("Add a domain");
    await page.getByLabel("Domain", { exact: true }).fill("tides.example.com");
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByText("tides.example.com").first().waitFor();
    // The button that was pressed went with the empty list: the focus is on the page's heading, not nowhere.
    await expect.poll(() => page.evaluate("document.activeElement.tagName"), soon).toBe("H1");
    await page
      .getByText(/CNAME|A record|\bA\b/)
      .first()
      .waitFor();
  });
});
