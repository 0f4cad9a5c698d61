/**
 * The looks of all stories, or of all pages, as they are kept in a folder, one file per component or page and one line per photograph. A
 * photograph that differs from its line is a fault; `npm run looks` takes the lines that differ anew.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import type { Opened as OpenedStory } from "./browser.ts";
import { differences, type Look, lookOf, type Place, read, written } from "./look.ts";
import { marked } from "./marked.ts";

const takesAnew = process.env["LANDFALL_LOOKS"] === "take";
/** A page that looks different may be about to settle: it is photographed again, with a pause, until it looks as kept or stands still. */
const stillFor = 3;
const pauseMs = 150;
/** Past so many that differ, it is not one page that was about to settle, and nobody waits any more. */
const enough = 20;

type Opened = Pick<OpenedStory, "page" | "photograph">;

export interface Shown {
  /** Of a component, `Component/state`; or a page. */
  story: string;
  theme: string;
  width: number;
}

export interface Album {
  /** What differs from the photograph that is kept, a line each. */
  faults(opened: Opened, shown: Shown): Promise<string[]>;
  kept(shown: Shown): Look;
  /** To be called when all were seen: keeps what was taken; says which lines are of something that is no more. */
  close(): string[];
}

/** `untilThere` waits for what a page loads when it is needed. */
export function openAlbum(folder: string, untilThere: (page: Page) => Promise<void>): Album {
  const kept = new Map(
    (existsSync(folder) ? readdirSync(folder) : []).flatMap((file) => Object.entries(linesOf(join(folder, file)))),
  );
  const seen = new Map<string, string>();
  let shots: string | null = null;
  let differing = 0;

  /** In words where and what differs, with a picture of it in a folder of its own. */
  async function told(
    opened: Opened,
    shown: Shown,
    { before, picture, places }: { before: Look; picture: PNG; places: Place[] },
  ): Promise<string> {
    shots ??= mkdtempSync(join(tmpdir(), "landfall-looks-"));
    const name = keyOf(shown).replaceAll(/[^\w]+/g, "-");
    writeFileSync(join(shots, `${name}.png`), PNG.sync.write(picture));
    const path = join(shots, `${name}.marked.png`);
    writeFileSync(path, PNG.sync.write(marked(before, picture, places)));
    const where = await Promise.all(places.slice(0, 5).map((place) => described(opened, place)));
    const more = places.length > where.length ? `, and ${places.length - where.length} more places` : "";
    return `looks different in ${shown.theme} at ${shown.width}: ${where.join("; ")}${more}. See ${path}; if it is meant: npm run looks`;
  }

  /** With a moment to paint what is there now. */
  async function loaded({ page }: Opened): Promise<void> {
    await untilThere(page);
    await page.waitForTimeout(pauseMs);
  }

  return {
    kept(shown) {
      const line = kept.get(keyOf(shown));
      if (line === undefined) throw new Error(`No look is kept of ${keyOf(shown)}: npm run looks`);
      return read(line);
    },
    async faults(opened, shown) {
      const key = keyOf(shown);
      const line = kept.get(key);
      if (takesAnew) {
        await loaded(opened);
        const now = await settled(opened);
        const isAsKept = line !== undefined && differences(read(line), now).length === 0;
        seen.set(key, isAsKept ? line : written(lookOf(now)));
        return [];
      }
      if (line === undefined) return [`no look is kept of it in ${shown.theme} at ${shown.width}: npm run looks`];
      seen.set(key, line);
      const before = read(line);
      let last: PNG | null = null;
      for (let still = 1; ; ) {
        const picture = await pictureOf(opened);
        const places = differences(before, picture);
        if (places.length === 0) return [];
        still = last?.data.equals(picture.data) ? still + 1 : 1;
        last = picture;
        if (still < stillFor && differing < enough) await loaded(opened);
        else {
          differing++;
          return [await told(opened, shown, { before, picture, places })];
        }
      }
    },
    close() {
      if (takesAnew) keep(folder, seen);
      return takesAnew ? [] : [...kept.keys()].filter((key) => !seen.has(key)).map((key) => `${key}: npm run looks`);
    },
  };
}

const keyOf = ({ story, theme, width }: Shown): string => `${story} ${theme} ${width}`;

function linesOf(path: string): Record<string, string> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
}

function keep(folder: string, lines: Map<string, string>): void {
  const byName = Map.groupBy(
    [...lines].sort(([one], [other]) => (one < other ? -1 : 1)),
    ([key]) => key.split(/[/ ]/)[0]!,
  );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, entries] of byName)
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}

/** Once its letters are there. */
export async function pictureOf(opened: Opened): Promise<PNG> {
  await opened.page.evaluate("document.fonts.ready");
  return PNG.sync.read(await opened.photograph());
}

/** A page once it does not change any more: what is kept of one that is about to would be wrong for everybody. */
async function settled(opened: Opened): Promise<PNG> {
  let before = await opened.photograph();
  let still = 1;
  for (let attempt = 0; attempt < 20 && still < stillFor; attempt++) {
    await opened.page.waitForTimeout(pauseMs);
    const now = await opened.photograph();
    still = now.equals(before) ? still + 1 : 1;
    before = now;
  }
  if (still < stillFor) throw new Error(`It does not stand still: ${opened.page.url()}`);
  return pictureOf(opened);
}

/** `304,112 64×32 px (line; button "Deploy")`. */
async function described({ page }: Opened, { x, y, width, height, what }: Place): Promise<string> {
  const at = await page.evaluate<string>(`(() => {
    const found = document.elementFromPoint(${x + width / 2}, ${y + height / 2});
    const text = found?.textContent?.trim().slice(0, 40);
    return found ? found.tagName.toLowerCase() + (text ? " " + JSON.stringify(text) : "") : "";
  })()`);
  return `${x},${y} ${width}×${height} px (${what.join(", ")}${at ? `; ${at}` : ""})`;
}
