/** The way in, and from a folder on somebody's disk to an address that answers: in Chromium, against a real server. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { axe, hasBrowser } from "../../react/test/browser.ts";
import { password } from "../../server/test/harness.ts";
import type { Place } from "./place.ts";
import { soon, withPlace } from "./with-place.ts";

const longPath = `pages/${"a-rather-long-name-of-a-folder/".repeat(5)}größe.txt`;
/** Answers with what it was given, and with what became of its files on the way. */
const application = {
  "package.json": JSON.stringify({
    name: "greeter",
    private: true,
    type: "module",
    scripts: { start: "node server.js" },
  }),
  ".env.example": "# Said to whoever comes.\nGREETING=\n",
  ".env": "GREETING=from-the-disk\n",
  "node_modules/left/index.js": "throw new Error('this was never to be sent')",
  ".gitignore": "*.log\n/scratch/\n",
  "bin/today.log": "this was never to be sent",
  "scratch/notes.txt": "nor this",
  "bin/run.sh": "#!/bin/sh\necho ran\n",
  [longPath]: "read at the end of a long path",
  "server.js": `import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
const greeting = process.env.GREETING;
if (!greeting) throw new Error("GREETING is not set");
createServer((request, response) => {
  response.end([greeting, readFileSync(${JSON.stringify(longPath)}, "utf8"), (statSync("bin/run.sh").mode & 0o100) !== 0].join("; "));
}).listen(Number(process.env.PORT ?? 3000));
`,
};

let place: Place;
let folder: string;

const { tab } = withPlace(async (opened) => {
  place = opened;
  folder = join(mkdtempSync(join(tmpdir(), "landfall-first-steps-")), "Greeter");
  for (const [path, text] of Object.entries(application)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  chmodSync(join(folder, "bin/run.sh"), 0o755);
});
afterAll(() => {
  if (hasBrowser) rmSync(dirname(folder), { recursive: true });
});

async function signedIn(path: string, email = "ada@example.com"): Promise<Page> {
  const { page } = await tab(path);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  return page;
}

async function expectAccessible(page: Page): Promise<void> {
  expect(await axe(page)).toEqual([]);
}

/** Leaves a folder over the page as somebody's hand does. */
async function drop(page: Page, path: string, over: string): Promise<void> {
  const box = (await page.getByText(over).boundingBox())!;
  const session = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", {
      type,
      x: box.x + box.width / 2,
      y: box.y + box.height / 2,
      data: { items: [], files: [path], dragOperationsMask: 1 },
    });
}

