/** What somebody who hears the dashboard is told without moving: what changes, once, and nothing of what was so already. */
import type { Page } from "playwright-core";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import { openPlace, type Place } from "./place.ts";
import { press, soon } from "./with-place.ts";

const build = { kind: "static", installCommand: "", buildCommand: "node build.mjs", outputDir: "out" } as const;
/** It goes on until the deployment's page has been opened, then it fails. */
const failing = {
  "package.json": JSON.stringify({ name: "quay" }),
  "build.mjs": `console.log("reading the tides");
setTimeout(() => { console.log("Error: no tides are there"); process.exit(1); }, 8_000);
`,
};
/** It is ready soon after something was said of it. */
const succeeding = {
  "package.json": JSON.stringify({ name: "quay" }),
  "build.mjs": `import { mkdirSync, writeFileSync } from "node:fs";
mkdirSync("out", { recursive: true });
writeFileSync("out/index.html", "<!doctype html><title>Quay</title><p>High water");
setTimeout(() => {}, 7_000);
`,
};

/** Everything live regions say, in order, those included that come with what they say. A region that is off says nothing. */
const ear = `window.heard = [];
const regions = "[role=status], [role=alert]";
new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    const within = (target.nodeType === 1 ? target : target.parentElement)?.closest(regions);
    const added = [...addedNodes].filter((one) => one.nodeType === 1);
    const come = added.flatMap((one) => [...(one.matches(regions) ? [one] : []), ...one.querySelectorAll(regions)]);
    for (const region of new Set([...(within ? [within] : []), ...come])) {
      const text = region.innerText.replaceAll("\\n", " ").trim();
      if (region.ariaLive !== "off" && text !== "" && text !== window.heard.at(-1)) window.heard.push(text);
    }
  }
}).observe(document, { subtree: true, childList: true, characterData: true });`;
const heard = (page: Page): Promise<string[]> => page.evaluate<string[]>("heard");

describe.runIf(hasBrowser)("somebody who listens", { timeout: 240_000 }, () => {
  let place: Place;
  let owner: Caller;
  const folder = mkdtempSync(join(tmpdir(), "landfall-listening-"));
  beforeAll(async () => {
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>Quay</title><p>one");
    place = await openPlace();
    owner = await place.server.setUp();
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  async function listen(path: string): Promise<Page> {
    const { page, context } = await place.tab("/no-such-page", owner);
    page.setDefaultTimeout(soon.timeout);
    await context.addInitScript(ear);
    await page.goto(path);
    return page;
  }

  it("hears what was detected and what the plan is, and nothing of a connection that holds", async () => {
    const page = await listen("/new");
    await page.getByText("Live", { exact: true }).waitFor();
    expect(await heard(page)).toEqual([]);
    await page.locator("[data-source=folder]").setInputFiles(folder);
    await expect.poll(() => heard(page), soon).toContainEqual(expect.stringMatching(/^Detected: \w.*\.$/));
    await press(page, "Continue");
    await page.getByLabel("Project name").fill("quay");
    await press(page, "Continue");
    const plan = "The plan is ready: quay goes to this server, as production.";
    await expect.poll(() => heard(page), soon).toContain(plan);
    await page.context().close();
  });

  it("hears that a value is required", async () => {
    const page = await listen("/new");
    const asking = mkdtempSync(join(tmpdir(), "landfall-asking-"));
    writeFileSync(join(asking, "index.js"), "console.log(process.env.TIDES.length)\n");
    writeFileSync(join(asking, "package.json"), '{"name":"quay","scripts":{"start":"node index.js"}}');
    writeFileSync(join(asking, ".env.example"), "TIDES=\n");
    await page.locator("[data-source=folder]").setInputFiles(asking);
    await press(page, "Continue");
    rmSync(asking, { recursive: true });
    await expect.poll(() => page.getByLabel("Value of TIDES").getAttribute("aria-required"), soon).toBe("true");
    await page.context().close();
  });

  it("hears how a deployment goes on and why it failed, and keeps the focus", async () => {
    const upload = await place.upload(owner, failing);
    const { id } = await owner.client.deployments.create({ project: "quay", source: { upload }, overrides: build });
    const page = await listen(`/p/quay/deployments/${id}`);
    await page.getByRole("log").getByText("reading the tides").waitFor();
    await page.getByRole("link", { name: "Variables" }).focus();
    await expect.poll(() => heard(page), soon).toContainEqual(expect.stringMatching(/Build has begun\.$/));
    await expect.poll(() => heard(page), soon).toContainEqual(expect.stringMatching(/^The deployment failed\. ./));
    await page.locator("[role=listitem]", { hasText: "no tides are there" }).waitFor();
    expect(await page.evaluate("document.activeElement.innerText")).toBe("Variables");
    expect((await heard(page)).filter((one) => one.startsWith("The deployment failed"))).toHaveLength(1);
    // It is not said again when a dialog that hid it closes.
    await expect
      .poll(() => page.getByRole("alert").allInnerTexts(), soon)
      .not.toContainEqual(expect.stringMatching(/./));
    await page.context().close();
  });

  it("hears that it is ready, and only then how its checks came out", async () => {
    const { id } = await owner.client.deployments.create({
      project: "quay",
      source: { upload: await place.upload(owner, succeeding) },
      overrides: build,
    });
    const page = await listen(`/p/quay/deployments/${id}`);
    await expect.poll(() => heard(page), soon).toContainEqual(expect.stringMatching(/\d+ of \d+ done\.$/));
    const said = await heard(page);
    const at = (one: RegExp) => said.findIndex((sentence) => one.test(sentence));
    expect(at(/^The deployment is ready at http/)).toBeGreaterThanOrEqual(0);
    expect(at(/^The deployment is ready/)).toBeLessThan(at(/of \d+ done\.$/));
    await page.context().close();
  });

  it("is put at the top of what a dialog shows, and is read a command when it has the focus", async () => {
    await place.deploy(owner, { "index.html": "<p>one" }, { project: "pier" });
    await place.deploy(owner, { "index.html": "<p>two" }, { project: "pier" });
    const page = await listen("/p/pier");
    await page.locator("button:not([aria-disabled])", { hasText: "Roll back" }).click();
    const focused = page.locator(":focus");
    await expect.poll(() => focused.innerText(), soon).toBe("Roll back");
    expect(await focused.evaluate((one) => one.tagName)).toBe("H2");
    const command = page.getByRole("dialog").getByRole("group", { name: "command" });
    const described = await command.getAttribute("aria-describedby");
    expect(await page.locator(`[id="${described}"]`).innerText()).toMatch(/^landfall rollback dep_/);
    await page.keyboard.press("Escape");
    const { deployments } = await owner.client.deployments.list({ project: "pier" });
    await page.goto(`/p/pier/deployments?compare=${deployments.map(({ id }) => id).join(",")}`);
    await expect.poll(() => focused.innerText(), soon).toBe("Compare deployments");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await expect.poll(() => focused.innerText(), soon).toBe("Keys");
    await page.context().close();
  });

  it("hears once, by name, that a platform is connected", async () => {
    const page = await listen("/connections");
    await press(page, "Connect with Vercel");
    await page.waitForURL("**/connections?connected=vercel");
    await page.getByText("Vercel is connected.").waitFor();
    await page.getByRole("button", { name: "Check now" }).waitFor();
    expect((await heard(page)).filter((one) => /connected/i.test(one))).toEqual(["Vercel is connected. Close"]);
    await page.context().close();
  });
});
