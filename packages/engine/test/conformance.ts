/**
 * What every platform must do, written once. A platform's own test holds only what is peculiar to it.
 * What a platform cannot do it does not declare, and its case is not made.
 */
import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hostedConforms } from "./hosted-conformance.ts";
import type { DeployEvent, DeploymentView, DeployRequest } from "../src/index.ts";
import type { Place } from "./conforming-place.ts";

export interface Conforming {
  id: string;
  /** Whether it can give traffic back to an earlier release. */
  rollback: boolean;
  /** A platform of somebody else, reached over an API. */
  hosted?: boolean;
  open(): Promise<Place>;
  /** GET a path of a deployment, whatever names the system resolves. */
  get(url: string, path: string): Promise<{ status: number; body: Buffer }>;
}

/** What a site of every kind of file looks like: bytes that are not text, an empty file, names outside ASCII, a folder. */
function site(version: string): Record<string, string | Buffer> {
  return {
    "index.html": `<!doctype html><title>site</title><p>version ${version}</p>`,
    // Without one, some platforms answer unknown paths with the front page.
    "404.html": "<p>not here</p>",
    "empty.txt": "",
    "bytes.bin": Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 7) % 256)),
    "ünïcode-名.txt": "a name outside ASCII\n",
    "a folder/page.html": "<p>with a space</p>",
  };
}

