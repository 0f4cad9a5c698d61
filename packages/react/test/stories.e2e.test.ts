/** Every story in both themes and at three widths: nothing for axe to find, nothing on the console, no scrolling sideways. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import {
  axe,
  hasBrowser,
  type Opened,
  type OpenOptions,
  openStories,
  overflow,
  type StoriesInBrowser,
} from "./browser.ts";

const widths = [320, 768, 1280];

describe.runIf(hasBrowser)("stories", () => {
  let stories: StoriesInBrowser;
  beforeAll(async () => {
    stories = await openStories();
  });
  afterAll(() => stories[Symbol.asyncDispose]());

  it("are there for every component", () => {
    const titles = new Set(stories.names.map((name) => name.split("/")[0]));
    expect([...titles]).toEqual(
      expect.arrayContaining([
        "BuildLogViewer",
        "DeployButton",
        "DeploymentConfigForm",
        "DeploymentHistory",
        "DeploymentProgress",
        "DeploymentSuccessCard",
        "EnvironmentVariableInput",
        "PlatformConnector",
        "PostDeploymentChecklist",
      ]),
    );
  });

  /** Each story in turn, in two pages: one waits for the browser while the other is looked at. */
  async function inTurn(
    options: OpenOptions,
    look: (opened: Opened, story: string) => Promise<string[]>,
  ): Promise<string[]> {
    const faults: string[] = [];
    const left = stories.names.values();
    const one = async (): Promise<void> => {
      let opened: Opened | null = null;
      for (const story of left) {
        if (opened === null) opened = await stories.open(story, options);
        else await stories.turn(opened, story, options);
        const found = [...(await look(opened, story)), ...opened.complaints.map((text) => `console: ${text}`)];
        faults.push(...found.map((fault) => `${story}: ${fault}`));
      }
      await opened?.context.close();
    };
    await Promise.all([one(), one()]);
    return faults;
  }

  async function sideways(page: Page, width: number): Promise<string[]> {
    const by = await overflow(page);
    return by > 0 ? [`scrolls sideways by ${by} px at ${width}`] : [];
  }

  it.each(["light", "dark"] as const)("are accessible and quiet in %s, at every width", async (theme) => {
    const faults = await inTurn({ theme }, async ({ page }) => {
      const found: string[] = [];
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        found.push(...(await sideways(page, width)));
        // In between, layouts are those of one of the two; what a narrow one changes is the same in both themes.
        if (width === 1280 || (width === 320 && theme === "light")) found.push(...(await axe(page)));
      }
      return found;
    });
    expect(faults).toEqual([]);
  });

  it("read from right to left, in forced colours and without motion, and stay inside 320 px", async () => {
    const options = { width: 320, direction: "rtl", reducedMotion: true, forcedColors: true } as const;
    expect(await inTurn(options, ({ page }) => sideways(page, 320))).toEqual([]);
  });
});
