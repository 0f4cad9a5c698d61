/** Hosted platforms through the command line, against stand-ins that `landfall simulate` could run too: what a person or a script sees. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { get } from "@landfall/engine/deployment/ask";
import { createSimulator, type Simulator, vercel, type VercelState } from "@landfall/simulators";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nameServer } from "../../engine/test/domains/name-server.ts";
import { install, type Installed } from "./installed.ts";

interface Deployed {
  id: string;
  status: string;
  platform: string;
  project: string;
  environment: string;
  url: string | null;
  previewUrl?: string;
  services: { name: string; url: string; alsoAt: string[] }[];
  durationMs: number;
  bytesSent: number;
  filesSent: number;
  error?: { code: string; what: string; next?: string };
}

const page = "<!doctype html><title>shop</title><p>hello";
const site = { "index.html": page, "assets/app.js": "console.log(1)", "assets/same.js": "console.log(1)" };
const token = `canarytoken${randomBytes(16).toString("hex")}`;

let simulator: Simulator<VercelState>;
let landfall: Installed;

beforeEach(async () => {
  simulator = await createSimulator(vercel({ tokens: { [token]: {} } }));
  const { port } = new URL(simulator.url);
  landfall = await install({
    VERCEL_TOKEN: token,
    LANDFALL_VERCEL_API_URL: simulator.url,
    LANDFALL_VERCEL_SITES_URL: `http://vercel.localhost:${port}`,
  });
});
afterEach(async () => {
  await landfall[Symbol.asyncDispose]();
  await simulator.close();
});

const prebuilt = ["--platform", "vercel", "--prebuilt", "--project", "shop"];
const deploy = (folder: string, ...flags: string[]): Promise<Deployed & { code: number }> =>
  landfall.json<Deployed>("deploy", folder, ...prebuilt, ...flags);
const read = async (url: string, path = "/"): Promise<string> =>
  (await get(url, path, AbortSignal.timeout(10_000))).body.toString();

/** Paths and times of everything below a folder. */
function picture(folder: string): [string, number][] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((path) => [path, statSync(join(folder, path)).mtimeMs]);
}

