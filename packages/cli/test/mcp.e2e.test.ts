/** What a coding assistant gets from the program, through a client of the protocol. */
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, type ClientOptions } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, type Assistant, assistantOf } from "./assistant.ts";
import { echo, install, type Installed, outcomeOf, until } from "./installed.ts";

const bin = join(import.meta.dirname, "../bin/landfall.js");
const examples = join(import.meta.dirname, "../../../examples");
const modern: ClientOptions = { versionNegotiation: { mode: { pin: "2026-07-28" } } };

let here: Installed;

beforeAll(async () => {
  here = await install();
});
afterAll(() => here[Symbol.asyncDispose]());

/** With everything the program wrote for others than the client. */
type Beside = Assistant & { stderr(): string };

async function assistant(args: string[] = [], options: ClientOptions = {}): Promise<Beside> {
  const client = new Client({ name: "test", version: "1.0.0" }, options);
  return connected(client, args);
}

async function connected(client: Client, args: string[]): Promise<Beside> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [bin, "mcp", ...args],
    env: here.env,
    cwd: here.home,
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr!.on("data", (text: Buffer) => (stderr += text.toString()));
  await client.connect(transport);
  return { ...assistantOf(client), stderr: () => stderr };
}

describe("tools", () => {
  it("are listed, each with a description and an input; those that change nothing say so", async () => {
    await using one = await assistant();
    const { tools } = await one.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "detect",
      "plan",
      "status",
      "inspect",
      "deployments",
      "why",
      "platforms",
      "doctor",
      "logs",
      "deploy",
      "rollback",
      "promote",
      "cancel",
      "stop",
      "start",
      "variables_list",
      "variables_set",
      "variables_remove",
      "domains_add",
      "domains_check",
    ]);
    for (const tool of tools) expect(tool.description).not.toBe("");
    expect(one.stderr()).toBe("");
  });

  it("that change something are not offered with --read-only, and cannot be called", async () => {
    const site = here.project("read-only", { "index.html": "<p>never live</p>" });
    await using one = await assistant(["--read-only"]);
    const { tools } = await one.client.listTools();
    expect(tools.length).toBeGreaterThan(8);
    for (const tool of tools) expect(tool.annotations?.readOnlyHint).toBe(true);
    await expect(one.call("deploy", { source: site, environment: "preview" })).rejects.toThrow("deploy");
    expect((await one.call("deployments", {})).answer).toMatchObject({ deployments: [] });
  });

  it("are the same for a client of the newest protocol", async () => {
    await using one = await assistant([], modern);
    expect((await one.client.listTools()).tools.length).toBe(20);
    expect((await one.call("platforms")).answer).toMatchObject({
      platforms: expect.arrayContaining([expect.objectContaining({ id: "local" })]) as unknown,
    });
  });

  it("end with the program when the assistant goes away, with status 0", async () => {
    const ended = await outcomeOf(here.start("mcp"));
    expect(ended).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("looking", () => {
  it("detects and plans an example", async () => {
    await using one = await assistant(["--root", examples]);
    const { answer: found } = await one.call("detect", { source: "vite-react" });
    expect(found).toMatchObject({ kind: "static", framework: "vite", outputDir: "dist" });
    const { answer: plan } = await one.call("plan", { source: "vite-react", project: "planned" });
    expect(plan).toMatchObject({ problems: [], project: "planned", environment: "production", platform: "local" });
    expect((await one.call("deployments")).answer).toEqual({ deployments: [] });
  });

  it("says what is wrong as data: code, what, where, next", async () => {
    here.project("wrong", { "index.html": "" });
    await using one = await assistant();
    const { isError, answer } = await one.call("plan", { source: "wrong", platform: "nowhere" });
    expect(isError).toBe(true);
    expect(answer.error).toMatchObject({ code: "INVALID_CONFIG", next: expect.stringContaining("local") as unknown });
    expect((await one.call("inspect", { id: "dep_unknown" })).answer.error?.code).toBe("NOT_FOUND");
  });

  it("reads nothing outside of the root, whatever way it is named", async () => {
    here.project("outside", { "index.html": "secret plans" });
    const root = here.project("inside", { "site/index.html": "fine" });
    symlinkSync(join(here.home, "outside"), join(root, "link"));
    await using one = await assistant(["--root", root]);
    expect((await one.call("detect", { source: "site" })).isError).toBe(false);
    for (const source of ["..", "../outside", join(here.home, "outside"), "link", "site/../../outside", "/etc"]) {
      for (const tool of ["detect", "plan", "deploy"]) {
        const { isError, answer } = await one.call(tool, { source, prebuilt: true });
        expect({ source, tool, isError, code: answer.error?.code }).toEqual({
          source,
          tool,
          isError: true,
          code: "INVALID_SOURCE",
        });
      }
    }
    expect((await one.call("detect", { source: "file:///etc" })).answer.error?.code).toBe("INVALID_SOURCE");
  });
});

describe("production", () => {
  it("changes only once the same call came back with its confirmation, and each counts once", async () => {
    const folder = here.project("shop", { "index.html": "one" });
    await using one = await assistant();
    const input = { source: "shop", prebuilt: true };
    const asked = await one.call("deploy", input);
    expect(asked).toMatchObject({ isError: false, answer: { status: "confirmation_required" } });
    expect(asked.answer["does"]).toContain("production of shop on local");
    const { confirmation } = asked.answer;

    // Not without, not for something else, not made up, not for other files.
    expect((await one.call("deploy", input)).answer.status).toBe("confirmation_required");
    expect((await one.call("deploy", { ...input, project: "other", confirmation })).answer.status).toBe(
      "confirmation_required",
    );
    expect((await one.call("deploy", { ...input, confirmation: "yes" })).answer.status).toBe("confirmation_required");
    writeFileSync(join(folder, "index.html"), "two");
    expect((await one.call("deploy", { ...input, confirmation })).answer.status).toBe("confirmation_required");
    expect((await one.call("deployments", {})).answer["deployments"]).toEqual([]);

    writeFileSync(join(folder, "index.html"), "one");
    const done = await one.call("deploy", { ...input, confirmation });
    expect(done).toMatchObject({ isError: false, answer: { status: "success", project: "shop" } });
    expect(done.progress[0]).toContain(`${done.answer.id} is accepted`);
    expect(done.progress.length).toBeGreaterThan(2);
    expect(await here.get("shop.localhost")).toMatchObject({ status: 200, body: "one" });
    expect((await one.call("deploy", { ...input, confirmation })).answer.status).toBe("confirmation_required");
  });

  it("goes back to the earlier release after a yes", async () => {
    const folder = here.project("back", { "index.html": "one" });
    await using one = await assistant();
    const first = await one.agreed("deploy", { source: "back", prebuilt: true });
    writeFileSync(join(folder, "index.html"), "two");
    await one.agreed("deploy", { source: "back", prebuilt: true });
    expect((await here.get("back.localhost")).body).toBe("two");

    const asked = await one.call("rollback", { project: "back" });
    expect(asked.answer).toMatchObject({ status: "confirmation_required", shows: { next: { id: first.answer.id } } });
    expect((await here.get("back.localhost")).body).toBe("two");
    const done = await one.agreed("rollback", { project: "back" });
    expect(done.answer.status).toBe("success");
    expect((await here.get("back.localhost")).body).toBe("one");
  });

  it("is not touched by a preview, which needs no yes; promoting it does", async () => {
    here.project("preview", { "index.html": "new" });
    await using one = await assistant();
    const made = await one.call("deploy", { source: "preview", prebuilt: true, environment: "pr-1" });
    expect(made.answer).toMatchObject({ status: "success", environment: "pr-1" });
    const promoted = await one.agreed("promote", { id: made.answer.id });
    expect(promoted.answer).toMatchObject({ status: "success", environment: "production" });
    expect((await here.get("preview.localhost")).body).toBe("new");
  });

  it("needs no yes with --allow-production", async () => {
    here.project("machine", { "index.html": "by a machine" });
    await using one = await assistant(["--allow-production"]);
    expect((await one.call("deploy", { source: "machine", prebuilt: true })).answer.status).toBe("success");
  });

  for (const [name, options] of [
    ["of before", {}],
    ["of today", modern],
  ] as const) {
    it(`is put to the person when the client can, in the protocol ${name}`, async () => {
      const project = `asked-${name.replaceAll(" ", "-")}`;
      here.project(project, { "index.html": "asked" });
      const client = new Client(
        { name: "test", version: "1.0.0" },
        { ...options, capabilities: { elicitation: { form: {} } } },
      );
      const questions: string[] = [];
      let yes = false;
      client.setRequestHandler("elicitation/create", ({ params }) => {
        questions.push(params.message);
        return yes ? { action: "accept", content: { yes: true } } : { action: "decline" };
      });
      await using one = await connected(client, []);
      const refused = await one.call("deploy", { source: project, prebuilt: true });
      expect(refused).toMatchObject({ isError: true, answer: { error: { code: "CANCELLED" } } });
      expect((await here.get(`${project}.localhost`)).status).not.toBe(200);
      yes = true;
      const done = await one.call("deploy", { source: project, prebuilt: true });
      expect(done.answer.status).toBe("success");
      expect(questions).toHaveLength(2);
      expect(questions[1]).toContain(`production of ${project}`);
    });
  }
});

describe("a deployment", () => {
  it("goes on when its call is cancelled, and says so", async () => {
    here.project("left", echo("left running"));
    const client = new Client({ name: "test", version: "1.0.0" });
    const remarks: unknown[] = [];
    client.setNotificationHandler("notifications/message", ({ params }) => void remarks.push(params.data));
    await using one = await connected(client, ["--allow-production"]);
    const stop = new AbortController();
    const call = client.callTool(
      { name: "deploy", arguments: { source: "left" } },
      { signal: stop.signal, onprogress: () => stop.abort() },
    );
    await expect(call).rejects.toThrow();
    await until("the program says that it goes on", () => remarks.length > 0);
    expect(remarks[0]).toMatch(/^dep_\w+ goes on in the background/);
    await until("the deployment ends", async () => {
      const { answer } = await one.call("inspect", { project: "left" });
      return answer["state"] === "success";
    });
    expect((await here.get("left.localhost")).body).toBe("left running");
  });

  it("that takes longer than the wait is answered with how to look at it", async () => {
    here.project("slow", echo("slow"));
    await using one = await assistant();
    const { answer } = await one.call("deploy", { source: "slow", environment: "pr", waitSeconds: 0 });
    expect(answer["next"]).toContain(`inspect {"id":"${answer.id}"}`);
    await until("the deployment ends", async () => {
      const { answer: now } = await one.call("inspect", { id: answer.id });
      return now["state"] === "success";
    });
  });

  it("that fails says why, with the output of its build", async () => {
    here.project(
      "broken",
      echo("never", {
        "package.json": JSON.stringify({
          name: "broken",
          type: "module",
          scripts: { build: "node build.js", start: "node server.js" },
        }),
        "build.js": `for (let i = 1; i <= 300; i++) console.log("line " + i); process.exitCode = 1;`,
      }),
    );
    await using one = await assistant();
    const failed = await one.call("deploy", { source: "broken", environment: "pr" });
    expect(failed).toMatchObject({ isError: true, answer: { status: "failed", error: { code: "BUILD_FAILED" } } });
    const { answer } = await one.call("why", { id: failed.answer.id });
    expect(answer).toMatchObject({ status: "failed", error: { code: "BUILD_FAILED" } });
    expect(answer["output"]).toContain("line 300");

    const logs = { of: "build", id: failed.answer.id };
    const { answer: end } = await one.call("logs", { ...logs, tail: 5 });
    const total = end["total"] as number;
    expect(total).toBeGreaterThanOrEqual(300);
    expect(end).toMatchObject({ first: total - 4, more: expect.stringContaining("from: 1") as unknown });
    expect(end["lines"]).toHaveLength(5);
    const { answer: middle } = await one.call("logs", { ...logs, from: 10, tail: 2 });
    expect(middle).toMatchObject({ first: 10, more: "Go on with from: 12." });
  });
});

describe("secrets", () => {
  const secret = "q7Zp-4411-vRt9-kk20";

  it("go in and never come back: not from lists, plans, logs, errors or the state of things", async () => {
    here.project(
      "vault",
      echo("up", {
        "server.js": `import { createServer } from "node:http";
console.log("my secret is " + process.env.PAYMENT_KEY);
createServer((_, response) => response.end("up")).listen(process.env.PORT, "127.0.0.1");`,
      }),
    );
    await using one = await assistant();
    const target = { project: "vault", environment: "pr" };
    const answers: Answer[] = [];
    const keep = async (answer: Promise<Answer>): Promise<Answer> => {
      answers.push(await answer);
      return answers.at(-1)!;
    };
    expect(
      (await keep(one.call("variables_set", { ...target, values: { PAYMENT_KEY: secret } }))).answer,
    ).toMatchObject({ set: ["PAYMENT_KEY"] });
    await keep(one.call("variables_set", { ...target, values: { "NOT A NAME": secret } }));
    expect(answers.at(-1)?.answer.error?.code).toBe("INVALID_VARIABLE");
    // Of production it is asked first, and the question has no value in it either.
    const asked = await keep(one.call("variables_set", { project: "vault", values: { PAYMENT_KEY: secret } }));
    expect(asked.answer.status).toBe("confirmation_required");
    expect((await one.call("variables_list", { project: "vault" })).answer["variables"]).toEqual([]);

    expect((await keep(one.call("variables_list", target))).answer["variables"]).toMatchObject([
      { key: "PAYMENT_KEY", sensitive: true },
    ]);
    await keep(one.call("plan", { source: "vault", ...target }));
    const { answer: made } = await keep(one.call("deploy", { source: "vault", ...target }));
    expect(made.status).toBe("success");
    const printed = await until("the program prints", async () => {
      const { answer } = await keep(one.call("logs", { ...target, tail: 20 }));
      return (answer["lines"] as string[]).find((line) => line.includes("my secret is"));
    });
    expect(printed).not.toContain(secret);
    await keep(one.call("inspect", { id: made.id }));
    await keep(one.call("logs", { of: "build", id: made.id }));
    await keep(one.call("status"));
    await keep(one.call("deployments", {}));
    expect((await keep(one.call("variables_remove", { ...target, names: ["PAYMENT_KEY"] }))).answer).toMatchObject({
      removed: ["PAYMENT_KEY"],
    });
    expect(JSON.stringify(answers)).not.toContain(secret);
    expect(one.stderr()).not.toContain(secret);
  });
});
