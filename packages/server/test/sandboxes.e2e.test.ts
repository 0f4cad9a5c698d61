/** Sandboxes over HTTP, as a product that makes applications uses them, and as somebody would who wants out of one. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandEvent } from "@landfall/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

let server: TestServer;
let owner: Caller;
let work: Promise<void>;
let scratch: string;
const stop = new AbortController();

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "landfall-sandboxes-"));
  server = await serverFor();
  owner = await server.setUp();
  work = server.engine.work({ signal: stop.signal, until: "aborted" }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
});
afterAll(async () => {
  stop.abort();
  await work;
  await server[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true });
});

const sandboxes = () => owner.client.sandboxes;

async function sandbox(files: Record<string, string> = {}): Promise<string> {
  const { id } = await sandboxes().create({});
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  if (list.length > 0) await sandboxes().write({ id, files: list });
  return id;
}

/** A request of the streamed kind. */
async function raw(method: string, path: string, body?: string | Buffer, caller = owner): Promise<Response> {
  return fetch(`${server.url}/api/sandboxes/${path}`, {
    method,
    headers: caller.headers,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : new Uint8Array(body) }),
  });
}

const fileIn = async (id: string, path: string): Promise<[number, string]> => {
  const response = await raw("GET", `${id}/files/${encodeURIComponent(path)}`);
  return [response.status, await response.text()];
};

async function upload(archive: Buffer): Promise<string> {
  const response = await fetch(`${server.url}/api/sources`, {
    method: "POST",
    headers: owner.headers,
    body: new Uint8Array(archive),
  });
  return ((await response.json()) as { id: string }).id;
}

async function outcome(id: string, request: Omit<Parameters<Caller["client"]["sandboxes"]["run"]>[0], "id">) {
  const { id: command } = await sandboxes().run({ id, ...request });
  const events: CommandEvent[] = [];
  for await (const event of await sandboxes().output({ id, command })) events.push(event as CommandEvent);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const lines = events.flatMap((event) => (event.type === "log" ? event.lines : []));
  return { command, events, lines, end: events.at(-1)! };
}

