/** The connection is cut ten times, the server restarts, the laptop sleeps: the page has every line once, and never an empty panel. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import { type Line, openLine } from "./line.ts";
import { openPlace, type Place } from "./place.ts";

const lines = 4_000;
const asleepMs = 60_000;
/** It prints for a little longer than everything that is done to the page takes. */
const pauseMs = (asleepMs + 20_000) / (lines / 40);
const build = `let line = 0;
const print = () => {
  for (let count = 0; count < 40 && line < ${lines}; count += 1) console.log("line " + ++line);
  if (line < ${lines}) setTimeout(print, ${pauseMs});
  else import("node:fs").then(({ mkdirSync, writeFileSync }) => (mkdirSync("out", { recursive: true }), writeFileSync("out/index.html", "<p>done")));
};
print();
`;

describe.runIf(hasBrowser)("a page whose connection is cut", { timeout: 240_000 }, () => {
  let line: Line;
  let place: Place;
  let owner: Caller;
  beforeAll(async () => {
    line = await openLine();
    place = await openPlace({ publicUrl: line.url });
    line.port = Number(new URL(place.server.url).port);
    owner = await place.server.setUp();
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    await line[Symbol.asyncDispose]();
  });

  it("has every line once at the end, says how current it is, and clears nothing", async () => {
    const { id } = await owner.client.deployments.create({
      project: "chatter",
      source: { upload: await place.upload(owner, { "build.mjs": build, "package.json": '{"name":"chatter"}' }) },
      overrides: { kind: "static", installCommand: "", buildCommand: "node build.mjs", outputDir: "out" },
    });
    const { page, context } = await place.tab(`/p/chatter/deployments/${id}`, owner);
    const log = page.getByRole("log");
    await log
      .getByText(/^line \d+$/)
      .first()
      .waitFor();
    // What was there once stays: looked at from now on, several times a second.
    const emptied = page.evaluate<number>(`new Promise((done) => {
      let empty = 0;
      const look = setInterval(() => { if (document.querySelectorAll("[role=log] [role=listitem]").length === 0) empty += 1; }, 100);
      window.stopLooking = () => (clearInterval(look), done(empty));
    })`);
    for (let cuts = 0; cuts < 10; cuts += 1) {
      await delay(150 + ((cuts * 7_919) % 700));
      line.cut();
    }
    await page.getByText("Live", { exact: true }).first().waitFor();
    await place.server.restart();
    await page.getByText("Live", { exact: true }).first().waitFor();
    await context.setOffline(true);
    line.cut();
    const offline = page.getByText(/Offline since/).first();
    await offline.waitFor();
    await delay(asleepMs);
    expect(await offline.isVisible()).toBe(true);
    await context.setOffline(false);
    await page.getByText("Live", { exact: true }).first().waitFor();

    for await (const _event of await owner.client.deployments.events({ id }));
    expect((await owner.client.deployments.get({ id })).state).toBe("success");
    await expect.poll(() => page.title(), { timeout: 30_000 }).toMatch(/^✓ Ready · chatter/);
    await page.evaluate("window.stopLooking()");
    expect(await emptied).toBe(0);

    await log.getByText(`line ${lines}`, { exact: true }).waitFor();
    await page
      .getByRole("button", { name: /^Copy( the log| lines| all)?$/ })
      .first()
      .click();
    await expect
      .poll(() => page.evaluate<string>("navigator.clipboard.readText()"), { timeout: 10_000 })
      .toContain("line 1\n");
    const copied = await page.evaluate<string>("navigator.clipboard.readText()");
    const printed = copied.split("\n").filter((one) => /^line \d+$/.test(one));
    expect(printed).toEqual(Array.from({ length: lines }, (_, index) => `line ${index + 1}`));
  });
});
