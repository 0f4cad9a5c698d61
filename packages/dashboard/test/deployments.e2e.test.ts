/** The pages about deployments, in Chromium, against a real server and what the build made. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axe, hasBrowser } from "../../react/test/browser.ts";
import type { Caller } from "../../server/test/harness.ts";
import type { Place } from "./place.ts";
import { held, soon, withPlace } from "./with-place.ts";

type Deployment = Awaited<ReturnType<Caller["client"]["deployments"]["get"]>>;

let place: Place;
let owner: Caller;

const { tab } = withPlace(async (opened) => {
  place = opened;
  owner = await place.server.setUp();
});

const page = (text: string, more = ""): string => `
import { mkdirSync, writeFileSync } from "node:fs";
console.log("making a page that says ${text}");
${more}
mkdirSync("out", { recursive: true });
writeFileSync("out/index.html", "<!doctype html><title>site</title><p>${text}</p>");
console.log("made it");
`;
/** A source with a build of its own, and what is asked for with it. */
const filesWith = (build: string): Record<string, string> => ({
  "build.mjs": build,
  "package.json": JSON.stringify({ name: "site", scripts: { build: "node build.mjs" } }),
});
const overrides = { kind: "static", installCommand: "", buildCommand: "node build.mjs", outputDir: "out" } as const;

async function asked(project: string, build: string): Promise<string> {
  const source = { upload: await place.upload(owner, filesWith(build)) };
  return (await owner.client.deployments.create({ project, source, overrides })).id;
}

async function settled(id: string): Promise<Deployment> {
  for await (const _event of await owner.client.deployments.events({ id }));
  return owner.client.deployments.get({ id });
}

async function deployed(project: string, text: string): Promise<string> {
  const { id, state, error } = await place.deploy(owner, filesWith(page(text)), { project, overrides });
  expect({ state, error }).toEqual({ state: "success", error: null });
  return id;
}

/** Tab, as often as it takes. */
async function tabTo(here: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < 80; presses += 1) {
    if ((await target.and(here.locator(":focus")).count()) > 0) return;
    await here.keyboard.press("Tab");
  }
  throw new Error("Tab does not lead there.");
}

