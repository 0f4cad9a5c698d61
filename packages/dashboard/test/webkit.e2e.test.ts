/** A person with WebKit: in, from an archive to a site that answers though the connection is cut, and back to the one before by keyboard. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasWebkit, openWebkit, type WebkitPage } from "../../react/test/webkit.ts";
import { password } from "../../server/test/harness.ts";
import { type Line, openLine } from "./line.ts";
import { openPlace, type Place } from "./place.ts";

const hostile = `<img src=x onerror="document.title='taken'"> \u202eesrever`;
const printed = 60;
const filesThatSay = (text: string): Record<string, string> => ({
  "package.json": JSON.stringify({ name: "harbour", private: true, scripts: { build: "node build.mjs" } }),
  "build.mjs": `import { mkdirSync, writeFileSync } from "node:fs";
for (let line = 1; line <= ${printed}; line += 1) {
  console.log("line " + line);
  await new Promise((done) => setTimeout(done, 100));
}
console.log(${JSON.stringify(hostile)});
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", "<!doctype html><title>Harbour</title><p>" + ${JSON.stringify(text)});
`,
});

describe.runIf(hasWebkit)("a person with WebKit", { timeout: 180_000 }, () => {
  let line: Line;
  let place: Place;
  let page: WebkitPage;
  const root = mkdtempSync(join(tmpdir(), "landfall-webkit-test-"));
  beforeAll(async () => {
    line = await openLine();
    place = await openPlace({ publicUrl: line.url });
    line.port = Number(new URL(place.server.url).port);
    await place.server.setUp();
    page = await openWebkit();
  });
  afterAll(async () => {
    await page?.[Symbol.asyncDispose]();
    await place?.[Symbol.asyncDispose]();
    await line?.[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
  });

  const complaints: string[] = [];
  /** What the page complained of since it was opened is noted; from here on what the next one does. */
  async function open(path: string): Promise<void> {
    await noted();
    await page.goto(line.url + path);
    await page.evaluate(`(() => {
      window.complaints = [];
      const note = (what) => complaints.push(String(what));
      addEventListener("error", ({ message }) => note(message));
      addEventListener("unhandledrejection", ({ reason }) => note(reason));
      addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => note(violatedDirective + " " + blockedURI));
      console.error = (...all) => note(all.join(" "));
    })()`);
  }
  const noted = async (): Promise<void> => {
    complaints.push(...(await page.evaluate<string[]>("window.complaints ?? []")));
  };

  async function expectAccessible(): Promise<void> {
    await page.until("document.querySelector('[aria-busy=true]') === null");
    expect(await page.axe()).toEqual([]);
  }

  /** What has the focus, by its text. */
  const focused = (): Promise<string> => page.evaluate("document.activeElement.textContent");

  /** Goes on by Tab until something of this text has the focus. */
  async function tabTo(name: string | RegExp): Promise<void> {
    for (let stops = 0; stops < 80; stops += 1) {
      await page.press("Tab");
      const here = await focused();
      if (typeof name === "string" ? here === name : name.test(here)) return;
    }
    throw new Error(`Tab does not lead to ${String(name)}.`);
  }

  function archiveOf(files: Record<string, string>): string {
    const folder = join(root, "harbour");
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    execFileSync("tar", ["-czf", join(root, "harbour.tar.gz"), "-C", folder, "."]);
    return join(root, "harbour.tar.gz");
  }

  /** From an archive to where the plan is accepted. */
  async function deploy(path: string, files: Record<string, string>, choose: () => Promise<void>): Promise<void> {
    await open(path);
    await page.find("heading", /./);
    await page.choose("[data-source=archive]", archiveOf(files));
    await page.find("textbox", "Build command");
    await page.type("Output folder", "dist");
    await page.click("button", "Continue");
    await page.find("textbox", "Project name");
    await choose();
    await page.click("button", "Continue");
    await page.find("button", "Deploy");
    await expectAccessible();
    await page.click("button", "Deploy");
    await page.until("/\\/harbour\\/deployments\\/dep_/.test(location.pathname)");
  }

  const logSays = (text: string): Promise<void> =>
    page.until(
      `[...document.querySelectorAll("[role=log] [data-line]")].some((row) => row.lastElementChild.textContent === ${JSON.stringify(text)})`,
    );

  /** Lines of the log that the build printed, read as a person does who scrolls from its beginning to its end. */
  const readInTurn = (): Promise<string[]> =>
    page.evaluate(`(async () => {
      const log = document.querySelector("[role=log]");
      const seen = new Map();
      for (let top = 0; ; top += 100) {
        log.scrollTop = top;
        await new Promise((done) => setTimeout(done, 100));
        for (const row of log.querySelectorAll("[data-line]")) seen.set(Number(row.dataset.line), row.lastElementChild.textContent);
        if (top > log.scrollHeight) break;
      }
      return [...seen].sort(([one], [other]) => one - other).map(([, text]) => text).filter((text) => /^line \\d+$/.test(text));
    })()`);

  /** What a visitor reads at the address that the page names. */
  async function visited(): Promise<string> {
    const { deployments } = await (await place.server.signIn("owner@example.com")).client.deployments.list({
      project: "harbour",
      limit: 1,
    });
    await page.goto(deployments[0]!.url!);
    return page.evaluate("document.querySelector('p').textContent");
  }

  it("signs in by keyboard", async () => {
    await open("/sign-in");
    await page.find("textbox", "Email");
    await expectAccessible();
    await page.type("Email", "owner@example.com");
    await page.press("Tab", ...Array.from(password), "Enter");
    await page.until(`document.body.innerText.includes("No projects yet")`);
    await expectAccessible();
  });

  it("deploys an archive and has every line of the log once, though the connection is cut", async () => {
    await deploy("/new", filesThatSay("High water at noon"), () => page.type("Project name", "harbour"));
    for (const seen of ["line 5", "line 20", "line 35"]) {
      await logSays(seen);
      line.cut();
    }
    await page.find("heading", /harbour is online/);
    await expectAccessible();
    await logSays(hostile.replace("\u202e", "[U+202E]"));
    expect(await page.evaluate("document.title")).not.toBe("taken");
    expect(await readInTurn()).toEqual(Array.from({ length: printed }, (_, index) => `line ${index + 1}`));
    await noted();
    expect(await visited()).toBe("High water at noon");
  });

  it("goes back by keyboard", async () => {
    await deploy("/new?project=harbour", filesThatSay("Low water at noon"), async () => {});
    await page.find("heading", /harbour is online/);
    await noted();
    expect(await visited()).toBe("Low water at noon");

    await open("/p/harbour");
    await page.until(
      `[...document.querySelectorAll("button:not([aria-disabled])")].some((one) => one.innerText === "Roll back")`,
    );
    await expectAccessible();
    await tabTo("Roll back");
    await page.press("Enter");
    await page.until(`document.querySelector("[role=dialog]")?.innerText.includes("Then")`);
    await expectAccessible();
    await page.press("Escape");
    await page.until(`document.querySelector("[role=dialog]") === null`);
    expect(await focused()).toBe("Roll back");
    await page.press("Enter");
    await page.until(`document.querySelector("[role=dialog]")?.innerText.includes("Then")`);
    await page.until(`document.querySelector("[role=dialog]").contains(document.activeElement)`);
    await tabTo("Roll back to this");
    await page.press("Enter");
    await page.until(`document.querySelector("[role=dialog]") === null`);
    await noted();
    await expect.poll(visited, { timeout: 30_000 }).toBe("High water at noon");
  });

  it("has nothing that WebKit complains of", async () => {
    await noted();
    expect(complaints).toEqual([]);
  });
});