describe("a folder on a hosted platform", () => {
  it("goes where it was deployed last when nobody says where, and here when it is new", async () => {
    const folder = landfall.project("shop", site);
    const again = (...flags: string[]) => landfall.json<Deployed>("deploy", folder, "--prebuilt", ...flags);
    expect(await again("--project", "new")).toMatchObject({ status: "success", platform: "local" });
    expect(await deploy(folder)).toMatchObject({ status: "success", platform: "vercel" });
    expect(await again("--project", "shop")).toMatchObject({ status: "success", platform: "vercel" });
    const preview = ["--project", "shop", "--preview", "draft"];
    expect(await again(...preview, "--platform", "local")).toMatchObject({ status: "success", platform: "local" });
    expect(await again(...preview)).toMatchObject({ status: "success", platform: "local", environment: "draft" });
    expect(await again("--project", "shop")).toMatchObject({ status: "success", platform: "vercel" });
  });

  it("is sent as it is, each content once, with one JSON object on stdout and nothing written into it", async () => {
    const folder = landfall.project("shop", site);
    const before = picture(folder);
    const { code, stdout } = await landfall.run("deploy", folder, ...prebuilt, "--prod", "--json");
    const done = JSON.parse(stdout) as Deployed;
    expect(code).toBe(0);
    expect(done).toMatchObject({
      status: "success",
      platform: "vercel",
      project: "shop",
      environment: "production",
      filesSent: 2,
    });
    expect(done.bytesSent).toBeGreaterThan(page.length);
    expect(await read(done.url!)).toBe(page);
    expect(await read(done.url!, "/assets/same.js")).toBe("console.log(1)");
    expect(picture(folder)).toEqual(before);
    expect((await deploy(folder)).filesSent).toBe(0);
    expect(simulator.violations).toEqual([]);
  });

  it("is previewed beside production, rolled back, listed, inspected and removed", async () => {
    const first = await deploy(landfall.project("one", { "index.html": "version one" }));
    const second = await deploy(landfall.project("two", { "index.html": "version two" }));
    const preview = await deploy(landfall.project("three", { "index.html": "version three" }), "--preview", "pr-7");
    expect(preview).toMatchObject({ code: 0, environment: "pr-7", previewUrl: preview.url });
    expect(await read(second.url!)).toBe("version two");
    const back = await landfall.json<Deployed>("rollback", "shop");
    expect(back).toMatchObject({ code: 0, status: "success" });
    expect(await read(second.url!)).toBe("version one");
    const listed = JSON.parse((await landfall.run("ls", "shop", "--json")).stdout) as { id: string; live: boolean }[];
    expect(listed.filter(({ live }) => live).map(({ id }) => id)).toEqual(
      [preview.id, back.id].toSorted().toReversed(),
    );
    expect(await landfall.json("inspect", first.id)).toMatchObject({ code: 0, platform: "vercel" });
    expect((await landfall.run("rm", "shop", "--yes")).code).toBe(0);
    expect((await get(second.url!, "/", AbortSignal.timeout(10_000))).status).toBe(404);
  });

  it("says before anything is sent where it goes, and which account is missing, with status 4", async () => {
    const folder = landfall.project("shop", site);
    const plan = await landfall.run("deploy", folder, ...prebuilt, "--dry-run");
    expect(plan.stdout + plan.stderr).toContain(
      "vercel: a project shop, found or made in the account of the credential",
    );
    const { code, stdout, stderr } = await landfall.runWith(
      { env: { VERCEL_TOKEN: "" } },
      "deploy",
      folder,
      ...prebuilt,
      "--json",
    );
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ id: null, status: "failed", error: { code: "AUTH_FAILED" } });
    expect(stderr).toContain("landfall connect vercel");
    expect(stderr).toContain("VERCEL_TOKEN");
    expect(simulator.requests()).toEqual([]);
  });

  it("goes to a place saved under a name, which is tried out, changed and forgotten", async () => {
    const saved = await landfall.run("targets", "save", "shop-front", "--platform", "vercel");
    expect(saved).toMatchObject({ code: 0, stdout: "" });
    expect((await landfall.run("targets", "test", "shop-front")).code).toBe(0);
    expect((await landfall.run("targets")).stdout).toMatch(/shop-front +vercel +wherever its account leads/);
    const folder = landfall.project("shop", site);
    expect(await landfall.json<Deployed>("deploy", folder, "--prebuilt", "--to", "shop-front")).toMatchObject({
      code: 0,
      platform: "vercel",
      status: "success",
    });
    expect(await landfall.json("targets", "save", "shop-front", "--default")).toMatchObject({ isDefault: true });
    const other = await landfall.run("targets", "save", "shop-front", "--platform", "netlify");
    expect(other).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("stays so") as string });
    expect((await landfall.run("targets", "save", "elsewhere")).stderr).toContain("landfall platforms");
    expect((await landfall.run("targets", "rm", "shop-front")).code).toBe(0);
    const gone = await landfall.run("deploy", folder, "--prebuilt", "--to", "shop-front", "--json");
    expect(JSON.parse(gone.stdout)).toMatchObject({ error: { code: "NOT_FOUND" } });
  });

  it("never goes to another project than before, unless a person says so", async () => {
    const folder = landfall.project("shop", site);
    await deploy(folder);
    const other = await landfall.runWith({ env: { VERCEL_PROJECT_ID: "prj_other" } }, "deploy", folder, ...prebuilt);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("prj_other");
    expect(simulator.state.deployments.size).toBe(1);
  });

  it("is deployed once when the command was killed in the middle and run again", async () => {
    const files = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`d${n % 20}/f${n}.txt`, `file ${n}`]));
    const folder = landfall.project("large", { ...files, "index.html": page });
    const slow = simulator.fail("slow", { latencyMs: 25, match: { path: "/v2/files" } });
    const child = landfall.start("deploy", folder, ...prebuilt, "--json");
    const uploads = (): number => simulator.requests({ path: "/v2/files" }).length;
    while (uploads() < 300) await delay(5);
    child.kill("SIGKILL");
    const sent = uploads();
    slow.lift();
    const done = await deploy(folder);
    expect(done).toMatchObject({ code: 0, status: "success" });
    expect(simulator.state.deployments.size).toBe(1);
    // Those on their way when it died may have arrived or not.
    expect(uploads()).toBeLessThanOrEqual(2_001 + 50);
    expect(uploads()).toBeGreaterThan(sent);
    expect(await read(done.url!, "/d7/f7.txt")).toBe("file 7");
  });
});