describe.skipIf(!hasBrowser)("pages about deployments", () => {
  it("show a deployment to its end, with its log", async () => {
    // What every page needs is here before: the build lasts longer than the rest takes.
    const { page: here, complaints } = await tab("/", owner);
    const id = await asked("watched", page("hello", "await new Promise((done) => setTimeout(done, 6_000));"));
    await here.goto(`/p/watched/deployments/${id}`);
    await here.getByRole("log").getByText("making a page that says hello").waitFor();
    expect(await here.title()).toMatch(/^… \w+ · watched/);
    await expect.poll(() => here.title(), { timeout: 60_000 }).toMatch(/^✓ Ready · watched/);
    await here.getByRole("heading", { name: /watched is online/ }).waitFor();
    await here.getByRole("log").getByText("made it").waitFor();
    // What was chosen is in the address.
    await here.getByRole("tab", { name: "Events" }).click();
    await here.waitForURL(/tab=events/);
    await here
      .getByText(/build.* finished/)
      .first()
      .waitFor();
    await here.reload();
    await here.getByRole("tab", { name: "Events", selected: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("roll back by keyboard alone, after showing what will change", async () => {
    const first = await deployed("keys", "one");
    const second = await deployed("keys", "two");
    const { page: here } = await tab(`/p/keys/deployments/${first}`, owner);
    await tabTo(here, here.getByRole("button", { name: "Roll back to this" }));
    await here.keyboard.press("Enter");
    const dialog = here.getByRole("dialog", { name: "Roll back" });
    await dialog.getByRole("region", { name: "Now" }).getByText(second).waitFor();
    await dialog.getByRole("region", { name: "Then" }).getByText(first).waitFor();
    await dialog.getByText("The same names and values.").waitFor();
    // Escape gives the focus back to what opened it.
    await here.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await here.locator(":focus").textContent()).toBe("Roll back to this");
    await here.keyboard.press("Enter");
    await dialog.getByRole("region", { name: "Then" }).waitFor();
    await tabTo(here, dialog.getByRole("button", { name: "Roll back to this" }));
    await here.keyboard.press("Enter");
    await here.waitForURL((url) => url.pathname.includes("/deployments/dep_") && !url.pathname.endsWith(first));
    await expect.poll(() => here.title(), { timeout: 60_000 }).toMatch(/^✓ Ready · keys/);
    const { deployments } = await owner.client.deployments.list({ project: "keys", limit: 1 });
    expect(deployments[0]).toMatchObject({ operation: "rollback", state: "success", live: true });
    await here.getByRole("heading", { level: 1, name: "Rollback of keys" }).waitFor();
    await here.getByText("Give the traffic back on this server").waitFor();
  });

  it("say before a redeploy that a new one is built, and call it by what it is made of", async () => {
    await deployed("again", "one");
    const { page: here } = await tab("/p/again", owner);
    await here.getByText("This server").first().waitFor();
    await here.getByRole("button", { name: "Redeploy", exact: true }).click();
    const dialog = here.getByRole("dialog", { name: "Redeploy" });
    const then = dialog.getByRole("region", { name: "Then" });
    await then.getByText("A new deployment of").waitFor();
    // It has no state before it begins.
    expect(await then.getByText("Ready").count()).toBe(0);
    await dialog.getByText("What differs is known when it is built.").waitFor();
    await dialog.getByRole("button", { name: "Redeploy" }).click();
    await here.getByRole("heading", { level: 1, name: "Redeploy of again" }).waitFor();
    await here.getByText("Release on this server").waitFor();
  });

  it("refuse a rollback that was decided on something else, and show what is so now", async () => {
    const [first, second, third] = [
      await deployed("stale", "one"),
      await deployed("stale", "two"),
      await deployed("stale", "three"),
    ];
    const { page: here } = await tab(`/p/stale/deployments/${first}`, owner);
    await here.getByRole("button", { name: "Roll back to this" }).click();
    const dialog = here.getByRole("dialog", { name: "Roll back" });
    const now = dialog.getByRole("region", { name: "Now" });
    await now.getByText(third).waitFor();
    const other = await settled((await owner.client.deployments.rollback({ id: second })).id);
    expect(other.state).toBe("success");
    // It is said, but what was read does not change under the reader's hand.
    await dialog.getByText(/Meanwhile .* went live/).waitFor();
    await now.getByText(third).waitFor();
    await dialog.getByRole("button", { name: "Roll back to this" }).click();
    await dialog.getByRole("alert").filter({ hasText: /dep_/ }).waitFor();
    await now.getByText(third).waitFor({ state: "detached" });
    const { deployments } = await owner.client.deployments.list({ project: "stale", limit: 1 });
    expect(deployments[0]!.id).toBe(other.id);
  });

  it("show of a failed one what is wrong, the step, and the line", async () => {
    const wrong = "src/main.ts(8,63): error TS2345: Argument of type 'string' is not assignable.";
    const build = `console.log("checking types");\nconsole.error(${JSON.stringify(wrong)});\nprocess.exit(2);`;
    const id = await asked("broken", build);
    expect((await settled(id)).state).toBe("failed");
    const { page: here } = await tab(`/p/broken/deployments/${id}`, owner);
    const panel = here.getByRole("region", { name: "Error", exact: true });
    await panel.getByText("TS2345").first().waitFor();
    await here.getByRole("log").getByText("error TS2345").waitFor();
    expect(await here.title()).toMatch(/^✗ Failed · broken/);
    expect(await here.locator("button[aria-expanded=true]", { hasText: /build/i }).count()).toBeGreaterThan(0);
    await here.getByRole("button", { name: "Copy for support" }).click();
    const copied = await here.evaluate<string>("navigator.clipboard.readText()");
    expect(copied).toContain("code: BUILD_FAILED");
    expect(copied).toContain(`deployment: ${id}`);
    expect(copied).toContain("TS2345");
    // The files have to be corrected: this is the way to deploy those, in the same project.
    await here.getByRole("link", { name: "Deploy corrected files" }).click();
    await here.getByRole("heading", { level: 1, name: "Deploy broken" }).waitFor();
    await here.getByRole("navigation").getByRole("link", { name: "Deployments", exact: true }).waitFor();
  });

  it("mark of a failed one the line that tells of the error, not what was printed before it", async () => {
    const build = `for (const pier of ["old", "new", "long"]) console.log("reading the tides of the " + pier + " pier");
console.error("Error: no tides are there");
process.exit(1);`;
    const id = await asked("tideless", build);
    expect((await settled(id)).error?.evidence?.[0]).toContain("reading the tides");
    const { page: here } = await tab(`/p/tideless/deployments/${id}`, owner);
    const marked = here.getByRole("log").locator("[role=listitem][aria-current]");
    await expect.poll(() => marked.allInnerTexts(), soon).toEqual([expect.stringContaining("no tides are there")]);
  });

  it("show a shared one to people without an account, and nothing to do", async () => {
    const id = await deployed("given", "shared");
    const { url } = await owner.client.deployments.share({ id });
    const { page: here, complaints } = await tab(new URL(url, place.server.url).pathname);
    await here.getByRole("heading", { name: /given/ }).waitFor();
    await here.getByRole("log").getByText("made it").waitFor();
    for (const name of ["Redeploy", "Roll back to this", "Cancel", "Share"])
      expect(await here.getByRole("button", { name, exact: true }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await owner.client.deployments.unshare({ id });
    await here.reload();
    await here.getByText("This address shows nothing").waitFor();
  });

  it("show a rollback of somebody else by themselves", async () => {
    const first = await deployed("pair", "one");
    const second = await deployed("pair", "two");
    const { page: here } = await tab("/p/pair", owner);
    const live = here.getByRole("region", { name: "Production" });
    await live.locator(`a[href$="${second}"]`).waitFor();
    const { id } = await settled((await owner.client.deployments.rollback({ id: first })).id);
    await live.locator(`a[href$="${id}"]`).waitFor();
  });

  it("can be gone back from, though they went live while the page was listening anew", async () => {
    const first = await deployed("unheard", "one");
    const { page: here } = await tab("/p/unheard", owner);
    await here.getByText("Live", { exact: true }).first().waitFor();
    // However fast somebody is: nothing is asked again because it has become old.
    await here.clock.setFixedTime(new Date());
    const listening = await held(here, "live");
    await here.locator(`a[href$="${first}"]`).first().click();
    await expect.poll(listening.count, soon).toBeGreaterThan(0);
    await deployed("unheard", "two");
    await listening.letGo();
    await here.getByRole("tab", { name: "Events" }).click();
    await here.getByText("Ended", { exact: true }).first().waitFor();
    await here.getByRole("link", { name: "Overview", exact: true }).click();
    await here.locator("button:not([aria-disabled])", { hasText: "Roll back" }).waitFor();
  });

  it("are asked for again when they went live between a page's question and its stream", async () => {
    await deployed("between", "one");
    const { page: here } = await tab("/activity", owner);
    const listening = await held(here, "live");
    // Read before the second one is there, and answered after the page listens.
    const late = Promise.withResolvers<void>();
    let isRead = false;
    await here.route(
      "**/rpc/deployments/list",
      async (route) => {
        const response = await route.fetch();
        isRead = true;
        await late.promise;
        await route.fulfill({ response });
      },
      { times: 1 },
    );
    await here.goto("/p/between");
    await expect.poll(() => isRead && listening.count() > 0, soon).toBe(true);
    await deployed("between", "two");
    await listening.letGo();
    await here.getByText("Live", { exact: true }).first().waitFor();
    late.resolve();
    await here.locator("button:not([aria-disabled])", { hasText: "Roll back" }).waitFor();
  });

  it("tell when the address was copied from the palette", async () => {
    const id = await deployed("copied", "one");
    const { page: here } = await tab(`/p/copied/deployments/${id}`, owner);
    await here.getByRole("heading", { name: /copied is online/ }).waitFor();
    await here.keyboard.press("Control+k");
    await here.getByRole("combobox", { name: /^Search pages/ }).fill("copy the site");
    await here.keyboard.press("Enter");
    await here.getByRole("status").getByText("The site's address is copied.").waitFor();
    expect(await here.evaluate("navigator.clipboard.readText()")).toBe((await settled(id)).url);
  });

  it("belong to a project even if it is called as a page is", async () => {
    const id = await deployed("team", "ours");
    const { page: here, complaints } = await tab("/", owner);
    await here.getByRole("main").getByRole("link", { name: "team", exact: true }).click();
    await here.waitForURL("**/p/team");
    await here.getByRole("heading", { level: 1, name: "team" }).waitFor();
    await here.getByRole("link", { name: "Deployments", exact: true }).click();
    await here.locator(`a[href="/p/team/deployments/${id}"]`).first().click();
    await here.getByRole("heading", { name: /team is online/ }).waitFor();
    await here.getByRole("link", { name: "Team", exact: true }).click();
    await here.waitForURL((url) => url.pathname === "/team");
    await here.getByRole("heading", { name: "Members" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("are found by person and by day, which is in the address", async () => {
    const id = await deployed("found", "one");
    const { page: here, complaints } = await tab("/p/found/deployments?person=Owner&until=2020-01-01", owner);
    await here.getByText("Nothing matches").waitFor();
    expect(await here.getByLabel("Person").inputValue()).toBe("Owner");
    await here.getByLabel("Until").fill("");
    await here.locator(`a[href="/p/found/deployments/${id}"]`).first().waitFor();
    await here.getByLabel("From").fill("2999-01-01");
    await here.waitForURL(/person=Owner&from=2999-01-01$/);
    await here.getByText("Nothing matches").waitFor();
    await here.getByRole("button", { name: "Clear filters" }).first().click();
    await here.waitForURL((url) => url.search === "");
    await here.locator(`a[href="/p/found/deployments/${id}"]`).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it("draw how long they take, how they end and how large they are, and say it too", async () => {
    const first = await deployed("trend", "one");
    for (const text of ["two", "three"]) await deployed("trend", text);
    expect((await settled(await asked("trend", "process.exit(2);"))).state).toBe("failed");
    // Nothing is built for it: it releases what was built before.
    expect((await settled((await owner.client.deployments.rollback({ id: first })).id)).state).toBe("success");
    const { page: here, complaints } = await tab("/p/trend", owner);
    const figure = (name: string): Locator => here.getByRole("figure", { name });
    await figure("How long they take")
      .getByRole("img", { name: /^One that succeeds usually takes / })
      .waitFor();
    await figure("How they end").getByRole("img", { name: "Of the last 5, 4 succeeded and 1 failed." }).waitFor();
    await figure("How they end").getByText("As a table").click();
    await figure("How they end")
      .getByRole("row", { name: /\d 4 1 0$/ })
      .waitFor();
    const released = figure("How large they are");
    await released
      .getByRole("img", { name: /^The last one is 44 bytes, the smallest 44 bytes, the largest 46/ })
      .waitFor();
    await released.getByText("As a table").click();
    expect(await released.getByRole("row", { name: / 4[46] bytes \d+ bytes$/ }).count()).toBe(4);
    expect(await axe(here)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("say from which commit to which it went, and what lies between as text", async () => {
    const folder = mkdtempSync(join(tmpdir(), "landfall-commits-"));
    const hostile = `<img src="x" onerror="document.body.textContent = 'gone'"> & <b>bold</b>`;
    const git = (...args: string[]): string =>
      execFileSync("git", ["-C", folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
        encoding: "utf8",
      }).trim();
    const { organization } = await owner.client.me();
    const engine = place.server.engine.of(organization!.id);
    const commits: { id: string; sha: string }[] = [];
    try {
      git("init", "--quiet");
      for (const text of ["first", "second"]) {
        if (text === "second") {
          git("commit", "--quiet", "--allow-empty", "--message", `${hostile}\u202e`);
          for (let count = 1; count <= 10; count += 1)
            git("commit", "--quiet", "--allow-empty", "--message", `Step ${count}`);
        }
        writeFileSync(join(folder, "index.html"), `<!doctype html><title>Commits</title><p>${text}`);
        git("add", ".");
        git("commit", "--quiet", "--message", `The ${text} page`);
        const source = { kind: "folder", path: folder } as const;
        const { id } = await engine.accept(await engine.prepare({ source, project: "commits" }));
        expect((await settled(id)).state).toBe("success");
        commits.push({ id, sha: git("rev-parse", "--short=7", "HEAD") });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    const [first, second] = commits as [(typeof commits)[number], (typeof commits)[number]];
    const { page: here, complaints } = await tab(`/p/commits/deployments/${second.id}?tab=changes`, owner);
    await here.getByText(`From ${first.sha} to ${second.sha}`).waitFor();
    await here.getByText("12 commits are new.").waitFor();
    const list = here.getByRole("list", { name: "Commits", exact: true }).getByRole("listitem");
    expect(await list.count()).toBe(10);
    expect(await list.first().textContent()).toContain(`${second.sha}The second pageAda, `);
    await here.getByRole("button", { name: "Show 2 more" }).click();
    expect(await list.last().locator("bdi").first().textContent()).toBe(hostile);
    expect(await list.locator("img, b").count()).toBe(0);
    expect(await axe(here)).toEqual([]);
    expect(complaints).toEqual([]);
    // An earlier one takes them back.
    await here.goto(`/p/commits/deployments/${first.id}`);
    await here.getByRole("button", { name: "Roll back to this" }).click();
    await here.getByRole("dialog").getByText("12 commits are taken back.").waitFor();
  });

  it("give axe nothing to say, in both themes and at 320 px", async () => {
    const first = await deployed("looks", "one");
    const second = await deployed("looks", "two");
    const paths = [
      "/p/looks",
      "/p/looks/deployments",
      `/p/looks/deployments?compare=${first},${second}`,
      `/p/looks/deployments/${second}`,
      ...["runtime", "changes", "artifact", "plan", "events"].map((one) => `/p/looks/deployments/${second}?tab=${one}`),
    ];
    const { page: here } = await tab("/p/looks", owner);
    for (const theme of ["light", "dark"] as const) {
      await here.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      for (const path of paths) {
        await here.goto(path);
        await here.locator("h1").waitFor();
        await here.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
        await here.waitForTimeout(300);
        expect({ path, theme, found: await axe(here) }).toEqual({ path, theme, found: [] });
      }
    }
    await here.setViewportSize({ width: 320, height: 800 });
    for (const path of paths) {
      await here.goto(path);
      await here.waitForTimeout(500);
      const wide = await here.evaluate<number>("document.documentElement.scrollWidth");
      expect({ path, wide }).toEqual({ path, wide: 320 });
    }
  });
});
