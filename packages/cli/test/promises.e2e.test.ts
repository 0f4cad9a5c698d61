/** What the benches promise at full length, shown here in short on every change: they exit with 1 when it is not so. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

function bench(name: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const path = join(import.meta.dirname, "../../../bench", name);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--no-warnings", path, ...args],
      { maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ code: error ? 1 : 0, output: stdout + stderr });
      },
    );
  });
}

it("kill -9 of engine, edge and build at random moments loses nothing, in 20 rounds", async () => {
  const { code, output } = await bench("crash.ts", "20", "7");
  expect(output).toContain("0 rounds with faults");
  expect(code).toBe(0);
});

it("deployments and rollbacks under load fail no request", async () => {
  const { code, output } = await bench("switch.ts", "8", "4000");
  expect(output.match(/ 0 failed/g)).toHaveLength(2);
  expect(code).toBe(0);
});
