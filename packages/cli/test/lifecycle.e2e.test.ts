/** The life of a project through the command line, on the real engine and the real edge. */
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { echo, install, type Installed, kill, outcomeOf, until } from "./installed.ts";

interface Deployed {
  id: string;
  status: string;
  environment: string;
  url: string | null;
  previewUrl?: string;
  error?: { code: string; what: string; next?: string };
}
interface Listed {
  id: string;
  project: string;
  state: string;
  operation: string;
  live: boolean;
  releaseId: string | null;
}

/** A build of a project that says nothing about itself. */
const builds = ["--build-command", "node build.js", "--output-dir", "."];

/** Everything a tool on the way may change. */
const awkward: Record<string, string> = {
  MULTI_LINE: "one\ntwo\n\nfour",
  TRAILING_LINE: "ends with one\n",
  CRLF: "one\r\ntwo\r\n",
  QUOTES: `"double" 'single' \`back\``,
  DOLLARS: "pa$$word ${HOME} $(id) $HOME \\$",
  HASH: "#not a comment # nor this",
  SPACES: "  leading and trailing  ",
  EQUALS: "a=b==c",
  BACKSLASH: "C:\\new\\table\\\\",
  EMOJI: "kettle 🫖 ümlaut \u0301",
  JSON_TEXT: '{"a":"b\\n","c":[1,2]}',
  PEM: `-----BEGIN KEY-----\n${"QUJD".repeat(16)}\n-----END KEY-----\n`,
  LARGE: "0123456789abcdef".repeat(4096),
};

/** Whether a process of a build runs. */
function isBuilding(landfall: Installed): boolean {
  return landfall.processes().some(({ environment }) => environment.includes("LANDFALL_BUILD="));
}