describe("a sandbox", () => {
  it("is made of nothing, written, listed, read and emptied again", async () => {
    const id = await sandbox({ "index.html": "<p>one</p>", "src/app/main.js": "export {};" });
    expect(await sandboxes().get({ id })).toMatchObject({ files: 2, sizeBytes: 20 });
    expect((await sandboxes().files({ id })).entries.map(({ path, kind }) => [path, kind])).toEqual([
      ["index.html", "file"],
      ["src", "directory"],
    ]);
    expect((await sandboxes().files({ id, path: "src/app" })).entries).toMatchObject([
      { path: "src/app/main.js", sizeBytes: 10, executable: false, target: null },
    ]);
    const put = await raw("PUT", `${id}/files/src/run.sh?executable=true`, "#!/bin/sh\n");
    expect([put.status, await put.json()]).toEqual([200, { path: "src/run.sh", sizeBytes: 10 }]);
    expect((await sandboxes().files({ id, path: "src" })).entries.at(-1)).toMatchObject({ executable: true });
    // A file is written whole, in the place of the one before.
    await raw("PUT", `${id}/files/index.html`, "two");
    expect(await fileIn(id, "index.html")).toEqual([200, "two"]);
    const served = await raw("GET", `${id}/files/index.html`);
    expect(served.headers.get("content-type")).toBe("application/octet-stream");
    expect(served.headers.get("content-disposition")).toContain("attachment");
    await served.body?.cancel();
    expect(await sandboxes().get({ id })).toMatchObject({ files: 3, sizeBytes: 23 });
    await sandboxes().unlink({ id, path: "src" });
    expect(await sandboxes().get({ id })).toMatchObject({ files: 1, sizeBytes: 3 });
    expect((await fileIn(id, "src/run.sh"))[0]).toBe(404);
    await sandboxes().remove({ id });
    expect((await owner.call("GET", `/sandboxes/${id}`)).status).toBe(404);
    expect(existsSync(join(server.home, "sandboxes", id))).toBe(false);
  });

  it("is made of an upload and of git", async () => {
    const folder = join(scratch, "repo");
    mkdirSync(join(folder, "web"), { recursive: true });
    writeFileSync(join(folder, "web/index.html"), "hello");
    writeFileSync(join(folder, "README.md"), "beside it");
    symlinkSync("index.html", join(folder, "web/home.html"));
    const upload_ = await upload(execFileSync("tar", ["-cz", "-C", folder, "."]));
    const { id } = await sandboxes().create({ source: { upload: upload_, subdirectory: "web" }, name: "mine" });
    expect((await sandboxes().files({ id })).entries.map(({ path, target }) => [path, target])).toEqual([
      ["home.html", "index.html"],
      ["index.html", null],
    ]);
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.com", ...args]);
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "one");
    // The server's own disk is nobody's source.
    const { status } = await owner.call("POST", "/sandboxes", { source: { git: `file://${folder}` } });
    expect(status).toBe(400);
  });

  it("is deployed as it is, and can change or go afterwards; its deployments are known", async () => {
    const id = await sandbox({ "only/index.html": "<!doctype html><p>deployed</p>" });
    const deployment = await sandboxes().deploy({ id, project: "made", prebuilt: true });
    await sandboxes().write({ id, files: [{ path: "only/index.html", text: "changed" }] });
    for await (const _event of await owner.client.deployments.events({ id: deployment.id }));
    const after = await owner.client.deployments.get({ id: deployment.id });
    expect(after).toMatchObject({ state: "success", error: null, plan: { source: { description: `sandbox ${id}` } } });
    // A single folder stays the folder it is.
    expect(await (await fetch(new URL("/only/index.html", after.url!))).text()).toContain("deployed");
    expect((await sandboxes().deployments({ id })).deployments.map((one) => one.id)).toEqual([deployment.id]);
    await sandboxes().remove({ id });
    expect((await owner.client.deployments.get({ id: deployment.id })).state).toBe("success");
    expect(readdirSync(join(server.home, "scratch")).filter((name) => /^(sbx_|sandbox-)/.test(name))).toEqual([]);
  });

  it("is packed as zip and tar.gz, the same files, without what is made again", async () => {
    const id = await sandbox({
      "a.txt": "a".repeat(100_000),
      "empty.txt": "",
      "deep/ä b.txt": "b",
      "node_modules/x/index.js": "x",
    });
    await raw("PUT", `${id}/files/run.sh?executable=true`, "#!/bin/sh\n");
    for (const format of ["zip", "tar"] as const) {
      const response = await raw("GET", `${id}/export/${format}`);
      expect(response.status).toBe(200);
      const into = join(scratch, `out-${format}`);
      mkdirSync(into);
      const file = join(scratch, `out.${format}`);
      writeFileSync(file, Buffer.from(await response.arrayBuffer()));
      if (format === "zip") execFileSync("unzip", ["-q", file, "-d", into]);
      else execFileSync("tar", ["-xzf", file, "-C", into]);
      const found = execFileSync("find", [".", "-type", "f", "-printf", "%P %s %m\n"], { cwd: into, encoding: "utf8" });
      expect(found.trim().split("\n").toSorted()).toEqual([
        "a.txt 100000 644",
        "deep/ä b.txt 1 644",
        "empty.txt 0 644",
        "run.sh 10 755",
      ]);
    }
  });
});

