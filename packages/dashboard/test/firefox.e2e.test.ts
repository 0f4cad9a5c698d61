/** A person with Firefox: in, from files on a disk to a site that answers, and back to the one before. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axe } from "../../react/test/browser.ts";
import { hasFirefox, launchFirefox } from "../../react/test/firefox.ts";
import { password } from "../../server/test/harness.ts";
import { type Line, openLine } from "./line.ts";
import { openPlace, type Place, type Tab } from "./place.ts";
import { soon } from "./with-place.ts";

const hostile = `<img src=x onerror="document.title='taken'"> \u202eesrever`;
const filesThatSay = (text: string): Record<string, string> => ({
  "package.json": JSON.stringify({ name: "harbour", private: true, scripts: { build: "node build.mjs" } }),
  "build.mjs": `import { mkdirSync, writeFileSync } from "node:fs";
for (let line = 1; line <= 60; line += 1) {
  console.log("line " + line);
  await new Promise((done) => setTimeout(done, 100));
}
console.log(${JSON.stringify(hostile)});
console.log("\\u001b[31mred\\u001b[0m \\u001b]8;;javascript:alert(1)\\u0007a link\\u001b]8;;\\u0007 \\u001b[2Jcleared");
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", "<!doctype html><title>Harbour</title><p>" + ${JSON.stringify(text)});
`,
});

describe.runIf(hasFirefox)("a person with Firefox", { timeout: 120_000 }, () => {
  let line: Line;
  let place: Place;
  let tab: Tab;
  let page: Page;
  const root = mkdtempSync(join(tmpdir(), "landfall-firefox-"));
  beforeAll(async () => {
    line = await openLine();
    place = await openPlace({ publicUrl: line.url }, launchFirefox);
    line.port = Number(new URL(place.server.url).port);
    await place.server.setUp();
    tab = await place.tab("/sign-in");
    page = tab.page;
    page.setDefaultTimeout(30_000);
  });
  afterAll(async () => {
    await place?.[Symbol.asyncDispose]();
    await line?.[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
  });

  const press = (name: string): Promise<void> => page.getByRole("button", { name, exact: true }).first().click();

  // By its role: a search by label makes this Firefox crash, in Playwright's own code for it.
  const field = (name: string) => page.getByRole("textbox", { name, exact: true });

  /** Key by key, in place of what is there. */
  async function type(name: string, text: string): Promise<void> {
    await field(name).focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.type(text);
  }

  async function expectAccessible(): Promise<void> {
    expect(await axe(page)).toEqual([]);
  }

  /** As a hand does that lets go of files over the page. */
  async function drop(files: Record<string, string>): Promise<void> {
    await page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      for (const [name, text] of Object.entries(${JSON.stringify(files)})) dataTransfer.items.add(new File([text], name));
      const zone = document.querySelector("[data-source=folder]").parentElement;
      for (const type of ["dragenter", "dragover", "drop"])
        zone.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    })()`);
  }

  function archiveOf(files: Record<string, string>): string {
    const folder = join(root, "harbour");
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    execFileSync("tar", ["-czf", join(root, "harbour.tar.gz"), "-C", folder, "."]);
    return join(root, "harbour.tar.gz");
  }

  async function live(text: string): Promise<void> {
    await page.waitForURL(/\/harbour\/deployments\/dep_/);
    await page.getByRole("heading", { name: /harbour is online/ }).waitFor({ timeout: 60_000 });
    expect(await place.visited(page)).toBe(text);
  }

  it("signs in by keyboard", async () => {
    await field("Email").waitFor();
    await expectAccessible();
    await type("Email", "owner@example.com");
    await page.keyboard.press("Tab");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.getByText("No projects yet").waitFor();
    await expectAccessible();
  });

  it("drops files, deploys them here and has every line of the log once, though the connection is cut", async () => {
    await page.getByRole("link", { name: "New project" }).first().click();
    await page.getByRole("heading", { name: "New project" }).waitFor();
    await expectAccessible();
    await drop({ ...filesThatSay("High water at noon"), ".env": "SECRET=stays" });
    await page.getByText("Left out: ").waitFor();
    await expect.poll(() => field("Build command").inputValue(), soon).toBe("npm run build");
    await type("Output folder", "dist");
    await press("Continue");
    await type("Project name", "harbour");
    await press("Continue");
    await page.getByRole("button", { name: "Deploy", exact: true }).waitFor();
    await expectAccessible();
    await press("Deploy");
    const log = page.getByRole("log");
    for (const seen of ["line 5", "line 20", "line 35"]) {
      await log.getByText(seen, { exact: true }).waitFor();
      line.cut();
    }
    await live("High water at noon");
    await expectAccessible();
    await page
      .getByRole("button", { name: /^Copy( the log| lines| all)?$/ })
      .first()
      .click();
    const copied = () => page.evaluate<string>("navigator.clipboard.readText()");
    await expect.poll(copied, soon).toContain("line 60");
    const printed = (await copied()).split("\n").filter((one) => /^line \d+$/.test(one));
    expect(printed).toEqual(Array.from({ length: 60 }, (_, index) => `line ${index + 1}`));
  });

  it("reads what a build printed as text, whatever it is", async () => {
    const log = page.getByRole("log");
    await log.getByText("<img src=x onerror=").waitFor();
    await log.getByText("cleared").waitFor();
    expect(await log.locator("img, a[href^='javascript']").count()).toBe(0);
    expect(await page.title()).not.toBe("taken");
  });

  it("chooses an archive for a new version, and goes back by keyboard", async () => {
    await page.goto("/new?project=harbour");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator("[data-source=archive]").setInputFiles(archiveOf(filesThatSay("Low water at noon")));
    await expect.poll(() => field("Build command").inputValue(), soon).toBe("npm run build");
    await type("Output folder", "dist");
    await press("Continue");
    await field("Project name").waitFor();
    await press("Continue");
    await page.getByRole("button", { name: "Deploy", exact: true }).waitFor();
    await press("Deploy");
    await live("Low water at noon");

    await page.goto("/p/harbour");
    await page.locator("button:not([aria-disabled])", { hasText: "Roll back" }).first().waitFor();
    await expectAccessible();
    await page.getByRole("button", { name: "Roll back" }).first().focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("region", { name: "Then" }).waitFor();
    await expectAccessible();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Roll back");
    await page.keyboard.press("Enter");
    await dialog.getByRole("region", { name: "Then" }).waitFor();
    await dialog.getByRole("button", { name: /^Roll back/ }).focus();
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => place.visited(page), { timeout: 30_000 }).toBe("High water at noon");
  });

  it("has nothing that Firefox complains of", () => {
    expect(tab.complaints).toEqual([]);
  });
});