describe("a project", () => {
  let landfall: Installed;
  beforeAll(async () => {
    landfall = await install();
  });
  afterAll(() => landfall[Symbol.asyncDispose]());

  const list = async (project: string): Promise<Listed[]> =>
    JSON.parse((await landfall.run("ls", project, "--json")).stdout) as Listed[];
  const deploy = (folder: string, ...flags: string[]): Promise<Deployed & { code: number }> =>
    landfall.json<Deployed>("deploy", folder, ...flags);

  it("is changed, and rolled back to the bytes it had, with and without an id", async () => {
    const folder = landfall.project("page", { "index.html": "<h1>first</h1>" });
    const first = await deploy(folder);
    expect(first).toMatchObject({ code: 0, status: "success", environment: "production" });
    expect(first.previewUrl).toBeUndefined();
    writeFileSync(join(folder, "index.html"), "<h1>second</h1>");
    const second = await deploy(folder);
    expect(await landfall.get("page.localhost")).toEqual({ status: 200, body: "<h1>second</h1>" });

    expect(await landfall.json("rollback", "page")).toMatchObject({ code: 0, status: "success" });
    expect(await landfall.get("page.localhost")).toEqual({ status: 200, body: "<h1>first</h1>" });
    expect(await landfall.json("rollback", second.id)).toMatchObject({ code: 0, status: "success" });
    expect(await landfall.get("page.localhost")).toEqual({ status: 200, body: "<h1>second</h1>" });
    // Back to what has the traffic already is no way back.
    expect(await landfall.json("rollback", second.id)).toMatchObject({ code: 2, error: { code: "CONFLICT" } });
    const live = (await list("page")).filter((one) => one.live);
    expect(new Set(live.map((one) => one.releaseId)).size).toBe(1);
  });

  it("is what its folder means from then on, under whatever name it was deployed", async () => {
    const folder = landfall.project("corner-src", { "index.html": "<h1>first</h1>" });
    expect(await deploy(folder, "--project", "corner")).toMatchObject({ code: 0, project: "corner" });
    const here = (...args: string[]) => landfall.runWith({ cwd: folder }, ...args);
    const { url } = JSON.parse((await here("open", "--json")).stdout) as { url: string };
    expect(await (await fetch(url)).text()).toBe("<h1>first</h1>");
    expect((await here("env", "set", "GREETING=hello")).code).toBe(0);
    writeFileSync(join(folder, "index.html"), "<h1>second</h1>");
    expect(await deploy(folder)).toMatchObject({ code: 0, project: "corner" });
    expect((await landfall.get("corner.localhost")).body).toBe("<h1>second</h1>");
    expect((await here("rollback")).code).toBe(0);
    expect((await landfall.get("corner.localhost")).body).toBe("<h1>first</h1>");
    expect((await here("restart")).code).toBe(0);
    expect((await list("corner")).map((one) => one.operation)).toEqual(["redeploy", "rollback", "deploy", "deploy"]);
  });

  it("has previews with URLs of their own, and a promoted one is production, byte for byte", async () => {
    const folder = landfall.project("shop", { "index.html": "<h1>shop</h1>" });
    await deploy(folder);
    writeFileSync(join(folder, "index.html"), "<h1>try</h1>");
    const preview = await deploy(folder, "--preview", "try");
    expect(preview).toMatchObject({ status: "success", environment: "try" });
    expect(preview.previewUrl).toBe(preview.url);
    expect(await (await fetch(preview.previewUrl!)).text()).toBe("<h1>try</h1>");
    expect((await landfall.get("shop.localhost")).body).toBe("<h1>shop</h1>");

    // What is on the disk by now is not what was tried.
    writeFileSync(join(folder, "index.html"), "<h1>later</h1>");
    expect(await landfall.json("promote", preview.id)).toMatchObject({ code: 0, environment: "production" });
    expect((await landfall.get("shop.localhost")).body).toBe("<h1>try</h1>");
  });

  it("gets its variables byte for byte, from a pipe, a flag and a file, and again after a change", async () => {
    const folder = landfall.project("echo", echo("hello"));
    const got = async (): Promise<Record<string, string>> =>
      JSON.parse((await landfall.get("echo.localhost", "/env")).body) as Record<string, string>;
    for (const [key, value] of Object.entries(awkward)) {
      const set = await landfall.runWith({ input: value }, "env", "set", key, "-p", "echo");
      expect(set).toMatchObject({ code: 0, stdout: "" });
    }
    const first = await deploy(folder, "-e", "ONCE=a $b #c");
    expect(first).toMatchObject({ code: 0, status: "success" });
    expect(await got()).toMatchObject({ ...awkward, ONCE: "a $b #c" });

    // Pulled into a file and pushed from it they are the same.
    const file = join(landfall.home, "pulled.env");
    expect(await landfall.run("env", "pull", file, "-p", "echo")).toMatchObject({ code: 0, stdout: "" });
    expect((await landfall.run("env", "pull", file, "-p", "echo")).code).toBe(2); // It is there already.
    expect((await landfall.run("env", "push", file, "-p", "echo", "--environment", "copy", "--plain")).code).toBe(0);
    const copied = JSON.parse(
      (await landfall.run("env", "ls", "-p", "echo", "--environment", "copy", "--json")).stdout,
    ) as { key: string; value: string }[];
    expect(Object.fromEntries(copied.map(({ key, value }) => [key, value]))).toEqual(awkward);

    // The release of before keeps its values; the next one has today's, and what was given for one alone.
    expect((await landfall.run("env", "set", "HASH=other", "-p", "echo")).code).toBe(0);
    expect((await got())["HASH"]).toBe(awkward["HASH"]);
    expect(await landfall.json("redeploy", first.id)).toMatchObject({ code: 0, status: "success" });
    expect(await got()).toMatchObject({ HASH: "other", ONCE: "a $b #c" });
    expect(await landfall.json("rollback", "echo")).toMatchObject({ code: 0, status: "success" });
    expect((await got())["HASH"]).toBe(awkward["HASH"]);
  });

  it("has the public values that its files give its pages, and says so; the others stay out with the files", async () => {
    const folder = landfall.project("public-values", {
      "package.json": JSON.stringify({
        name: "public-values",
        private: true,
        scripts: { build: "vite build" },
        devDependencies: { vite: "^7.0.0" },
      }),
      "index.html": '<script type="module" src="/src/main.js"></script>',
      "src/main.js": "document.title = import.meta.env.VITE_TITLE + import.meta.env.VITE_PLACE;",
      "build.js": `const seen = Object.entries(process.env).filter(([key]) => /^(VITE|MAIL)/.test(key)).sort();
require("fs").mkdirSync("dist");
require("fs").writeFileSync("dist/index.html", JSON.stringify(Object.fromEntries(seen)));`,
      ".env": "VITE_TITLE=kettle\nVITE_PLACE=here\nVITE_ADDRESS=http://localhost:3000\nMAIL_PASSWORD=no\n",
      ".env.production": "VITE_PLACE='the shop'\n",
    });
    const page = async (): Promise<unknown> => JSON.parse((await landfall.get("public-values.localhost")).body);
    const flags = ["--install-command", "node --version", "--build-command", "node build.js"];
    const { code, stderr } = await landfall.run("deploy", folder, ...flags);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("From .env  VITE_PLACE, VITE_TITLE");
    expect(await page()).toEqual({ VITE_PLACE: "the shop", VITE_TITLE: "kettle" });
    expect(await landfall.json("redeploy", "public-values")).toMatchObject({ code: 0 });
    expect(await page()).toEqual({ VITE_PLACE: "the shop", VITE_TITLE: "kettle" });
    expect(await deploy(folder, ...flags, "--env", "VITE_TITLE=teapot")).toMatchObject({ code: 0 });
    expect(await page()).toEqual({ VITE_PLACE: "the shop", VITE_TITLE: "teapot" });
  });

  it("has values that are kept once for several projects, unless it sets its own", async () => {
    const folder = landfall.project("sharing", echo("shared"));
    const shared = (...args: string[]) => landfall.run("env", "shared", ...args);
    await deploy(folder);
    expect(await shared("set", "GREETING=good day\n", "API_TOKEN=canary-52")).toMatchObject({ code: 0 });
    expect((await shared("map", "GREETING", "--as", "HELLO", "--project", "sharing")).code).toBe(0);
    expect((await shared("map", "API_TOKEN", "--project", "sharing")).code).toBe(0);
    const { stdout } = await shared();
    expect(stdout).toContain("HELLO of sharing · production");
    expect(stdout).not.toContain("canary-52");
    await landfall.json("redeploy", "sharing");
    const given = async () => JSON.parse((await landfall.get("sharing.localhost", "/env")).body) as NodeJS.ProcessEnv;
    expect(await given()).toMatchObject({ HELLO: "good day\n", API_TOKEN: "canary-52" });
    await landfall.run("env", "set", "HELLO=mine", "--project", "sharing");
    expect((await shared("unmap", "API_TOKEN", "--project", "sharing")).code).toBe(0);
    expect((await shared("rm", "GREETING")).stderr).toContain("sharing");
    expect((await shared("rm", "API_TOKEN")).code).toBe(0);
    await landfall.json("redeploy", "sharing");
    expect(await given()).toMatchObject({ HELLO: "mine" });
    expect(await given()).not.toHaveProperty("API_TOKEN");
    await landfall.run("env", "rm", "HELLO", "--project", "sharing");
    await landfall.json("redeploy", "sharing");
    expect(await given()).toMatchObject({ HELLO: "good day\n" });
  });

  it("keeps what was given for one deployment alone when it is made again, and nothing that was removed", async () => {
    const folder = landfall.project("given", echo("given"));
    await deploy(folder, "-e", "ALONE=for this one");
    await landfall.run("env", "set", "KEPT=kept", "--project", "given");
    await landfall.json("redeploy", "given");
    const given = async () => JSON.parse((await landfall.get("given.localhost", "/env")).body) as NodeJS.ProcessEnv;
    expect(await given()).toMatchObject({ ALONE: "for this one", KEPT: "kept" });
    await landfall.run("env", "rm", "KEPT", "--project", "given");
    await landfall.json("redeploy", "given");
    expect(await given()).toMatchObject({ ALONE: "for this one" });
    expect(await given()).not.toHaveProperty("KEPT");
  });

  it("shows what building and running printed, and goes on as lines come", async () => {
    const files = echo("hello", {
      "build.js": 'console.log("packing the kettle"); console.error("one warning");',
    });
    files["package.json"] = JSON.stringify({
      name: "logs",
      type: "module",
      scripts: { build: "node build.js", start: "node server.js" },
    });
    const { id } = await deploy(landfall.project("logs", files));
    const built = await landfall.run("logs", id);
    expect(built).toMatchObject({ code: 0, stderr: "" });
    expect(built.stdout.split("\n")).toEqual(expect.arrayContaining(["packing the kettle", "one warning"]));

    await landfall.get("logs.localhost", "/first");
    await until("the line in the log", async () =>
      (await landfall.run("logs", "logs")).stdout.includes("asked for /first"),
    );
    // What a program prints may hold a secret; it is shown where it is redacted, and nowhere else.
    expect((await landfall.run("status", "--json")).stdout).not.toContain("asked for");
    const following = landfall.start("logs", "logs", "-f");
    const outcome = outcomeOf(following);
    let seen = "";
    following.stdout!.on("data", (text: string) => (seen += text));
    await until("the lines of before", () => seen.includes("asked for /first"));
    await landfall.get("logs.localhost", "/second");
    await until("the new line", () => seen.includes("asked for /second"));
    following.kill("SIGINT");
    expect(await outcome).toMatchObject({ code: 0, stderr: "" });

    expect((await landfall.run("logs", "logs", "--search", "ASKED FOR /S")).stdout).toBe("asked for /second\n");
    expect((await landfall.run("logs", "logs", "--search", "asked for", "-n", "1")).stdout).toBe("asked for /second\n");
    expect((await landfall.run("logs", id, "--search", "kettle")).stdout).toBe("packing the kettle\n");
  });

  it("is cancelled while it is built: the build ends, and what was live stays", async () => {
    const folder = landfall.project("slow", {
      "index.html": "<h1>quick</h1>",
    });
    await deploy(folder);
    landfall.project("slow", {
      "build.js": 'console.log("never done"); setInterval(() => {}, 1000);',
    });
    const running = outcomeOf(landfall.start("deploy", folder, ...builds, "--json"));
    const [open] = await until("the build", async () => {
      const all = await list("slow");
      return all[0]?.state === "building" &&
        (await landfall.run("inspect", all[0].id, "--json")).stdout.includes("never done")
        ? all
        : null;
    });
    expect(isBuilding(landfall)).toBe(true);
    expect(await landfall.run("cancel", open!.id)).toMatchObject({ code: 0 });
    const ended = await running;
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({ id: open!.id, status: "cancelled", error: { code: "CANCELLED" } });
    expect(isBuilding(landfall)).toBe(false);
    expect((await landfall.get("slow.localhost")).body).toBe("<h1>quick</h1>");
  });

  it("is in the status, and is gone from it once it was removed", async () => {
    await deploy(landfall.project("gone", echo("still here")));
    const services = async (): Promise<string[]> =>
      (await landfall.json<{ services: { project: string }[] }>("status")).services.map((one) => one.project);
    expect(await services()).toContain("gone");
    const asked = await landfall.run("rm", "gone");
    expect(asked).toMatchObject({ code: 2, stdout: "" });
    expect(asked.stderr).toContain("--yes");
    expect((await landfall.get("gone.localhost")).body).toBe("still here");
    expect(await landfall.run("rm", "gone", "--yes")).toMatchObject({ code: 0, stdout: "" });
    expect(await services()).not.toContain("gone");
    expect((await landfall.get("gone.localhost")).status).toBe(404);
    expect(await landfall.run("ls", "gone")).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("the streams and the exit status", () => {
  let landfall: Installed;
  beforeAll(async () => {
    landfall = await install();
  });
  afterAll(() => landfall[Symbol.asyncDispose]());

  it("have the URL alone on stdout, or nothing when it failed", async () => {
    const page = landfall.project("page", { "index.html": "<h1>page</h1>" });
    const done = await landfall.run("deploy", page);
    expect(done.code).toBe(0);
    expect(done.stdout).toMatch(/^http:\/\/\S+\n$/);
    expect(await landfall.run("deploy", page, "-q")).toEqual({ code: 0, stdout: done.stdout, stderr: "" });

    const broken = landfall.project("broken", {
      "build.js": 'throw new Error("the kettle is empty");',
      "index.html": "<h1>never</h1>",
    });
    const failed = await landfall.run("deploy", broken, ...builds);
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(failed.stderr).toContain("the kettle is empty");
    expect(failed.stderr).toContain("BUILD_FAILED");
    expect((await landfall.run("deploy", join(landfall.home, "nowhere"))).code).toBe(2);
  });

  it("are 0 with the id for what goes on in the background, and 3 when the wait ended", async () => {
    const folder = landfall.project("later", {
      "build.js": 'import("node:timers/promises").then(({ setTimeout }) => setTimeout(3000));',
      "index.html": "<h1>later</h1>",
    });
    const waited = await landfall.run("deploy", folder, ...builds, "--wait-timeout", "500ms");
    expect(waited).toMatchObject({ code: 3, stdout: expect.stringMatching(/^dep_\w+\n$/) as string });
    const { code, stdout } = await landfall.run(
      "deploy",
      folder,
      "--output-dir",
      ".",
      "--detach",
      "--preview",
      "other",
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^dep_\w+\n$/) as string });
    for (const id of [waited.stdout.trim(), stdout.trim()]) {
      const end = await until("the end", async () => {
        const view = await landfall.json<{ state: string; finishedAt: string | null }>("inspect", id);
        return view.finishedAt === null ? null : view;
      });
      expect(end.state).toBe("success");
    }
  });
});

describe("whatever dies", () => {
  let landfall: Installed;
  beforeAll(async () => {
    landfall = await install();
  });
  afterAll(() => landfall[Symbol.asyncDispose]());

  /** As a reboot does: everything at once, without a word. */
  async function killAll(): Promise<void> {
    for (const { pid } of landfall.processes()) kill(pid);
    await until("the end of all", () => landfall.processes().length === 0);
    expect((await landfall.get("echo.localhost")).status).toBe(0);
  }

  const comesBack = (): Promise<boolean> =>
    until("the program", async () => (await landfall.get("echo.localhost")).body === "hello");

  it("the first command brings back what was live, and so does serve", async () => {
    await landfall.json("deploy", landfall.project("echo", echo("hello")));
    await killAll();
    expect(await landfall.run("ls")).toMatchObject({ code: 0, stderr: "" });
    await comesBack();

    await killAll();
    const serving = landfall.start("serve");
    const outcome = outcomeOf(serving);
    await comesBack();
    serving.kill("SIGINT");
    expect(await outcome).toMatchObject({ code: 0, stdout: "" });
    expect((await landfall.get("echo.localhost")).body).toBe("hello"); // Serve was one of its keepers, not the only one.
  });

  it("a server is the standby while it runs, and one is back when it was killed", async () => {
    const standbys = () => landfall.processes().filter(({ command }) => command.includes("standby.js"));
    const edges = () =>
      landfall
        .processes()
        .filter(({ command }) => / edge /.test(command) && !standbys().some(({ command: one }) => one === command));
    await until("a standby", () => standbys().length === 1);
    const serving = landfall.start("serve", "--port", "0");
    const outcome = outcomeOf(serving);
    await until("the standby's end", () => standbys().length === 0);
    const [edge] = edges();
    kill(edge!.pid);
    await until("another edge", () => edges().some(({ pid }) => pid !== edge!.pid));
    await comesBack();
    expect(standbys()).toEqual([]);
    kill(serving.pid!);
    await outcome;
    await until("a standby", () => standbys().length === 1);
  });

  it("tells what happened to variables, takes a change back, and compares environments", async () => {
    const env = (...args: string[]) => landfall.run("env", ...args, "--project", "echo");
    const changes = (...args: string[]) =>
      landfall.json<{ id: string; value: string | null }[]>("env", "history", ...args, "--project", "echo");
    await env("set", "COLOUR=red\n", "API_KEY=canary-51");
    await env("set", "COLOUR=blue");
    const { stdout } = await env("history");
    expect(stdout).toMatch(/^CHANGE +NAME +SET TO +WHEN +BY\nvch_\w+ +COLOUR +blue /);
    expect(stdout).not.toContain("canary-51");
    const { id } = Object.values(await changes("COLOUR"))[0] as { id: string };
    expect(await env("revert", id)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("landfall redeploy") as string,
    });
    const listed = await landfall.run("env", "ls", "--project", "echo");
    expect(listed.stdout).toContain("red\\n");
    await landfall.run("env", "set", "COLOUR=green", "--project", "echo", "--environment", "preview");
    const { stdout: differences } = await env("diff", "preview");
    expect(differences).toMatch(/COLOUR +different/);
    expect(differences).toMatch(/API_KEY +only in production/);
    expect(await env("revert", "vch_0")).toMatchObject({ code: 2 });
    await env("rm", "COLOUR", "API_KEY");
  });

  it("stop ends a serve too, which would bring the edge back; serve begins again after a stop", async () => {
    expect(await landfall.run("stop")).toMatchObject({ code: 0 });
    for (const _ of ["once", "again"]) {
      const serving = landfall.start("serve", "--port", "0");
      const outcome = outcomeOf(serving);
      await comesBack();
      expect(await landfall.run("stop")).toMatchObject({ code: 0 });
      expect(await outcome).toMatchObject({ code: 0, stdout: "" });
      expect(landfall.processes()).toEqual([]);
    }
    await landfall.run("ls");
  });

  it("stop starts nothing again when the store changes before the last program has ended", async () => {
    await using here = await install();
    const linger =
      echo("slow")["server.js"] + `process.on("SIGTERM", () => setTimeout(() => process.exit(), 2_500));\n`;
    await here.json("deploy", here.project("quick", echo("quick")));
    await here.json("deploy", here.project("slow", { ...echo("slow"), "server.js": linger }));
    const programs = (): number => here.processes().filter(({ command }) => command.includes("server.js")).length;
    const stopping = here.run("stop");
    await until("the quick program's end", () => programs() === 1);
    expect(await here.run("env", "set", "A=b", "--project", "slow")).toMatchObject({ code: 0 });
    expect(await stopping).toMatchObject({ code: 0 });
    expect(here.processes()).toEqual([]);
  });

  it("stop says what it stopped, and does not bring it back itself", async () => {
    await comesBack();
    const stopped = await landfall.run("stop");
    expect(stopped).toMatchObject({ code: 0, stdout: "" });
    expect(stopped.stderr).toContain("echo · production");
    expect(landfall.processes()).toEqual([]);
    const again = await landfall.run("down");
    expect(again).toMatchObject({ code: 0, stdout: "" });
    expect(again.stderr).toContain("nothing to stop");
    expect(landfall.processes()).toEqual([]);
  });

  it("stop takes one project offline, whatever begins or ends meanwhile, until start or a deployment", async () => {
    await using here = await install();
    const folder = here.project("echo", echo("hello"));
    await here.json("deploy", here.project("other", { "index.html": "other" }));
    await here.json("deploy", folder);
    const programs = () => here.processes().filter(({ command }) => command.includes("server.js"));
    expect(await here.run("stop", "ecko")).toMatchObject({ code: 2, stderr: expect.stringContaining("echo") });
    const stopped = await here.run("stop", "echo");
    expect([stopped.code, stopped.stderr]).toEqual([0, expect.stringContaining("landfall start echo\n")]);
    expect(programs()).toEqual([]);
    expect(await here.get("echo.localhost")).toMatchObject({ status: 503, body: expect.stringContaining("stopped") });
    expect((await here.get("other.localhost")).body).toBe("other");
    expect(await here.json("stop", "echo")).toMatchObject({
      stopped: true,
      project: "echo",
      environment: "production",
    });
    expect((await here.run("projects")).stdout).toMatch(/^echo +production +success stopped/m);
    expect((await here.run("ls", "echo")).stdout).toMatch(/ success stopped /);
    expect((await here.run("doctor")).stdout).toMatch(/✓ edge .* serves 1 service on .*; stopped: 1/);

    await here.run("stop");
    expect((await here.run("status")).stdout).toMatch(/^echo .* stopped /m);
    expect((await here.get("echo.localhost")).status).toBe(503);
    const started = await here.run("start", "echo");
    expect([started.code, started.stdout]).toEqual([0, expect.stringMatching(/^http:.*\n$/)]);
    expect((await here.get("echo.localhost")).body).toBe("hello");
    await here.run("stop", "echo");
    await here.json("deploy", folder);
    expect((await here.get("echo.localhost")).body).toBe("hello");
    expect(programs()).toHaveLength(1);
  });

  it("exec runs a program beside the live one, with its files, variables, input, output and exit status", async () => {
    await using here = await install();
    const tool = `process.stdin.pipe(process.stdout); console.log(process.env.API_KEY, process.env.HOME === process.cwd());
console.error("LANDFALL_PORT" in process.env, process.argv.slice(2)); process.exitCode = 7;`;
    const folder = here.project("echo", { ...echo("hello"), "tool.cjs": tool });
    await here.json("deploy", here.project("page", { "index.html": "page" }));
    await here.run("env", "set", "API_KEY=tide", "--project", "echo");
    expect(await here.json("deploy", folder, "--project", "echo")).toMatchObject({ status: "success" });
    rmSync(join(folder, "tool.cjs"));
    const inside = (input: string, ...args: string[]) => here.runWith({ cwd: folder, input }, "exec", ...args);
    expect(await inside("typed", "node", "tool.cjs", "--json", "--", "$HOME;")).toEqual({
      code: 7,
      stdout: "tide true\ntyped",
      stderr: "false [ '--json', '--', '$HOME;' ]\n",
    });
    const absent = await inside("", "no-such-program");
    expect([absent.code, absent.stderr]).toEqual([
      2,
      expect.stringContaining("no-such-program cannot be run there: ENOENT"),
    ]);
    const page = await inside("", "--project", "page", "node", "-v");
    expect([page.code, page.stderr]).toEqual([2, expect.stringContaining("page is pages")]);
    const other = await inside("", "--service", "jobs", "--", "node", "-v");
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("Its programs: echo.")]);

    const wait = "setInterval(() => {}, 9000); console.log(process.pid)";
    const waiting = here.start("exec", "-p", "echo", "--", "node", "-e", wait);
    const [pid] = (await once(waiting.stdout!, "data")) as [Buffer];
    waiting.kill("SIGTERM");
    expect((await once(waiting, "exit"))[0]).toBe(143);
    expect(here.processes().map((one) => one.pid)).not.toContain(Number(pid.toString()));
  });

  it("removing the data directory ends what ran from it, and the next begins anew at its port", async () => {
    await using here = await install();
    const folder = here.project("echo", echo("hello"));
    await here.json("deploy", folder);
    rmSync(here.data, { recursive: true, maxRetries: 5 });
    await until("the end of all", () => here.processes().length === 0);
    expect(await here.json("deploy", folder)).toMatchObject({ status: "success" });
    expect((await here.get("echo.localhost")).body).toBe("hello");
  });

  // The first of a data directory has no edge that could look after it yet.
  it.each([["first"], ["second"]])("a deployment whose process was killed ends by itself: the %s", async (which) => {
    await using here = await install();
    if (which === "second") await here.json("deploy", here.project("other", { "index.html": "other" }));
    const folder = here.project("slow", {
      "build.js": 'console.log("building"); import("node:timers/promises").then(({ setTimeout }) => setTimeout(2000));',
      "index.html": "<h1>slow</h1>",
    });
    const child = here.start("deploy", folder, ...builds);
    const outcome = outcomeOf(child);
    await until("the build", () => isBuilding(here));
    kill(child.pid!);
    await outcome;
    await until("the site", async () => (await here.get("slow.localhost")).body === "<h1>slow</h1>");
  });

  it("two deployments of one project started together end with one of them live", async () => {
    const one = landfall.project("one", { "index.html": "<h1>one</h1>" });
    const two = landfall.project("two", { "index.html": "<h1>two</h1>" });
    const ended = await Promise.all(
      [one, two].map((folder) => landfall.json<Deployed>("deploy", folder, "--project", "race")),
    );
    for (const { status } of ended) expect(["success", "cancelled"]).toContain(status);
    const all = JSON.parse((await landfall.run("ls", "race", "--json")).stdout) as Listed[];
    expect(all).toHaveLength(2);
    const live = all.filter((each) => each.live);
    expect(live).toHaveLength(1);
    expect(live[0]!.state).toBe("success");
    const { body } = await landfall.get("race.localhost");
    expect(body).toBe(live[0]!.id === ended[0]!.id ? "<h1>one</h1>" : "<h1>two</h1>");
  });
});
