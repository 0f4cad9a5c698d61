/** A password on what is served, from the built command line on this machine's own store: over deployments, and over the death of the edge. */
import { request } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { echo, install, type Installed, kill, until } from "./installed.ts";

let landfall: Installed;
let folder: string;
const inside = (...args: string[]) => landfall.runWith({ cwd: folder }, ...args);
const secret = "the tide comes in";

beforeAll(async () => {
  landfall = await install();
  folder = landfall.project("echo", echo("hello"));
  expect((await inside("deploy", "--quiet")).code).toBe(0);
});
afterAll(() => landfall[Symbol.asyncDispose]());

function status(host: string, password?: string): Promise<number> {
  const authorization = password === undefined ? {} : { authorization: `Basic ${btoa(`me:${password}`)}` };
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port: landfall.port, headers: { host, ...authorization } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    });
    asked.on("error", () => resolve(0)).end();
  });
}

it("is set from stdin, in force at once, also for programs and their next releases, and taken off", async () => {
  expect((await inside("protection")).stdout).toBe("echo is open to everybody.\n");
  const nothing = await inside("protection", "set", "all");
  expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining("--password-file FILE")]);
  const short = await landfall.runWith(
    { cwd: folder, input: "short\n" },
    "protection",
    "set",
    "all",
    "--password-file",
    "-",
  );
  expect([short.code, short.stderr]).toEqual([2, expect.stringContaining("8 to 200 characters")]);
  const set = await landfall.runWith(
    { cwd: folder, input: `${secret}\n` },
    "protection",
    "set",
    "all",
    "--password-file",
    "-",
  );
  expect([set.code, set.stdout]).toEqual([0, "echo asks for a password everywhere.\n"]);
  expect([await status("echo.localhost"), await status("echo.localhost", secret)]).toEqual([401, 200]);
  const again = await inside("deploy", "--force", "--json");
  expect(again.code, again.stderr).toBe(0);
  expect([await status("echo.localhost"), await status("echo.localhost", secret)]).toEqual([401, 200]);

  const edge = landfall.processes().find(({ command }) => / edge /.test(command) && !command.includes("standby.js"));
  kill(edge!.pid);
  await until("the edge is back", async () => (await status("echo.localhost")) === 401);
  expect(await status("echo.localhost", "another")).toBe(401);
  expect(await status("echo.localhost", secret)).toBe(200);

  const preview = await inside("protection", "set", "preview", "--keep-password");
  expect(preview.stdout).toBe("echo asks for a password everywhere but in production.\n");
  expect(await status("echo.localhost")).toBe(200);
  expect((await inside("protection", "off")).code).toBe(0);
  expect((await inside("protection", "set", "some")).code).toBe(2);
});
