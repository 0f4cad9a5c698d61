import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { explainFailure, type FailureContext } from "../../src/build/failures.ts";
import { signatures } from "../../src/build/signatures/signatures.ts";

/**
 * Logs of builds that failed, one file each, named for the row that must explain it (`<id>.<variant>.txt`). The first line says which command
 * of which version printed it, or where the form of the message comes from.
 */
const logs = readdirSync(join(import.meta.dirname, "logs")).sort();

function read(name: string): { lines: string[]; context: FailureContext } {
  const [head = "", ...lines] = readFileSync(join(import.meta.dirname, "logs", name), "utf8").split("\n");
  const exit = /\(exit (\w+)\)/.exec(head)?.[1] ?? "1";
  const context = {
    command: /^# (.*?) \(exit/.exec(head)?.[1] ?? "",
    packageManager: /^# (?:.*\b)?(pnpm|yarn|bun)\b/.exec(head)?.[1] ?? "npm",
    nodeVersion: /node v([\d.]+)/.exec(head)?.[1] ?? "24.0.0",
    ...(exit === "SIGKILL" ? { exitCode: null, signal: exit } : { exitCode: Number(exit), signal: null }),
  };
  return { lines, context };
}

describe("explainFailure", () => {
  it.each(logs)("explains %s", (name) => {
    const { lines, context } = read(name);
    const failure = explainFailure(lines, context);
    expect(failure?.id).toBe(name.split(".")[0]);
    const texts = [failure!.cause, ...failure!.next].join(" ");
    expect(texts, "every placeholder is filled").not.toMatch(/\(see the log\)|undefined|(?<!\$)\{\w/);
    expect(failure!.next.length).toBeGreaterThan(0);
    expect(failure!.evidence.length).toBeGreaterThan(0);
    for (const { line, text } of failure!.evidence) {
      expect(text).not.toBe("");
      expect(lines[line - 1], "evidence is a line of the log").toBeDefined();
    }
  });

  it("has a log for every row", () => {
    const explained = new Set(logs.map((name) => name.split(".")[0]));
    expect(signatures.map((row) => row.id).filter((id) => !explained.has(id))).toEqual([]);
  });

  it.each([
    ["file-unresolved.rollup.txt", "src/components/Button.js"],
    ["file-unresolved.rolldown.txt", "src/components/Button.js"],
    ["file-unresolved.next16.txt", "lib/db.js"],
  ])("tells of a name that differs in upper and lower case (%s)", (name, file) => {
    const { lines, context } = read(name);
    const failure = explainFailure(lines, { ...context, files: ["package.json", "src/main.js", file] });
    expect(failure).toMatchObject({ id: "file-case", recovery: "manual" });
    expect(failure!.cause).toContain(`the file is called ${file}`);
    expect(explainFailure(lines, { ...context, files: ["package.json"] })?.id).toBe("file-unresolved");
  });

  it("answers nothing for a log that says nothing", () => {
    expect(explainFailure(["> build", "done", "3 files written"], { exitCode: 1 })).toBeNull();
  });
});