describe.skipIf(!hasBrowser)("the first steps", { timeout: 120_000 }, () => {
  it("lead from the address on the terminal to a page that answers", async () => {
    const { page } = await tab(`/setup#${place.server.setupToken}`);
    await page.getByRole("button", { name: "Make the account" }).click();
    await expect.poll(() => page.getByLabel("Your name").getAttribute("aria-invalid"), soon).toBe("true");
    expect(await page.getByLabel("Your name").evaluate((field) => field === field.ownerDocument.activeElement)).toBe(
      true,
    );
    expect(new URL(page.url()).hash).toBe("");
    await expectAccessible(page);
    await page.getByLabel("Your name").fill("Ada");
    await page.getByLabel("Email").fill("ada@example.com");
    await page.getByLabel("Password").fill(password);
    await page.getByLabel("Organisation").fill("Acme");
    await page.getByRole("button", { name: "Make the account" }).click();
    await page.getByText("No projects yet").waitFor();
    await expectAccessible(page);

    await page.getByRole("link", { name: "New project" }).first().click();
    await page.locator("[data-source=folder]").setInputFiles(folder);
    await page.getByText("Left out: ").waitFor();
    const left = await page.getByText("Left out: ").textContent();
    expect(left).toContain("node_modules (installed packages)");
    expect(left).toContain(".env (it may hold secrets)");
    expect(left).toContain("today.log (in .gitignore)");
    expect(left).toContain("scratch (in .gitignore)");
    await expect.poll(() => page.getByLabel("Start command").inputValue(), soon).toBe("npm run start");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Continue" }).click();

    await expect.poll(() => page.getByLabel("Project name").inputValue(), soon).toBe("greeter");
    expect(await page.getByText("This server").count()).toBe(1);
    // A preview is called so until somebody calls it otherwise.
    await page.getByLabel("A preview with an address of its own").check();
    expect(await page.getByLabel("Name of the preview").inputValue()).toBe("preview");
    await page.getByLabel("Production").check();
    await page.getByLabel("Project name").fill("Gree ter");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("Try gree-ter.").waitFor();
    await page.getByLabel("Project name").fill("greeter");
    await page.getByRole("button", { name: "Continue" }).click();

    // The variable is missing, and the plan says where it is set.
    await page.getByRole("button", { name: "Set the variables" }).click();
    await expectAccessible(page);
    await page.getByLabel(/^Value of GREETING/).fill("Good day");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("GREETING (set here)").waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Deploy", exact: true }).click();

    await page.waitForURL(/\/greeter\/deployments\/dep_/);
    const { deployments } = await (await place.server.signIn("ada@example.com")).client.deployments.list({});
    const id = deployments[0]!.id;
    expect(page.url()).toContain(id);
    const owner = await place.server.signIn("ada@example.com");
    for await (const _event of await owner.client.deployments.events({ id }));
    const { url, state, error } = await owner.client.deployments.get({ id });
    expect([state, error]).toEqual(["success", null]);
    await page.getByText("Ready").first().waitFor();
    await page.goto(url!);
    expect(await page.textContent("body")).toBe("Good day; read at the end of a long path; true");
  });

  it("take a folder that is dropped, and a name that is there already only as a new version of it", async () => {
    const page = await signedIn("/new");
    await page.getByText("Drop a folder or an archive here").waitFor();
    await drop(page, folder, "Drop a folder or an archive here");
    await page.getByText("Left out: ").waitFor();
    expect(await page.getByText("Left out: ").textContent()).toContain("today.log (in .gitignore)");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("There is a project of this name.").waitFor();
    // A platform is connected beside this page, which offers it when one comes back and has kept everything.
    const [beside] = await Promise.all([
      page.waitForEvent("popup"),
      page.getByRole("link", { name: /^Connect a platform/ }).click(),
    ]);
    await beside.getByRole("button", { name: "Connect with Vercel" }).click();
    await beside.getByText("Vercel is connected.").waitFor();
    await beside.close();
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
    await page.getByLabel(/^Vercel/).waitFor();
    expect(await page.getByLabel("Project name").inputValue()).toBe("greeter");
    await page.getByLabel("Deploy a new version of greeter").check();
    // Its variable is kept with the project, and not asked for again.
    await page.getByText("1 is set already").waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("GREETING (kept with the project)").waitFor();
  });

  it("lead back to where somebody wanted to go, and nowhere else", async () => {
    const page = await signedIn("/p/greeter/variables?environment=production");
    await page.waitForURL("**/p/greeter/variables?environment=production");
    const led = await signedIn("/sign-in?to=https://example.com/");
    await led.getByRole("heading", { name: "Projects" }).waitFor();
    expect(new URL(led.url()).origin).toBe(place.server.url);
  });

  it("keep the page when the session ends in the middle, and go on after signing in", async () => {
    const page = await signedIn("/");
    await page.getByRole("heading", { name: "greeter" }).waitFor();
    await page.context().clearCookies();
    await page.getByRole("link", { name: "Activity" }).click();
    await page.getByText("Your session has ended.").waitFor();
    await page.getByText("Sign in again, and it is shown.").first().waitFor();
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await page.getByRole("dialog").getByLabel("Email").inputValue()).toBe("ada@example.com");
    await expectAccessible(page);
    await page.getByRole("dialog").getByLabel("Password").fill(password);
    await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
    await expect.poll(() => page.getByText("Your session has ended.").count(), soon).toBe(0);
    expect(new URL(page.url()).pathname).toBe("/activity");
  });

  it("let a person in who was invited", async () => {
    const owner = await place.server.signIn("ada@example.com");
    const { link } = await owner.client.invitations.create({ email: "grace@example.com", role: "developer" });
    const { page } = await tab(link.slice(place.server.url.length));
    await page.getByLabel("Your name").fill("Grace");
    await page.getByLabel("Email").fill("grace@example.com");
    await page.getByLabel("Password").fill(password);
    expect(new URL(page.url()).hash).toBe("");
    await page.getByRole("button", { name: "Make the account and join" }).click();
    await page.getByRole("heading", { name: "greeter" }).waitFor();
  });

  it("let a terminal in when the code is the right one", async () => {
    const asked = await place.server.anyone.call("POST", "/auth/device/code", { client_id: "landfall-cli" });
    const { device_code, user_code, verification_uri_complete } = asked.body as Record<string, string>;
    const page = await signedIn(verification_uri_complete!.slice(place.server.url.length));
    await page.getByText(user_code!).waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByText("Allowed.").waitFor();
    const { body } = await place.server.anyone.call("POST", "/auth/device/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code,
      client_id: "landfall-cli",
    });
    expect(typeof body.access_token).toBe("string");
    await page.goto("/device?user_code=WRONG234");
    await page.getByText("Run landfall login again for a new code.").waitFor();
  });
});

describe.skipIf(!hasBrowser)("the frame", { timeout: 120_000 }, () => {
  it("finds pages, projects and deployments by a few letters, and by keys", async () => {
    const page = await signedIn("/");
    await page.getByRole("heading", { name: "greeter" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("variables");
    expect(await page.getByRole("option").count()).toBe(0);
    await page.getByRole("combobox").fill("gree");
    await page.getByRole("option", { name: "greeter", exact: true }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/p/greeter");
    // Its own, and not that of the page before, which is shown until this one is here.
    const focused = "document.activeElement.tagName + ' ' + document.activeElement.textContent";
    await expect.poll(() => page.evaluate(focused), soon).toBe("H1 greeter");
    await page.keyboard.press("g");
    await page.keyboard.press("v");
    await page.waitForURL("**/p/greeter/variables");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await expectAccessible(page);
    await page.getByLabel("Use single keys in this browser").uncheck();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").waitFor();
    expect(new URL(page.url()).pathname).toBe("/p/greeter/variables");
  });

  it("skips to the content first, and nothing scrolls sideways at 320 px", async () => {
    const page = await signedIn("/");
    await page.getByRole("heading", { name: "greeter" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "greeter" }).waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
    await page.setViewportSize({ width: 320, height: 640 });
    for (const path of ["/", "/new", "/device", "/p/greeter"]) {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect([path, width]).toEqual([path, 320]);
    }
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("link", { name: "Deployments", exact: true }).click();
    await page.waitForURL("**/p/greeter/deployments");
    expect(await page.getByRole("button", { name: "Menu" }).getAttribute("aria-expanded")).toBe("false");
  });

  it("shows the theme a person chose before anything else is painted", async () => {
    const page = await signedIn("/");
    await page.getByRole("button", { name: /account and appearance/ }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).click();
    expect(await page.evaluate("document.documentElement.dataset.lfTheme")).toBe("dark");
    await page.reload({ waitUntil: "commit" });
    await page.waitForFunction("document.documentElement.dataset.lfTheme === 'dark'");
    await page.getByRole("heading", { name: "greeter" }).waitFor();
    await expectAccessible(page);
  });
});