export function conforms(platform: Conforming): void {
  describe(`${platform.id} conforms`, () => {
    let place: Place;
    let sources: string;

    beforeEach(async () => {
      place = await platform.open();
      sources = mkdtempSync(join(tmpdir(), "landfall-conformance-"));
    });
    afterEach(async () => {
      await place[Symbol.asyncDispose]();
      rmSync(sources, { recursive: true, force: true });
    });

    function folder(files: Record<string, string | Buffer>, name = "site"): string {
      const root = join(sources, name);
      rmSync(root, { recursive: true, force: true });
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), content);
      }
      return root;
    }

    function request(path: string, more: Partial<DeployRequest> = {}): DeployRequest {
      return { source: { kind: "folder", path }, project: "site", platform: platform.id, prebuilt: true, ...more };
    }

    async function accept(asked: DeployRequest): Promise<DeploymentView> {
      return place.engine.accept(await place.engine.prepare(asked));
    }

    async function finish(id: string): Promise<DeploymentView> {
      await place.engine.work({ signal: AbortSignal.timeout(120_000), until: "idle", only: id });
      return place.engine.deployment(id);
    }

    const deploy = async (asked: DeployRequest): Promise<DeploymentView> => finish((await accept(asked)).id);
    const text = async (url: string, path = "/"): Promise<string> => (await platform.get(url, path)).body.toString();

    async function events(id: string): Promise<DeployEvent[]> {
      return Array.fromAsync(place.engine.follow(id));
    }

    it("serves exactly the bytes it was given", async () => {
      const files = site("one");
      const done = await deploy(request(folder(files)));
      expect(done).toMatchObject({ state: "success", live: true, error: null });
      for (const [path, content] of Object.entries(files)) {
        if (path.endsWith(".html")) continue;
        const answer = await platform.get(done.url!, `/${encodeURI(path)}`);
        expect([path, answer.status, digest(answer.body)]).toEqual([path, 200, digest(Buffer.from(content))]);
      }
      expect(await text(done.url!)).toBe(files["index.html"]);
      expect((await platform.get(done.url!, "/not-there.txt")).status).toBe(404);
    });

    it("resumes where the process died, after every step in turn, and repeats no finished step", async () => {
      await deploy(request(folder(site("before"))));
      const names = (await events((await deploy(request(folder(site("first"))))).id)).flatMap((event) =>
        event.type === "step" && event.status !== "started" ? [event.step] : [],
      );
      expect(names.length).toBeGreaterThanOrEqual(4);
      for (const [index, name] of names.entries()) {
        const { id } = await accept(request(folder(site(`round ${index}`))));
        const [program, ...args] = [...place.workerCommand, id, name];
        const worker = spawn(program, args, { stdio: "ignore" });
        expect(await new Promise((resolve) => worker.once("exit", (_code, signal) => resolve(signal)))).toBe("SIGKILL");
        expect(await finish(id)).toMatchObject({ state: "success", live: true });
        const happened = await events(id);
        expect(happened.map((event) => event.seq)).toEqual(happened.map((_, at) => at + 1));
        const finished = happened.flatMap((event) =>
          event.type === "step" && (event.status === "finished" || event.status === "reused") ? [event.step] : [],
        );
        expect(finished).toEqual([...new Set(finished)]);
        expect(await text((await place.engine.deployment(id)).url!)).toContain(`version round ${index}`);
        if (place.remote) expect(place.remote.deployments()).toBe(index + 3);
      }
    });

    it("ends as cancelled within 5 s, and nothing new is live", async () => {
      const before = await deploy(request(folder(site("old"))));
      const slow = folder(
        {
          "package.json": JSON.stringify({ name: "slow", scripts: { build: "node build.js" } }),
          "build.js": "setInterval(() => console.log('still building'), 100)",
        },
        "slow",
      );
      const { id } = await accept(request(slow, { prebuilt: false, overrides: { kind: "static", outputDir: "dist" } }));
      const working = place.engine.work({ signal: AbortSignal.timeout(60_000), until: "idle", only: id });
      for await (const event of place.engine.follow(id)) if (event.type === "log") break;
      const asked = performance.now();
      await place.engine.cancel(id);
      await working;
      expect(performance.now() - asked).toBeLessThan(5_000);
      expect(await place.engine.deployment(id)).toMatchObject({ state: "cancelled", live: false });
      expect(await processesIn(place.home, "build.js")).toEqual([]);
      expect(await text(before.url!)).toContain("version old");
    });

    it("gives the place of a waiting deployment to a newer one, and never two releases the traffic", async () => {
      const first = await accept(request(folder(site("one"))));
      const second = await accept(request(folder(site("two"))));
      const third = await accept(request(folder(site("three"))));
      await place.engine.work({ signal: AbortSignal.timeout(60_000), until: "idle" });
      const states = await Promise.all(
        [first, second, third].map(async ({ id }) => (await place.engine.deployment(id)).state),
      );
      expect(states).toEqual(["cancelled", "cancelled", "success"]);
      expect((await place.engine.deployment(first.id)).reason).toContain(second.id);
      expect(await text((await place.engine.deployment(third.id)).url!)).toContain("version three");
      expect((await place.engine.deployments({ project: "site" })).filter((one) => one.live)).toHaveLength(1);
    });

    it("runs two workers at once and each deployment once", async () => {
      const ids: string[] = [];
      for (const project of ["one", "two", "three", "four"])
        ids.push((await accept(request(folder(site(project), project), { project }))).id);
      const work = () => place.engine.work({ signal: AbortSignal.timeout(60_000), until: "idle" });
      const other = spawn(place.workerCommand[0]!, place.workerCommand.slice(1), { stdio: "ignore" });
      const ended = new Promise((resolve) => other.once("exit", resolve));
      await work();
      await ended;
      for (const id of ids) {
        expect(await place.engine.deployment(id)).toMatchObject({ state: "success" });
        const started = (await events(id)).filter((event) => event.type === "step" && event.status === "started");
        expect(new Set(started.map((event) => event.type === "step" && event.step)).size).toBe(started.length);
      }
    });

    it("does nothing again when nothing changed", async () => {
      const root = folder(site("same"));
      const first = await deploy(request(root));
      const second = await deploy(request(root));
      expect(second.state).toBe("success");
      const build = (await events(second.id)).find(
        (event) => event.type === "step" && event.step === "build" && event.status !== "started",
      );
      if (platform.hosted) expect([build, first.filesSent, second.filesSent]).toEqual([undefined, 6, 0]);
      else expect(build).toMatchObject({ status: "reused" });
      expect(await text(first.url!)).toContain("version same");
    });

    it("writes no secret anywhere in the clear", async () => {
      const canary = `canary-${randomBytes(24).toString("hex")}`;
      const root = folder(
        {
          "package.json": JSON.stringify({ name: "leaky", scripts: { build: "node build.js" } }),
          "build.js": `const s = process.env.APP_SECRET; const b = Buffer.from(s);
          console.log("raw", s); console.log("base64", b.toString("base64")); console.log("url", encodeURIComponent(s + "/&"));
          console.log(JSON.stringify({ json: s })); console.log("\\u001b[31m" + s.slice(0, 20) + "\\u001b[0m" + s.slice(20));
          for (const c of s) console.log(c);
          console.error("Error: connect failed with " + s); process.exit(1);`,
        },
        "leaky",
      );
      const done = await deploy(
        request(root, {
          project: "leaky",
          prebuilt: false,
          overrides: { kind: "static", outputDir: "dist" },
          variables: { APP_SECRET: canary },
        }),
      );
      expect(done.state).toBe("failed");
      expect(done.error?.code).toBe("BUILD_FAILED");
      const told = JSON.stringify([done, await events(done.id)]);
      expect(told).toContain("connect failed");
      const forms = [canary, ...(place.remote ? [place.remote.token] : [])].flatMap(formsOf);
      expect(forms.filter((form) => told.includes(form))).toEqual([]);
      expect(filesWith(place.home, forms)).toEqual([]);
    });

    it("says what runs, and forgets all of it when removed", async () => {
      const done = await deploy(request(folder(site("here"))));
      expect(await place.engine.projects()).toMatchObject([
        { name: "site", environments: [{ name: "production", liveDeployment: done.id }] },
      ]);
      await place.engine.remove({ project: "site" });
      expect(await place.engine.projects()).toEqual([]);
      expect((await platform.get(done.url!, "/").catch(() => ({ status: 404 }))).status).toBe(404);
    });

    if (platform.rollback) {
      it("serves the earlier release after a rollback, and the later one after another", async () => {
        const first = await deploy(request(folder(site("one"))));
        const second = await deploy(request(folder(site("two"))));
        expect(await text(second.url!)).toContain("version two");
        const back = await finish((await place.engine.rollback({ project: "site" })).id);
        expect(back).toMatchObject({ state: "success", operation: "rollback", releaseId: first.releaseId });
        expect(await text(second.url!)).toContain("version one");
        const live = (await place.engine.deployments({ project: "site" })).filter((one) => one.live);
        expect(live.map((one) => one.id)).toEqual([back.id]);
        await finish((await place.engine.rollback({ project: "site", to: second.id })).id);
        expect(await text(second.url!)).toContain("version two");
      });

      it("refuses a rollback to another project's deployment or to nothing", async () => {
        const first = await deploy(request(folder(site("one"))));
        const other = await deploy(request(folder(site("other"), "other"), { project: "other" }));
        await expect(place.engine.rollback({ project: "site", to: other.id })).rejects.toMatchObject({
          code: "NOT_FOUND",
        });
        await expect(place.engine.rollback({ project: "site" })).rejects.toMatchObject({ code: "NOT_FOUND" });
        await expect(place.engine.rollback({ project: "site", to: "HEAD --output=/etc/x" })).rejects.toMatchObject({
          code: "NOT_FOUND",
        });
        await expect(place.engine.rollback({ project: "site", to: first.id })).rejects.toMatchObject({
          code: "CONFLICT",
        });
      });
    }

    it("promotes a preview byte for byte, without building", async () => {
      if (platform.hosted) await deploy(request(folder(site("first")))); // Some make the first of all the live one.
      const preview = await deploy(request(folder(site("preview")), { environment: "pr-7" }));
      expect(preview.state).toBe("success");
      if (!platform.hosted) expect(JSON.stringify(preview.services)).toContain("pr-7-site.localhost");
      const promoted = await finish((await place.engine.promote(preview.id)).id);
      expect(promoted).toMatchObject({ state: "success", environment: "production", operation: "promote" });
      expect(promoted.steps.map((step) => step.name)).not.toContain("build");
      expect(await text(promoted.url!)).toContain("version preview");
      const answer = await platform.get(preview.url!, "/");
      // Behind a login on some platforms.
      if (answer.status !== 401) expect(answer.body.toString()).toContain("version preview");
    });

    if (platform.hosted) {
      hostedConforms({
        place: () => place,
        site: (version) => request(folder(site(version))),
        folder: (files, name) => request(folder(files, name)),
        accept,
        finish,
        text,
      });
    }
  });
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function formsOf(secret: string): string[] {
  return [
    secret,
    Buffer.from(secret).toString("base64").slice(0, -4),
    Buffer.from(secret).toString("hex"),
    secret.split("").join("\n"),
  ];
}

/** Files below a directory that hold one of the texts. */
function filesWith(root: string, texts: string[]): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    return texts.some((one) => bytes.includes(one)) ? [path] : [];
  });
}

/** Command lines of running processes that name the data directory, or run in it, and hold `word`. */
async function processesIn(home: string, word: string): Promise<string[]> {
  await sleep(50);
  const { stdout } = await new Promise<{ stdout: string }>((resolve) =>
    execFile("ps", ["-A", "-ww", "-o", "args="], (_error, output) => resolve({ stdout: output })),
  );
  return stdout.split("\n").filter((line) => line.includes(home) && line.includes(word));
}
