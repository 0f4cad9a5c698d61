/** From `/new` to a served page and back to the one before, without a mouse: focus is seen at each stop, and nothing holds it. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import { deployFolder, type Keyboard, keyboardOn, lookAtRollback, rollBack } from "./keyboard.ts";
import { openPlace, type Place } from "./place.ts";

describe.runIf(hasBrowser)("the keyboard alone", { timeout: 240_000 }, () => {
  let place: Place;
  let owner: Caller;
  let keyboard: Keyboard;
  const root = mkdtempSync(join(tmpdir(), "landfall-keyboard-"));
  const folder = join(root, "quay");
  beforeAll(async () => {
    mkdirSync(folder);
    place = await openPlace();
    owner = await place.server.setUp();
    const { page } = await place.tab("/new", owner);
    page.setDefaultTimeout(30_000);
    keyboard = keyboardOn(page, (here, before) => {
      if (here.name !== "") expect(here, `after ${before.join(", ")}`).toMatchObject({ isSeen: true });
    });
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
  });

  /** What visitors see. */
  async function shown(): Promise<string> {
    const { deployments } = await owner.client.deployments.list({ project: "quay", limit: 1 });
    const { page: visitor, context } = await place.tab(deployments[0]!.url!);
    const text = await visitor.innerText("p");
    await context.close();
    return text;
  }

  it("deploys a folder", async () => {
    await deployFolder(keyboard, folder, "one");
    expect(await shown()).toBe("one");
  });

  it("deploys a new version, and goes back to the first", async () => {
    await keyboard.page.goto("/new?project=quay");
    await deployFolder(keyboard, folder, "two");
    expect(await shown()).toBe("two");

    await lookAtRollback(keyboard);
    expect((await keyboard.stop()).name).toBe("Roll back");
    await rollBack(keyboard);
    const { deployments } = await owner.client.deployments.list({ project: "quay", limit: 1 });
    const [{ id, operation }] = deployments as [(typeof deployments)[number]];
    expect(operation).toBe("rollback");
    for await (const _event of await owner.client.deployments.events({ id }));
    expect(await shown()).toBe("one");
  });
});
