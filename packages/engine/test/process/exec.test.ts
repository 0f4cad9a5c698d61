import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DeployError } from "../../src/error.ts";
import { exec, groupAlive, groupOf, killGroup } from "../../src/process/exec.ts";

let cwd: string;
const env = { PATH: "/usr/bin:/bin" };

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "landfall-exec-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const node = (script: string): string[] => [process.execPath, "-e", script];

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeployError)) throw new Error(`expected a DeployError, got ${String(error)}`);
  return error.code;
}

/** Where a descriptor leads; nothing for one that was closed this moment. */
function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function running(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

describe("exec", { timeout: 60_000 }, () => {
  it("resolves with status and both streams, whatever the status", async () => {
    const result = await exec(node("console.log('out'); console.error('err'); process.exitCode = 3"), { cwd, env });
    expect(result).toEqual({ code: 3, signal: null, stdout: "out\n", stderr: "err\n" });
  });

  it("passes arguments as they are: nothing in them is ever a command", async () => {
    const hostile = [
      "a;touch pwned",
      "$(touch pwned)",
      "`touch pwned`",
      "a\ntouch pwned",
      "a|touch pwned",
      "a&&touch pwned",
      "--",
      "*",
      "",
    ];
    const { stdout } = await exec([...node("console.log(JSON.stringify(process.argv.slice(1)))"), "--", ...hostile], {
      cwd,
      env,
    });
    expect(JSON.parse(stdout)).toEqual(hostile);
    await expect(exec(["ls", "-A"], { cwd, env })).resolves.toMatchObject({ stdout: "" });
  });

  it("gives the program exactly the environment it was given", async () => {
    const { stdout } = await exec(node("console.log(JSON.stringify(process.env))"), {
      cwd,
      env: { A: "pa$$ \"w'\n", LC_ALL: "C" },
    });
    expect(JSON.parse(stdout)).toEqual({ A: "pa$$ \"w'\n", LC_ALL: "C" });
  });

  it("writes the input and closes it", async () => {
    const { stdout } = await exec(["cat"], { cwd, env, input: "ümlaut 🚀" });
    expect(stdout).toBe("ümlaut 🚀");
  });

  it("does not mind a program that does not read its input", async () => {
    await expect(exec(["true"], { cwd, env, input: "x".repeat(1_000_000) })).resolves.toMatchObject({ code: 0 });
  });

  it("hands out lines whole, across chunks and multi-byte characters, the last without newline too", async () => {
    const script = `
      const bytes = Buffer.from("ü🚀\\r\\nsecond\\nlast");
      let at = 0;
      const next = () => at < bytes.length && process.stdout.write(bytes.subarray(at, ++at), () => setImmediate(next));
      next();`;
    const lines: string[] = [];
    await exec(node(script), { cwd, env, onLine: (line, stream) => lines.push(`${stream}: ${line}`) });
    expect(lines).toEqual(["stdout: ü🚀", "stdout: second", "stdout: last"]);
  });

  it("loses no line of a program that prints many and exits at once, however slow the reader", async () => {
    const lines: string[] = [];
    await exec(node("for (let i = 0; i < 3_000; i++) console.log(`line ${i}`); process.exit(1)"), {
      cwd,
      env,
      onLine(line) {
        lines.push(line);
        if (lines.length === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      },
    });
    expect(lines).toEqual(Array.from({ length: 3_000 }, (_, number) => `line ${number}`));
  });

  it("lets a script write to /dev/stdout and /dev/stderr", async () => {
    const lines: string[] = [];
    const argv = ["sh", "-c", "echo one > /dev/stderr; echo two > /dev/stdout; echo three"];
    await exec(argv, { cwd, env, onLine: (line, stream) => lines.push(`${stream}: ${line}`) });
    expect(lines.sort()).toEqual(["stderr: one", "stdout: three", "stdout: two"]);
  });

  it("keeps the end of a long output, and memory stays bounded by it", async () => {
    const script =
      "for (let i = 0; i < 40; i++) process.stdout.write(('x'.repeat(99_999)) + '\\n'); process.stdout.write('the end')";
    const { stdout } = await exec(node(script), { cwd, env, maxOutputBytes: 1_000 });
    expect(stdout).toHaveLength(1_000);
    expect(stdout.endsWith("the end")).toBe(true);
  });

  it("cuts a line that has no end", async () => {
    let longest = 0;
    let total = 0;
    await exec(node("process.stdout.write('x'.repeat(1_000_000))"), {
      cwd,
      env,
      onLine: (line) => {
        longest = Math.max(longest, line.length);
        total += line.length;
      },
    });
    expect(longest).toBeLessThanOrEqual(65_536);
    expect(total).toBe(1_000_000);
  });

  it("says what to install when the program is missing", async () => {
    const error: unknown = await exec(["git"], { cwd, env: { PATH: cwd } }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "MISSING_TOOL", text: { next: expect.stringContaining("apt install git") } });
    expect(await codeOf(exec(["no-such-program-here"], { cwd, env }))).toBe("MISSING_TOOL");
    writeFileSync(join(cwd, "plain"), "", { mode: 0o644 });
    expect(await codeOf(exec([join(cwd, "plain")], { cwd, env }))).toBe("MISSING_TOOL");
  });

  it("tells a missing directory from a missing program", async () => {
    expect(await codeOf(exec(["true"], { cwd: join(cwd, "nowhere"), env }))).toBe("INVALID_CONFIG");
  });

  it("refuses what no program can be given", async () => {
    expect(await codeOf(exec(["true", "a\0b"], { cwd, env }))).toBe("INVALID_CONFIG");
    expect(await codeOf(exec(["true"], { cwd, env: { ...env, A: "x\0y" } }))).toBe("INVALID_CONFIG");
    expect(await codeOf(exec(["true", "x".repeat(200_000)], { cwd, env }))).toBe("INVALID_CONFIG");
    expect(await codeOf(exec([], { cwd, env }))).toBe("INVALID_CONFIG");
  });

  it("does not start when already cancelled", async () => {
    await expect(codeOf(exec(["touch", "started"], { cwd, env, signal: AbortSignal.abort() }))).resolves.toBe(
      "CANCELLED",
    );
    await expect(exec(["ls"], { cwd, env })).resolves.toMatchObject({ stdout: "" });
  });

  it("leaves no pipe open when it is cancelled before the start, or cannot start", async () => {
    const controller = new AbortController();
    const cancelled = exec(["true"], { cwd, env, onLine() {}, signal: controller.signal });
    controller.abort();
    expect(await codeOf(cancelled)).toBe("CANCELLED");
    expect(await codeOf(exec(["no-such-program-here"], { cwd, env, onLine() {} }))).toBe("MISSING_TOOL");
    const open = (): string[] =>
      readdirSync("/proc/self/fd").flatMap((fd) => {
        const target = targetOf(`/proc/self/fd/${fd}`);
        return target.includes("landfall-pipe-") ? [target] : [];
      });
    await expect.poll(open).toEqual([]);
  });

  it("ends the whole tree on cancel, also what ignores SIGTERM, and settles only then", async () => {
    const controller = new AbortController();
    // The shell, a child that ignores SIGTERM, and its child.
    const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$; sleep 1000 & echo $!; wait' & wait; sleep 1000`;
    const pids: number[] = [];
    const promise = exec(["sh", "-c", script], {
      cwd,
      env,
      signal: controller.signal,
      graceMs: 50,
      onLine: (line) => {
        pids.push(Number(line));
        if (pids.length === 2) controller.abort();
      },
    });
    expect(await codeOf(promise)).toBe("CANCELLED");
    expect(pids).toHaveLength(2);
    expect(pids.filter(running)).toEqual([]);
  });

  it("ends a child that moved to a session of its own", async () => {
    const controller = new AbortController();
    let pid = 0;
    const promise = exec(["sh", "-c", "setsid sh -c 'echo $$; exec sleep 1000' & wait"], {
      cwd,
      env,
      signal: controller.signal,
      onLine: (line) => {
        pid = Number(line);
        controller.abort();
      },
    });
    expect(await codeOf(promise)).toBe("CANCELLED");
    expect(pid).toBeGreaterThan(0);
    expect(running(pid)).toBe(false);
  });

  it("ends by its mark a daemon that left group, session and parent", async () => {
    const mark = `LANDFALL_TEST=${process.hrtime.bigint()}`;
    const [name, value] = mark.split("=");
    const { stdout } = await exec(["sh", "-c", "setsid sh -c 'echo $$; exec sleep 1000' & exit 0"], {
      cwd,
      env: { ...env, [name!]: value! },
      mark,
      graceMs: 500,
    });
    if (stdout !== "") expect(running(Number(stdout))).toBe(false);
    const left = await exec(["sh", "-c", `grep -lsz '^${mark}$' /proc/[0-9]*/environ || true`], { cwd, env });
    expect(left.stdout).toBe("");
  });

  it("leaves nothing running after a normal end, and does not wait for it", async () => {
    const { stdout, code } = await exec(["sh", "-c", "sleep 1000 & echo $!"], { cwd, env });
    expect(code).toBe(0);
    expect(running(Number(stdout))).toBe(false);
  });

  it("stops the program when the caller fails on a line", async () => {
    let pid = 0;
    const promise = exec(["sh", "-c", "echo $$; exec sleep 1000"], {
      cwd,
      env,
      onLine: (line) => {
        pid = Number(line);
        throw new DeployError("INTERNAL", { what: "too many lines" });
      },
    });
    expect(await codeOf(promise)).toBe("INTERNAL");
    expect(running(pid)).toBe(false);
  });

  it("stops at the time limit with TIMEOUT", async () => {
    expect(await codeOf(exec(["sleep", "1000"], { cwd, env, timeoutMs: 20 }))).toBe("TIMEOUT");
  });

  it("passes on the reason of a cancelled signal when it is one of ours", async () => {
    const controller = new AbortController();
    const promise = exec(["sleep", "1000"], {
      cwd,
      env,
      signal: controller.signal,
      onStart: () => controller.abort(new DeployError("LEASE_LOST", { what: "Another engine took over." })),
    });
    expect(await codeOf(promise)).toBe("LEASE_LOST");
  });
});

describe("groups", { timeout: 60_000 }, () => {
  it("are alive until every process ended", async () => {
    const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
    const group = groupOf(child.pid!);
    expect(groupAlive(group)).toBe(true);
    await killGroup(group);
    expect(groupAlive(group)).toBe(false);
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    await killGroup(group);
  });

  it("leave alone a process that got the pid of an old group", async () => {
    const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
    const group = groupOf(child.pid!);
    const old = { pid: group.pid, born: group.born.replace(/\d+$/, (ticks) => String(Number(ticks) - 1)) };
    expect(groupAlive(old)).toBe(false);
    await killGroup(old);
    const beforeReboot = { pid: group.pid, born: group.born.replace(/^[^/]+/, "another-boot") };
    expect(groupAlive(beforeReboot)).toBe(false);
    await killGroup(beforeReboot);
    expect(groupAlive(group)).toBe(true);
    await killGroup(group);
  });
});
