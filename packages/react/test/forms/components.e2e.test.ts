/** What a person does with the forms, the connector and the Deploy button, in a browser. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { axe, hasBrowser, openStories, type StoriesInBrowser } from "../browser.ts";

const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg==\n-----END PRIVATE KEY-----\n";

interface Row {
  key: string;
  value: string | null;
  sensitive: boolean;
  saved: boolean;
}

describe.runIf(hasBrowser)("in a browser", () => {
  let stories: StoriesInBrowser;
  let opened: Awaited<ReturnType<StoriesInBrowser["open"]>>[] = [];
  beforeAll(async () => {
    stories = await openStories();
  });
  afterEach(async () => {
    for (const { context, complaints } of opened.splice(0)) {
      expect(complaints.filter((one) => !one.includes("favicon"))).toEqual([]);
      await context.close();
    }
    opened = [];
  });
  afterAll(() => stories[Symbol.asyncDispose]());

  async function open(story: string): Promise<Page> {
    const one = await stories.open(story);
    opened.push(one);
    return one.page;
  }

  /** As a clipboard does, with the text as it is. */
  async function paste(page: Page, name: string | RegExp, text: string): Promise<void> {
    await page.getByLabel(name).first().focus();
    await page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", pasted);
      const field = document.activeElement as HTMLInputElement;
      const isTaken = !field.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
      );
      if (!isTaken) document.execCommand("insertText", false, pasted);
    }, text);
  }
  const rows = (page: Page): Promise<Row[]> => page.evaluate<Row[]>("globalThis.rows");
  const valuesOf = async (page: Page): Promise<Record<string, string | null>> =>
    Object.fromEntries((await rows(page)).map(({ key, value }) => [key, value]));

  describe("EnvironmentVariableInput", () => {
    it("takes a whole .env pasted into a name or a value, byte for byte, and gives it back", async () => {
      const page = await open("EnvironmentVariableInput/empty");
      await page.getByRole("button", { name: "Add variable" }).click();
      const text = `# settings\nAPP_TITLE=Pantry\nexport KEY="${pem}"\r\nVITE_NAME='a # b'\n`;
      await paste(page, "Name of the new variable", text);
      expect(await valuesOf(page)).toEqual({ APP_TITLE: "Pantry", KEY: pem, VITE_NAME: "a # b" });
      await page.getByText("From the pasted text: 3 added.").waitFor();
      await paste(page, "Value of APP_TITLE", "APP_TITLE=Larder\nLOG_LEVEL=debug\n");
      expect(await valuesOf(page)).toMatchObject({ APP_TITLE: "Larder", LOG_LEVEL: "debug" });
      await page.getByRole("button", { name: "Undo", exact: true }).click();
      expect(await valuesOf(page)).toEqual({ APP_TITLE: "Pantry", KEY: pem, VITE_NAME: "a # b" });
    });

    it("keeps a value of several lines pasted into a secret, and what looks like a variable in a value", async () => {
      const page = await open("EnvironmentVariableInput/missing first");
      await paste(page, "Value of DATABASE_URL", pem);
      await paste(page, "Value of SUPPORT_ADDRESS", "dGVzdA==");
      expect(await valuesOf(page)).toMatchObject({ DATABASE_URL: pem, SUPPORT_ADDRESS: "dGVzdA==" });
      expect(await page.getByLabel("Value of DATABASE_URL").getAttribute("placeholder")).toBe("4 lines, hidden");
      await page.getByRole("button", { name: "Show DATABASE_URL" }).click();
      expect(await page.getByLabel("Value of DATABASE_URL").inputValue()).toBe(pem);
    });

    it("has no secret in its markup, whatever is typed, pasted, or stored", async () => {
      const page = await open("EnvironmentVariableInput/missing first");
      const secret = "hunter2-hunter2";
      await page.getByLabel("Value of DATABASE_URL").pressSequentially(secret);
      await page.getByRole("button", { name: "Generate a value for NEXTAUTH_SECRET" }).click();
      const values = await valuesOf(page);
      expect(values["DATABASE_URL"]).toBe(secret);
      expect(values["NEXTAUTH_SECRET"]).toMatch(/^[A-Za-z0-9+/]{43}=$/);
      const markup = async (): Promise<void> => {
        const html = await page.content();
        expect(html).not.toContain(secret);
        expect(html).not.toContain(values["NEXTAUTH_SECRET"]);
      };
      await markup();
      expect(await page.getByLabel("Value of DATABASE_URL").getAttribute("type")).toBe("password");
      await page.getByRole("button", { name: "Show DATABASE_URL" }).click();
      expect(await page.getByLabel("Value of DATABASE_URL").inputValue()).toBe(secret);
      await markup();
      await page.getByRole("button", { name: "Edit as text" }).click();
      await markup();
      expect(await page.getByLabel("Variables as text").inputValue()).not.toContain(secret);
    });

    it("replaces a stored secret by typing, and goes back to it", async () => {
      const page = await open("EnvironmentVariableInput/saved value hidden");
      const field = page.getByLabel("Value of API_KEY");
      expect(await field.inputValue()).toBe("");
      await field.pressSequentially("new");
      expect((await rows(page))[1]).toMatchObject({ value: "new", saved: false });
      await page.getByRole("button", { name: "Undo the change of API_KEY" }).click();
      expect((await rows(page))[1]).toMatchObject({ value: null, saved: true });
      expect(await field.inputValue()).toBe("");
    });

    it("imports files by button and by drop, and nothing of one that is broken", async () => {
      const page = await open("EnvironmentVariableInput/empty");
      const file = (text: string) => ({ name: ".env", mimeType: "text/plain", buffer: Buffer.from(text) });
      await page.getByLabel("File of variables").setInputFiles(file("A=1\nhunter2\nB=2\n"));
      await page.getByRole("alert").getByText("Nothing was taken from .env: one line is not a variable.").waitFor();
      expect(await page.content()).not.toContain("hunter2");
      expect(await rows(page)).toEqual([]);
      await page.getByLabel("File of variables").setInputFiles(file("\uFEFFA=1\r\nB='x\ny'\r\n"));
      await page.getByText("From the file: 2 added.").waitFor();
      expect(await valuesOf(page)).toEqual({ A: "1", B: "x\ny" });
      await page.getByRole("group", { name: "Environment variables" }).evaluate((target) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(["C=3"], ".env.local"));
        target.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
      });
      await page.getByText("From the file: 1 added.").waitFor();
      expect(await valuesOf(page)).toEqual({ A: "1", B: "x\ny", C: "3" });
    });

    it("is edited as text, all or nothing", async () => {
      const page = await open("EnvironmentVariableInput/clean");
      await page.getByRole("button", { name: "Edit as text" }).click();
      const text = page.getByLabel("Variables as text");
      expect(await text.inputValue()).toContain("# DATABASE_URL is secret");
      await text.fill("APP_TITLE=Larder\nbroken\n");
      await page.getByRole("button", { name: "Apply" }).click();
      await page.getByText("line 2").waitFor();
      await text.fill("APP_TITLE=Larder\nNEW=1\n");
      await page.getByRole("button", { name: "Apply" }).click();
      await page.getByRole("button", { name: "Add variable" }).waitFor();
      expect(await valuesOf(page)).toEqual({ APP_TITLE: "Larder", DATABASE_URL: null, NEW: "1" });
    });

    it("removes, with the way back in the focus", async () => {
      const page = await open("EnvironmentVariableInput/clean");
      await page.getByRole("button", { name: "Remove APP_TITLE" }).click();
      expect(Object.keys(await valuesOf(page))).toEqual(["DATABASE_URL", "GREETING"]);
      await page.keyboard.press("Enter");
      expect(Object.keys(await valuesOf(page))).toEqual(["APP_TITLE", "DATABASE_URL", "GREETING"]);
    });
  });

  describe("DeploymentConfigForm", () => {
    it("marks what was changed, resets one field, and says why a value is believed", async () => {
      const page = await open("DeploymentConfigForm/detected");
      await page.getByLabel("Build command").fill("make pages");
      await page.getByLabel("Output folder").fill("public");
      expect(await page.getByText("Changed", { exact: true }).count()).toBe(2);
      await page.getByRole("button", { name: "Reset Build command" }).click();
      expect(await page.getByLabel("Build command").inputValue()).toBe("npm run build");
      expect(await page.getByText("Changed", { exact: true }).count()).toBe(1);
      await page.getByText("dist detected from vite.config.js").click();
      await page.getByText(".gitignore:3, rule ignored/output, 60% sure").waitFor();
    });

    it("takes another candidate, and asks what that one needs", async () => {
      const page = await open("DeploymentConfigForm/detected");
      await page.getByRole("button", { name: "express 41%" }).click();
      expect(await page.getByRole("textbox", { name: "Framework" }).inputValue()).toBe("express");
      expect(await page.getByRole("combobox", { name: "Runs as" }).inputValue()).toBe("server");
      await page.getByLabel("Start command").fill("node server.js");
    });

    it("says every fault at once and leads to each field", async () => {
      const page = await open("DeploymentConfigForm/invalid");
      await page.getByText("5 things are to be mended").waitFor();
      await page.getByRole("link", { name: /^Port:/ }).click();
      await page.keyboard.press("Control+a");
      await page.keyboard.type("80x");
      await page.keyboard.press("Tab");
      expect(await page.getByRole("textbox", { name: "Port" }).inputValue()).toBe("80x");
      await page.getByRole("textbox", { name: "Port" }).fill("8080");
      await page.getByText("4 things are to be mended").waitFor();
    });

    it("lets services be chosen, and asks for one of them", async () => {
      const page = await open("DeploymentConfigForm/monorepo");
      expect(await page.getByLabel("Start command").count()).toBe(0);
      await page.getByRole("checkbox", { name: /^web/ }).uncheck();
      expect(await page.getByLabel("Start command").inputValue()).toBe("npm run start");
      await page.getByRole("checkbox", { name: /^api/ }).uncheck();
      await page.getByRole("link", { name: "Services: Choose at least one service." }).waitFor();
    });
  });

  describe("PlatformConnector over a server", () => {
    it("checks a token before it is kept, and lets it be mended", async () => {
      const page = await open("PlatformConnector/driven by a server");
      await page.getByText("Use an access token instead").click();
      await page.getByRole("button", { name: "Check and connect" }).click();
      await page.getByText("Paste the token first.").waitFor();
      await paste(page, "Access token", "bad-token");
      await page.keyboard.press("Enter");
      await page.getByText("Netlify refused the access token.").waitFor();
      const field = page.getByLabel("Access token");
      expect(await field.inputValue()).toBe("bad-token");
      expect(await page.content()).not.toContain("bad-token");
      await field.fill("good-token");
      await page.keyboard.press("Enter");
      await page.getByText("Box Office").waitFor();
      expect(await page.getByLabel("Access token").count()).toBe(0);
      await page.getByRole("button", { name: "Disconnect" }).click();
      await page.keyboard.press("Enter");
      await page.getByText("Not connected").waitFor();
    });

    it("sends a person to the platform, and goes on by itself when they have allowed it", async () => {
      const page = await open("PlatformConnector/driven by a server");
      const popup = page.waitForEvent("popup");
      await page.getByRole("button", { name: "Connect with Netlify" }).click();
      const there = await popup;
      await page.getByText("Waiting for you").waitFor();
      await page.getByText("Box Office").waitFor({ timeout: 15_000 });
      expect(there.isClosed()).toBe(true);
    });

    it("waits no longer when the person cancels", async () => {
      const page = await open("PlatformConnector/driven by a server");
      await page.getByRole("button", { name: "Connect with Netlify" }).click();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Not connected").waitFor();
    });
  });

  describe("DeployButton", () => {
    it("deploys a sandbox to where it goes by itself, and shows how far and where it is", async () => {
      const page = await open("DeployButton/driven by a server");
      await page.getByRole("button", { name: "Deploy", exact: true }).dblclick();
      await page.getByText("1 active").waitFor();
      await page.getByRole("link", { name: "kettle.localhost:8080" }).waitFor();
      await page.getByText("Told: http://kettle.localhost:8080").waitFor();
      expect(await page.getByText("1 active").count()).toBe(0);
      expect(await page.evaluate("globalThis.asked")).toEqual([{ id: "sbx_1", project: "kettle", platform: "local" }]);
    });

    it("goes elsewhere by keyboard alone; what cannot be used says why and does nothing", async () => {
      const page = await open("DeployButton/driven by a server");
      await page.getByRole("button", { name: "Choose where to deploy" }).focus();
      await page.keyboard.press("ArrowDown");
      await page.getByRole("menuitem", { name: /^This machine/ }).waitFor();
      expect(await axe(page)).toEqual([]);
      const focused = (): Promise<string> => page.evaluate("document.activeElement.textContent");
      expect(await focused()).toContain("This machine");
      await page.keyboard.press("End");
      expect(await focused()).toContain("Vercel refused the access token");
      await page.keyboard.press("Enter");
      expect(await page.evaluate("globalThis.asked")).toEqual([]);
      await page.keyboard.press("Escape");
      expect(await page.getByRole("menu").count()).toBe(0);
      await page.keyboard.press("Enter");
      await page.getByRole("menu").waitFor();
      await page.keyboard.press("n");
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: "kettle.localhost:8080" }).waitFor();
      expect(await page.evaluate("globalThis.asked")).toEqual([
        { id: "sbx_1", project: "kettle", platform: "netlify", connection: "con_1" },
      ]);
    });

    it("closes its menu by a press elsewhere and by its own button", async () => {
      const page = await open("DeployButton/ready");
      const button = page.getByRole("button", { name: "Choose where to deploy" });
      await button.click();
      await page.getByRole("menu").waitFor();
      await button.click();
      expect(await page.getByRole("menu").count()).toBe(0);
      await button.click();
      await page.getByRole("menu").waitFor();
      await page.mouse.click(600, 600);
      expect(await page.getByRole("menu").count()).toBe(0);
    });
  });
});