describe("a secret", () => {
  it("of variables and of the credential is in no byte that is kept or shown, and in no argument list", async () => {
    const canary = `canaryvalue${randomBytes(16).toString("hex")}`;
    const address = `postgresql://app:${canary}@db.example.com:5432/shop`;
    const output = (path: string): string => `.vercel/output/${path}`;
    const folder = landfall.project("fn", {
      [output("config.json")]: '{"version":3,"routes":[{"handle":"filesystem"}]}',
      [output("static/index.html")]: page,
      [output("functions/api.func/.vc-config.json")]:
        '{"runtime":"nodejs22.x","handler":"index.js","launcherType":"Nodejs"}',
      [output("functions/api.func/index.js")]: "module.exports = (q, r) => r.end(process.env.API_SECRET)",
    });
    const seen: string[] = [];
    let watching = true;
    const watch = (async () => {
      while (watching) {
        seen.push(
          await new Promise((done) => execFile("ps", ["-A", "-ww", "-o", "args="], (_error, out) => done(out))),
        );
        await delay(20);
      }
    })();
    const shown: string[] = [];
    const call = { env: { API_SECRET: canary, DATABASE_URL: address } };
    for (const extra of [[], ["--verbose"], ["--dry-run"]]) {
      const told = await landfall.runWith(
        call,
        "deploy",
        folder,
        ...prebuilt,
        "-e",
        "API_SECRET",
        "-e",
        "DATABASE_URL",
        "--debug",
        ...extra,
      );
      expect(told.code).toBe(0);
      shown.push(told.stdout, told.stderr);
    }
    simulator.fail("status", { status: 422, json: { error: { code: "bad", message: `value ${canary} is refused` } } });
    const failed = await landfall.runWith(call, "deploy", folder, ...prebuilt, "-e", "API_SECRET", "--debug", "--json");
    expect(failed.code).not.toBe(0);
    shown.push(failed.stdout, failed.stderr);
    watching = false;
    await watch;
    expect([...simulator.state.projects.values()][0]!.variables.length).toBeGreaterThan(0);
    const secrets = [canary, token].flatMap((text) => [text, Buffer.from(text).toString("base64").slice(0, -4)]);
    expect(secrets.filter((text) => [...shown, ...seen].some((one) => one.includes(text)))).toEqual([]);
    const kept = readdirSync(landfall.data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    expect(secrets.filter((text) => kept.some((bytes) => bytes.includes(text)))).toEqual([]);
  });
});

describe("a custom domain", () => {
  it("is added with the records to set, checked against a name server, and removed", async () => {
    await deploy(landfall.project("shop", site));
    const zone: Record<string, string[]> = {};
    await using server = await nameServer(zone);
    const env = { LANDFALL_NAME_SERVERS: server.address };
    const domains = (...args: string[]) => landfall.runWith({ env }, "domains", ...args, "-p", "shop");
    const added = await domains("add", "shop.example.org", "--json");
    expect(added.code).toBe(0);
    interface View {
      ready: boolean;
      records: { record: { type: string; name: string; value: string }; state: string }[];
    }
    const view = JSON.parse(added.stdout) as View;
    expect(view.ready).toBe(false);
    expect(view.records.map(({ state }) => state)).toEqual(view.records.map(() => "missing"));
    for (const { record } of view.records) zone[`${record.type} ${record.name}`] = [record.value];
    const checked = await domains("check", "shop.example.org", "--json");
    expect(checked.code).toBe(3);
    expect((JSON.parse(checked.stdout) as View).records.map(({ state }) => state)).toEqual(
      view.records.map(() => "right"),
    );
    expect((await domains("ls")).stdout).toContain("shop.example.org");
    expect((await domains("rm", "shop.example.org")).code).toBe(0);
    expect((await domains("ls")).stdout).not.toContain("shop.example.org");
    expect((await domains("add", "a.com;id")).code).toBe(2);
  });
});
