/** Every story in both themes and at three widths: nothing for axe to find, nothing on the console, no scrolling sideways. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axe, hasBrowser, openStories, overflow, type StoriesInBrowser } from "./browser.ts";

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

  it.each(["light", "dark"] as const)("are accessible and quiet in %s, at every width", async (theme) => {
    const faults: string[] = [];
    for (const story of stories.names) {
      const { page, context, complaints } = await stories.open(story, { theme });
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        const sideways = await overflow(page);
        if (sideways > 0) faults.push(`${story} at ${width}: scrolls sideways by ${sideways} px`);
        // In between, layouts are those of one of the two.
        if (width !== 768) faults.push(...(await axe(page)).map((one) => `${story} at ${width}: ${one}`));
      }
      faults.push(...complaints.map((one) => `${story}: console: ${one}`));
      await context.close();
    }
    expect(faults).toEqual([]);
  });

  it("read from right to left, in forced colours and without motion, and stay inside 320 px", async () => {
    const faults: string[] = [];
    for (const story of stories.names) {
      const { page, context, complaints } = await stories.open(story, {
        width: 320,
        direction: "rtl",
        reducedMotion: true,
        forcedColors: true,
      });
      const sideways = await overflow(page);
      if (sideways > 0) faults.push(`${story}: scrolls sideways by ${sideways} px`);
      faults.push(...complaints.map((one) => `${story}: console: ${one}`));
      await context.close();
    }
    expect(faults).toEqual([]);
  });
});
