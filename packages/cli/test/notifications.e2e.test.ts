/** Places that are told of deployments, from the built command line: on this machine's own store, with nobody there but what runs in the background. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isSigned, openReceiver, type Receiver } from "../../engine/test/receiver.ts";
import { echo, install, type Installed, kill, until } from "./installed.ts";

interface Delivery {
  id: string;
  event: string;
  attempts: number;
}

interface Place {
  id: string;
  name: string;
  secret: string | null;
  last: { state: string; attempts: number } | null;
}

let landfall: Installed;
let receiver: Receiver;
let folder: string;
const inside = (...args: string[]) => landfall.runWith({ cwd: folder }, ...args);

beforeAll(async () => {
  landfall = await install({ LANDFALL_PRIVATE_NOTIFICATIONS: "1" });
  receiver = await openReceiver();
  folder = landfall.project("echo", echo("hello"));
  expect((await inside("notifications")).stderr).toContain('no project "echo"');
  expect((await inside("deploy", "--quiet")).code).toBe(0);
});
afterAll(async () => {
  await landfall[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const places = async (): Promise<Place[]> =>
  JSON.parse((await landfall.run("notifications", "ls", "--project", "echo", "--json")).stdout) as Place[];

it("adds a place, tries it out, tells it of a deployment from the background though it is down at first, and removes it", async () => {
  expect((await inside("notifications")).stderr).toContain("landfall notifications add KIND");

  const added = await inside("notifications", "add", "webhook", receiver.url(), "--name", "ours", "--on", "succeeded");
  expect([added.code, added.stderr]).toEqual([
    0,
    expect.stringContaining("ours is told of echo: succeeded of production."),
  ]);
  const secret = added.stdout.trim();
  expect((await inside("notifications", "test", "ours")).code).toBe(0);
  expect(isSigned(receiver.got[0]!, secret)).toBe(true);

  receiver.answer = (response) => {
    const isFirst = receiver.got.length === 2;
    response.writeHead(isFirst ? 500 : 204).end();
  };
  expect((await inside("deploy", "--quiet", "--force")).code).toBe(0);
  await until("it is told again", async () => (await places())[0]?.last?.state === "delivered");
  const [, first, second] = receiver.got;
  expect(second!.headers["webhook-id"]).toBe(first!.headers["webhook-id"]);
  expect(isSigned(second!, secret)).toBe(true);
  expect(JSON.parse(second!.body)).toMatchObject({
    type: "deployment.succeeded",
    data: { project: "echo", page: null },
  });
  expect((await inside("notifications", "ls")).stdout).toMatch(
    /ours +webhook +127\.0\.0\.1:\d+ +succeeded of production +succeeded, delivered/,
  );

  const deliveries = async () =>
    JSON.parse((await inside("notifications", "deliveries", "ours", "--json")).stdout) as Delivery[];
  const [message, test] = await deliveries();
  expect([message!.attempts, test!.event]).toEqual([2, "test"]);
  expect((await inside("notifications", "deliveries", "ours", "-n", "1")).stdout).toMatch(
    /MESSAGE.*\nmsg_\w+ +succeeded +dep_\w+ +delivered +2 +204 +\d+ s ago +It answered 204\.\n$/,
  );

  expect((await inside("notifications", "edit", "ours")).stderr).toContain("--environments");
  const edited = await inside(
    "notifications",
    "edit",
    "ours",
    receiver.url("/moved"),
    "--name",
    "new",
    "--on",
    "failed",
  );
  expect([edited.code, edited.stderr]).toEqual([0, expect.stringContaining("new leads to 127.0.0.1")]);
  expect((await inside("notifications", "resend", "new", message!.id)).code).toBe(0);
  await until("it is told once more", () => receiver.got.some(({ path }) => path === "/moved"));
  const moved = receiver.got.find(({ path }) => path === "/moved")!;
  expect([moved.headers["webhook-id"], isSigned(moved, secret)]).toEqual([message!.id, true]);
  expect((await inside("notifications", "edit", "new", "--name", "ours")).code).toBe(0);

  expect((await inside("notifications", "rm", "ours")).code).toBe(0);
  expect((await inside("notifications", "test", "ours")).code).toBe(2);
  expect(await places()).toEqual([]);
});

it("is told by another process when the one that was telling it is killed", async () => {
  expect((await inside("notifications", "add", "webhook", receiver.url("/killed"), "--name", "killed")).code).toBe(0);
  receiver.answer = () => {}; // Taken, and never answered.
  expect((await inside("deploy", "--quiet", "--force")).code).toBe(0);
  const tries = () => receiver.got.filter(({ path }) => path === "/killed");
  await until("it is being told", () => tries().length > 0);
  for (const { pid, command } of landfall.processes()) if (command.includes(" worker ")) kill(pid);
  receiver.answer = (response) => void response.writeHead(204).end();
  await until("it is told", async () => (await places())[0]?.last?.state === "delivered");
  expect(new Set(tries().map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect((await inside("notifications", "rm", "killed")).code).toBe(0);
});

it("takes the URL of a channel from a file and never as an argument, and says what mail needs", async () => {
  const add = (...args: string[]) => landfall.run("notifications", "add", ...args, "--project", "echo");
  const refused = await add("slack", receiver.url("/services/canary"));
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--url-file FILE")]);
  writeFileSync(join(landfall.home, "url"), `${receiver.url("/services/canary")}\n`);
  const { code, stdout, stderr } = await add("slack", "--url-file", "url");
  expect([code, stdout]).toEqual([0, ""]);
  expect(stderr).not.toContain("canary");
  const mail = await add("email", "team@example.com");
  expect([mail.code, mail.stderr]).toEqual([2, expect.stringContaining("LANDFALL_SMTP_URL")]);
  const wrong = await add("webhook", "ftp://example.com", "--on", "sometimes");
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringMatching(/https:\/\/[\s\S]*succeeded|succeeded[\s\S]*https:\/\//),
  ]);
});

it("does the same on a server", async () => {
  const serving = landfall.start("serve", "--port", "0", "--json");
  let out = "";
  serving.stdout!.setEncoding("utf8").on("data", (text: string) => (out += text));
  serving.stderr!.resume();
  const line = await until("the server starts", () => (out.includes("\n") ? out : null));
  const { api, setupToken } = JSON.parse(line) as { api: string; setupToken: string };
  const person = { email: "ada@example.com", password: "correct horse battery" };
  const post = async (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${api}/api${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  await post("/setup", { token: setupToken, name: "Ada", ...person });
  const cookie = (await post("/auth/sign-in/email", person)).headers
    .getSetCookie()
    .map((one) => one.split(";", 1)[0])
    .join("; ");
  const scopes = ["read", "create", "update", "delete"].map((verb) => `${verb}:notification`);
  const { key } = (await (await post("/keys", { name: "far", scopes }, { cookie, origin: api })).json()) as {
    key: string;
  };
  const env = { LANDFALL_HOME: join(landfall.home, "laptop"), LANDFALL_URL: api, LANDFALL_TOKEN: key };
  const far = (...args: string[]) => landfall.runWith({ env }, "notifications", ...args, "--project", "echo");
  const added = await far("add", "webhook", receiver.url("/far"), "--name", "far", "--json");
  const { secret } = JSON.parse(added.stdout) as Place;
  const tested = await far("test", "far");
  expect([tested.code, tested.stderr]).toEqual([0, expect.stringContaining("It answered 204.")]);
  const got = receiver.got.at(-1)!;
  expect([got.path, isSigned(got, secret!)]).toEqual(["/far", true]);
  expect((await far("ls")).stdout).toMatch(/far +webhook .* test, delivered/);
  expect((await far("edit", "far", "--name", "farther", "--environments", "all")).stderr).toContain(
    "succeeded, failed of all environments.",
  );
  const [message] = JSON.parse((await far("deliveries", "farther", "--json")).stdout) as Delivery[];
  expect((await far("resend", "farther", message!.id)).code).toBe(0);
  await until("it is told again", () => receiver.got.filter(({ path }) => path === "/far").length === 2);
  expect((await far("rm", "farther")).code).toBe(0);
  expect((await far("ls")).stdout).not.toContain("far ");
});