describe("a command", () => {
  it("runs in the sandbox with its variables, prints in order, and says how it ended", async () => {
    const id = await sandbox({
      "print.mjs":
        "for (const one of ['one', process.env.SAID, process.cwd()]) console.log(one);\nconsole.error('two');\nprocess.exit(3);",
    });
    const { lines, end } = await outcome(id, {
      command: "node print.mjs && node never.mjs",
      variables: { SAID: "s3cr3t-value-42" },
    });
    expect(lines.toSorted()).toEqual(["[secret SAID]", "one", `sandboxes/${id}/files`, "two"]);
    expect(end).toMatchObject({ type: "exit", code: 3 });
    expect((await sandboxes().commands({ id })).commands).toMatchObject([{ state: "exited", exitCode: 3 }]);
    // An argument list is taken as it stands.
    const printed = await outcome(id, { argv: ["node", "-p", "process.argv[1] + '$HOME'", "$HOME && exit"] });
    expect(printed.lines).toEqual(["$HOME && exit$HOME"]);
    await outcome(id, { argv: ["node", "-e", "require('fs').writeFileSync('made.txt', 'x'.repeat(500))"] });
    expect(await fileIn(id, "made.txt")).toEqual([200, "x".repeat(500)]);
    expect((await sandboxes().get({ id })).sizeBytes).toBeGreaterThan(500);
  });

  it("is followed from where it was cut, and by many", async () => {
    const id = await sandbox({
      "slow.mjs": "for (let i = 0; i < 5; i++) { console.log(i); await new Promise((r) => setTimeout(r, 150)); }",
    });
    const { id: command } = await sandboxes().run({ id, command: "node slow.mjs" });
    const read = async (from: number): Promise<CommandEvent[]> => {
      const events: CommandEvent[] = [];
      for await (const event of await sandboxes().output({ id, command, from })) events.push(event as CommandEvent);
      return events;
    };
    const [all, again, rest] = await Promise.all([read(1), read(1), read(3)]);
    expect(all.flatMap((event) => (event.type === "log" ? event.lines : []))).toEqual(["0", "1", "2", "3", "4"]);
    expect(again).toEqual(all);
    expect(rest).toEqual(all.slice(2));
    const sse = await fetch(`${server.url}/api/sandboxes/${id}/commands/${command}/events`, {
      headers: { ...owner.headers, "last-event-id": String(all.length - 1) },
    });
    const text = await sse.text();
    expect(text).toContain(`id: ${all.length}\n`);
    expect(text).not.toContain(`id: ${all.length - 1}\n`);
    expect(text).toContain("event: done");
  });

  it("is alone in its sandbox, and ended with all it started by a person or by its time", async () => {
    const id = await sandbox({
      "hang.mjs":
        "import { spawn } from 'node:child_process';\nspawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }).unref();\nconsole.log('up');\nsetInterval(() => {}, 1000);",
    });
    const { id: command } = await sandboxes().run({ id, command: "node hang.mjs" });
    for await (const event of await sandboxes().output({ id, command })) if (event.type === "log") break;
    const other = await owner.call("POST", `/sandboxes/${id}/commands`, { command: "node --version" });
    expect([other.status, other.body.code]).toEqual([409, "CONFLICT"]);
    expect(await sandboxes().cancel({ id, command })).toMatchObject({
      state: "cancelled",
      exitCode: null,
      error: { code: "CANCELLED" },
    });
    expect(sandboxProcesses(id)).toEqual([]);
    const { end } = await outcome(id, { command: "node hang.mjs", timeoutSeconds: 1 });
    expect(end).toMatchObject({ type: "exit", code: null, error: { code: "TIMEOUT" } });
    expect(sandboxProcesses(id)).toEqual([]);
  });

  it("is none that only a shell understands, or that is not there, or outside", async () => {
    const id = await sandbox();
    for (const body of [
      { command: "cat /etc/passwd | sh" },
      { command: "echo $(id)" },
      { command: "x", argv: ["y"] },
      {},
      { argv: ["node"], cwd: "../.." },
      { argv: ["node"], cwd: "/etc" },
    ]) {
      const { status, body: told } = await owner.call("POST", `/sandboxes/${id}/commands`, body);
      if (status === 202) {
        // What the file system says is found out when it begins.
        for await (const event of await sandboxes().output({ id, command: told.id }))
          if (event.type === "exit") expect(event.error?.code).toBe("INVALID_CONFIG");
      } else expect([body, status, told.code]).toEqual([body, 400, "INVALID_CONFIG"]);
    }
    expect((await outcome(id, { argv: ["no-such-program"] })).end).toMatchObject({ error: { code: "MISSING_TOOL" } });
  });
});

/** Pids whose command line or environment names the sandbox. */
function sandboxProcesses(id: string): string[] {
  return execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(id));
}

