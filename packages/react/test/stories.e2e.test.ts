/** Every story in both themes and at three widths: as it looked before, nothing for axe to find, nothing on the console, no scrolling sideways. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { type Album, openAlbum, pictureOf } from "./album.ts";
import {
  axe,
  hasBrowser,
  type Opened,
  type OpenOptions,
  openStories,
  overflow,
  silentTabs,
  type StoriesInBrowser,
} from "./browser.ts";
import { differences, type Picture } from "./look.ts";

const widths = [320, 768, 1280];

describe.runIf(hasBrowser)("stories", () => {
  let stories: StoriesInBrowser;
  let album: Album;
  beforeAll(async () => {
    stories = await openStories();
    album = openAlbum(join(import.meta.dirname, "looks"), (page) => page.waitForLoadState("networkidle"));
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
        else await stories.turn(opened, story);
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

  it.each(["light", "dark"] as const)(
    "look as they did, accessible and quiet in %s, at every width",
    async (theme) => {
      const faults = await inTurn({ theme, isStill: true }, async (opened, story) => {
        const { page } = opened;
        const found: string[] = [];
        for (const width of widths) {
          await page.setViewportSize({ width, height: 800 });
          found.push(...(await sideways(page, width)));
          found.push(...(await album.faults(opened, { story, theme, width })));
          // In between, layouts are those of one of the two; what a narrow one changes is the same in both themes.
          if (width === 1280 || (width === 320 && theme === "light")) found.push(...(await axe(page)));
        }
        return [...found, ...(await silentTabs(page))];
      });
      expect(faults).toEqual([]);
    },
    600_000,
  );

  it.each([
    ["a button moved by 8 px", "DeployButton/ready", `document.querySelector("button").style.translate = "8px"`],
    [
      "another colour of a state",
      "Parts/StatusIndicator",
      `document.querySelector("[data-lf-root]").style.setProperty("--lf-success-fg", "var(--lf-failure-fg)")`,
    ],
    [
      "a border that is gone",
      "DeploymentConfigForm/detected",
      `document.querySelector("main input:not([type])").style.borderColor = "transparent"`,
    ],
    ["a line of text that is gone", "Parts/ErrorPanel", `document.querySelector("main p").style.visibility = "hidden"`],
  ])("are seen to differ by %s", async (_what, story, change) => {
    for (const theme of ["light", "dark"] as const) {
      const opened = await stories.open(story, { theme, width: 768, isStill: true });
      const kept = album.kept({ story, theme, width: 768 });
      expect(await album.faults(opened, { story, theme, width: 768 })).toEqual([]);
      await opened.page.evaluate(change);
      expect(differences(kept, await pictureOf(opened))).not.toEqual([]);
      await opened.context.close();
    }
  });

  it("do not differ by letters smoothed otherwise, or a pixel further on", async () => {
    for (const story of ["BuildLogViewer/failed", "DeploymentHistory/full", "DeploymentConfigForm/detected"]) {
      const opened = await stories.open(story, { width: 768, isStill: true });
      const shown = { story, theme: "light", width: 768 };
      const kept = album.kept(shown);
      expect(await album.faults(opened, shown)).toEqual([]);
      const picture = await pictureOf(opened);
      expect(differences(kept, smoothedOtherwise(picture))).toEqual([]);
      expect(differences(kept, moved(picture, 1, 0))).toEqual([]);
      expect(differences(kept, moved(picture, 0, 1))).toEqual([]);
      expect(differences(kept, moved(picture, 2, 0))).not.toEqual([]);
      await opened.context.close();
    }
  });

  it("look as they did from right to left, in forced colours and without motion, inside 320 px", async () => {
    const options = { width: 320, direction: "rtl", reducedMotion: true, forcedColors: true, isStill: true } as const;
    const faults = await inTurn(options, async (opened, story) => [
      ...(await sideways(opened.page, 320)),
      ...(await album.faults(opened, { story, theme: "forced colours, right to left", width: 320 })),
    ]);
    expect(faults).toEqual([]);
  }, 600_000);

  it("are all there are looks of", () => {
    expect(album.close()).toEqual([]);
  });
});

/** A picture moved to the right and down, its first column and row repeated. */
function moved({ width, height, data }: Picture, right: number, down: number): Picture {
  const to = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (Math.max(0, y - down) * width + Math.max(0, x - right)) * 4;
      to.set(data.subarray(from, from + 4), (y * width + x) * 4);
    }
  return { width, height, data: to };
}

/** Every pixel at the edge of a letter, which is like none beside or above it, by up to 10 levels lighter or darker. */
function smoothedOtherwise({ width, height, data }: Picture): Picture {
  const to = Uint8Array.from(data);
  const isLike = (at: number, other: number): boolean =>
    [0, 1, 2].every((channel) => data[at + channel] === data[other + channel]);
  for (let at = width * 4; at < data.length - width * 4; at += 4) {
    const beside = [at - 4, at + 4, at - width * 4, at + width * 4];
    if (beside.some((other) => isLike(at, other))) continue;
    // Neither even nor in step with rows and columns.
    const by = ((at / 4) * 7919) % 21;
    for (let channel = 0; channel < 3; channel++)
      to[at + channel] = Math.max(0, Math.min(255, data[at + channel]! + by - 10));
  }
  return { width, height, data: to };
}
