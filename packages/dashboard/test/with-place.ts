/** A place for the tests of a file: opened before them and closed after, every tab closed when its test is over. */
import type { BrowserContext, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import { openPlace, type Place, type Tab } from "./place.ts";

// What a browser does on a busy machine takes its time.
export const soon = { timeout: 20_000 };

export interface WithPlace {
  /** Of a person, or of nobody. */
  tab(path: string, person?: Caller): Promise<Tab>;
}

/** `setUp` is what else is to be there before the first test. */
export function withPlace(setUp: (place: Place) => Promise<void>): WithPlace {
  let place: Place | null = null;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    if (!hasBrowser) return;
    place = await openPlace();
    await setUp(place);
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(() => place?.[Symbol.asyncDispose]());
  return {
    async tab(path, person) {
      const opened = await place!.tab(path, person);
      opened.page.setDefaultTimeout(soon.timeout);
      contexts.push(opened.context);
      return opened;
    },
  };
}

/** The button of this name. */
export const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole("button", { name, ...(typeof name === "string" ? { exact: true } : {}) }).click();

/** Questions of this kind, or those of them whose body is meant, wait from here on, until they are let go. */
export async function held(
  page: Page,
  question: string,
  isMeant: (body: string) => boolean = () => true,
): Promise<{ count(): number; letGo(): Promise<void> }> {
  const asked: Route[] = [];
  let isHeld = true;
  await page.route(`**/rpc/${question}`, (route) =>
    isHeld && isMeant(route.request().postData() ?? "") ? void asked.push(route) : route.continue(),
  );
  return {
    count: () => asked.length,
    async letGo() {
      isHeld = false;
      // One that was given up meanwhile is gone.
      for (const route of asked) await route.continue().catch(() => undefined);
    },
  };
}

/** A dialog closes when what it is for is done. */
export const closed = (page: Page): Promise<void> => page.getByRole("dialog").waitFor({ state: "detached" });