describe("somebody who wants out", () => {
  it("sees nothing of the engine's data, of people's homes, or of other sandboxes", async () => {
    const other = await sandbox({ "secret.txt": "of another sandbox" });
    const id = await sandbox();
    const look = (path: string) =>
      outcome(id, { argv: ["node", "-p", `require('fs').readdirSync(${JSON.stringify(path)})`] });
    for (const path of [join(server.home, "sandboxes", other), join(server.home, "blobs"), join(server.home, "key")])
      expect((await look(path)).end).toMatchObject({ code: 1 });
    expect((await look(server.home)).lines.join(" ")).not.toMatch(/key|landfall\.db/);
    const { lines } = await outcome(id, { argv: ["node", "-p", "Object.keys(process.env).toSorted().join()"] });
    expect(lines[0]!.split(",").toSorted()).toEqual(
      ["CI", "HOME", "LANDFALL_SANDBOX", "LANG", "NODE_EXTRA_CA_CERTS", "PATH", "PWD", "TMPDIR"].filter((name) =>
        lines[0]!.split(",").includes(name),
      ),
    );
    const write = await outcome(id, { argv: ["node", "-e", "require('fs').writeFileSync('/usr/local/x', 'x')"] });
    expect(write.end).toMatchObject({ code: 1 });
  });

  it("does not get there by a path", async () => {
    const id = await sandbox({ "a.txt": "a" });
    for (const path of ["../x", "a/../../x", "/etc/passwd", "x/../..", "a\0b", "C:/x", "a\\..\\b", "x".repeat(300)]) {
      const put = await raw("PUT", `${id}/files/${encodeURIComponent(path)}`, "x");
      expect([path, put.status]).toEqual([path, 400]);
      expect([path, (await fileIn(id, path))[0]]).toEqual([path, 400]);
    }
    expect(
      (await owner.call("POST", `/sandboxes/${id}/files`, { files: [{ path: "../../x", text: "x" }] })).status,
    ).toBe(400);
    expect((await owner.call("DELETE", `/sandboxes/${id}/files/${encodeURIComponent("../home")}`)).status).toBe(400);
    expect((await raw("PUT", `${id}/files/%zz`, "x")).status).toBe(400);
    expect(readdirSync(join(server.home, "sandboxes", id)).toSorted()).toEqual(["files", "home", "tmp"]);
  });

  it("does not get there by a link it made, to read, write, list, delete, pack or deploy", async () => {
    const outside = join(scratch, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "secret.txt"), "outside secret");
    const id = await sandbox({ "in.txt": "inside" });
    const made = await outcome(id, {
      argv: [
        "node",
        "-e",
        `const fs = require('fs');
        fs.symlinkSync(${JSON.stringify(outside)}, 'dir');
        fs.symlinkSync(${JSON.stringify(join(outside, "secret.txt"))}, 'file');
        fs.symlinkSync('../../../key', 'key');
        fs.symlinkSync('in.txt', 'own');`,
      ],
    });
    expect(made.end).toMatchObject({ code: 0 });
    for (const path of ["dir/secret.txt", "file", "key", "own"])
      expect([path, (await fileIn(id, path))[0]]).toEqual([path, 409]);
    expect((await owner.call("GET", `/sandboxes/${id}/files?path=dir`)).status).toBe(409);
    expect((await raw("PUT", `${id}/files/dir/new.txt`, "x")).status).toBe(409);
    // A link is written over, not through.
    expect((await raw("PUT", `${id}/files/file`, "mine")).status).toBe(200);
    await sandboxes().unlink({ id, path: "dir" });
    expect(readdirSync(outside)).toEqual(["secret.txt"]);
    const tar = join(scratch, "links.tar");
    writeFileSync(tar, Buffer.from(await (await raw("GET", `${id}/export/tar`)).arrayBuffer()));
    const listed = execFileSync("tar", ["-tvzf", tar], { encoding: "utf8" });
    expect(listed).toContain("own -> in.txt");
    expect(listed).not.toContain("key");
    expect((await owner.call("POST", `/sandboxes/${id}/deploy`, { project: "links", prebuilt: true })).status).toBe(
      202,
    );
  });

  it("does not get there by swapping a folder for a link while it is read, written and deleted", async () => {
    const outside = join(scratch, "swap");
    mkdirSync(join(outside, "sub"), { recursive: true });
    for (const name of ["target.txt", "sub/target.txt"]) writeFileSync(join(outside, name), "outside secret");
    const id = await sandbox({ "d/target.txt": "inside" });
    const { id: command } = await sandboxes().run({
      id,
      timeoutSeconds: 60,
      argv: [
        "node",
        "-e",
        `const fs = require('fs');
        fs.mkdirSync('real/sub', { recursive: true });
        for (const n of ['target.txt', 'sub/target.txt']) fs.writeFileSync('real/' + n, 'inside');
        fs.symlinkSync(${JSON.stringify(outside)}, 'link');
        console.log('swapping');
        for (;;) {
          for (const from of ['real', 'link']) {
            try { fs.rmSync('d', { recursive: true, force: true }); from === 'link' ? fs.symlinkSync(${JSON.stringify(outside)}, 'd') : fs.cpSync('real', 'd', { recursive: true }); } catch {}
          }
        }`,
      ],
    });
    for await (const event of await sandboxes().output({ id, command })) if (event.type === "log") break;
    const seen = new Set<string>();
    for (let round = 0; round < 60; round++) {
      const [status, text] = await fileIn(id, "d/target.txt");
      if (status === 200) seen.add(text);
      await raw("PUT", `${id}/files/d/written.txt`, "x");
      await owner.call("DELETE", `/sandboxes/${id}/files/d%2Fsub`);
      await owner.call("DELETE", `/sandboxes/${id}/files/d%2Ftarget.txt`);
    }
    await sandboxes().cancel({ id, command });
    expect([...seen].filter((text) => text.includes("outside"))).toEqual([]);
    expect(readdirSync(outside).toSorted()).toEqual(["sub", "target.txt"]);
    expect(readdirSync(join(outside, "sub"))).toEqual(["target.txt"]);
    await sandboxes().remove({ id });
    expect(readdirSync(outside).toSorted()).toEqual(["sub", "target.txt"]);
  });

  it("fills no disk: an archive made to, links that leave, more than there is room for", async () => {
    const bomb = execFileSync("python3", [
      "-c",
      "import zipfile,io,sys; b=io.BytesIO(); z=zipfile.ZipFile(b,'w',zipfile.ZIP_DEFLATED)\nfor i in range(300): z.writestr('f%d'%i, b'\\0'*1024*1024)\nz.close(); sys.stdout.buffer.write(b.getvalue())",
    ]);
    const refused = await owner.call("POST", "/sandboxes", { source: { upload: await upload(bomb) } });
    expect([refused.status, refused.body.code]).toEqual([422, "UNSAFE_ARCHIVE"]);
    const leaving = join(scratch, "leaving");
    mkdirSync(leaving);
    symlinkSync("../../../../key", join(leaving, "key"));
    const escape = await upload(execFileSync("tar", ["-cz", "-C", leaving, "."]));
    expect((await owner.call("POST", "/sandboxes", { source: { upload: escape } })).status).toBe(422);
    // Nothing of them is left.
    const known = (await sandboxes().list()).sandboxes.map(({ id }) => id).toSorted();
    expect(readdirSync(join(server.home, "sandboxes")).toSorted()).toEqual(known);
    // A body that breaks off leaves the file as it was.
    const id = await sandbox({ "a.txt": "before" });
    const cut = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(100));
        controller.error(new Error("cut"));
      },
    });
    await expect(
      fetch(`${server.url}/api/sandboxes/${id}/files/a.txt`, {
        method: "PUT",
        headers: owner.headers,
        body: cut,
        duplex: "half",
      }),
    ).rejects.toThrow();
    await expect.poll(() => sandboxes().get({ id })).toMatchObject({ files: 1, sizeBytes: 6 });
    expect(await fileIn(id, "a.txt")).toEqual([200, "before"]);
    expect((await sandboxes().files({ id })).entries).toHaveLength(1);
  });

  it("finds nothing of another organisation, by any way there is", async () => {
    const id = await sandbox({ "a.txt": "of acme" });
    const { command } = await outcome(id, { argv: ["node", "-p", "1"] });
    const person = await server.member(owner, "owner");
    await person.client.organizations.create({ name: "elsewhere" });
    const { members } = await owner.client.members.list();
    await owner.client.members.remove({ id: members.find(({ email }) => email === person.email)!.id });
    for (const [method, path] of [
      ["GET", `${id}/files/a.txt`],
      ["PUT", `${id}/files/a.txt`],
      ["GET", `${id}/export/zip`],
      ["GET", `${id}/export/tar`],
      ["GET", `${id}/commands/${command}/events`],
    ] as const)
      expect([path, (await raw(method, path, method === "PUT" ? "x" : undefined, person)).status]).toEqual([path, 404]);
    expect((await raw("GET", `${id}/files/a.txt`, undefined, server.anyone)).status).toBe(401);
    const viewer = await server.member(owner, "viewer");
    expect((await raw("GET", `${id}/files/a.txt`, undefined, viewer)).status).toBe(403);
    // By a command of one sandbox asked for under another.
    const own = await sandbox();
    expect((await owner.call("GET", `/sandboxes/${own}/commands/${command}`)).status).toBe(404);
    expect((await raw("GET", `${id}/export/rar`)).status).toBe(404);
  });
});
