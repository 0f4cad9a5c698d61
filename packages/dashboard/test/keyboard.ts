/** Somebody at a page with nothing but a keyboard, and what they do from `/new` to a served page and back to the one before. */
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Page } from "playwright-core";

/** Most stops on the way to anything. */
const mostStops = 80;
const deployMs = 60_000;

export interface Stop {
  name: string;
  /** Whether a person sees that it has the focus. */
  isSeen: boolean;
}

export interface Keyboard {
  page: Page;
  /** What has the focus. */
  stop(): Promise<Stop>;
  /** Goes on by Tab until something of this name has the focus. */
  reach(name: string | RegExp): Promise<void>;
  press(name: string | RegExp): Promise<void>;
}

/** `passes` is told of every stop on the way, and of those before it. */
export function keyboardOn(page: Page, passes: (stop: Stop, before: readonly string[]) => void = () => {}): Keyboard {
  const keyboard: Keyboard = {
    page,
    stop: () =>
      page.evaluate<Stop>(`(() => {
        const one = document.activeElement;
        // Past the last stop is the browser itself.
        if (one === document.body) return { name: "", isSeen: true };
        const style = getComputedStyle(one);
        const box = one.getBoundingClientRect();
        const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        const text = one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.innerText ?? one.value ?? "";
        return { name: text.trim().split("\\n")[0], isSeen: inside && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
      })()`),
    async reach(name) {
      const passed: string[] = [];
      for (let stops = 0; stops < mostStops; stops += 1) {
        await page.keyboard.press("Tab");
        const here = await keyboard.stop();
        passes(here, passed);
        passed.push(here.name);
        if (typeof name === "string" ? here.name === name : name.test(here.name)) return;
      }
      throw new Error(`${String(name)} is not reached; passed: ${passed.join(", ")}`);
    },
    async press(name) {
      await keyboard.reach(name);
      await page.keyboard.press("Enter");
    },
  };
  return keyboard;
}

/** From `/new`, which is open, to the page of a deployment that is online. The project is called as the folder is. */
export async function deployFolder({ page, press }: Keyboard, folder: string, text: string): Promise<void> {
  writeFileSync(join(folder, "index.html"), `<!doctype html><title>Quay</title><p>${text}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const chooser = page.waitForEvent("filechooser");
  await press("Choose a folder");
  await (await chooser).setFiles(folder);
  await page.getByLabel("Output folder").waitFor();
  await press("Continue");
  await page.getByLabel("Project name").waitFor();
  await press("Continue");
  await page.getByRole("button", { name: "Deploy", exact: true }).waitFor();
  await press("Deploy");
  await page.waitForURL(/\/deployments\/dep_/);
  await page.getByRole("heading", { name: `${basename(folder)} is online` }).waitFor({ timeout: deployMs });
}

/** From the page of a deployment to the dialog that goes back to the one before, and out of it by Escape. */
export async function lookAtRollback({ page, press }: Keyboard): Promise<void> {
  await press("Overview");
  await page.waitForURL(/\/p\/[^/]+$/);
  await page.getByRole("region", { name: "Production" }).getByRole("link").first().waitFor();
  // It says why it cannot be used, until what is live is known.
  await page.locator("button:not([aria-disabled])", { hasText: "Roll back" }).waitFor();
  await press("Roll back");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
}

/** From the button that opens the dialog, which has the focus, to the page of the deployment that goes back. */
export async function rollBack({ page, reach }: Keyboard): Promise<void> {
  const dialog = page.getByRole("dialog");
  await page.keyboard.press("Enter");
  await dialog.getByRole("region", { name: "Then" }).waitFor();
  await page.locator("[role=dialog] :focus").waitFor();
  await reach("Roll back to this");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
}
