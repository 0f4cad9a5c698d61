import { expect, it } from "vitest";
import { levelOf } from "../../src/log/level.ts";

it.each([
  "error: could not compile `app`",
  "error[E0382]: borrow of moved value",
  "src/a.ts(1,2): error TS2304: Cannot find name 'x'.",
  "src/main.c:3:1: fatal error: missing.h: No such file or directory",
  "npm ERR! code ELIFECYCLE",
  "npm error code E404",
  "ERROR in ./src/index.js",
  "[ERROR] Failed to execute goal",
  "2026-08-21T10:00:00Z ERROR worker stopped",
  "TypeError: x is not a function",
  "java.lang.IllegalStateException: no",
  "Traceback (most recent call last):",
  "thread 'main' panicked at src/main.rs:2:5:",
  "✘ [ERROR] Could not resolve",
  "FAIL src/app.test.ts",
  "Build failed with 1 error",
  "E: Unable to locate package libx",
  "fatal: repository 'x' not found",
])("an error: %s", (line) => expect(levelOf(line)).toBe("error"));

it.each([
  "warning: unused variable: `x`",
  "npm warn deprecated har-validator@5.1.5",
  "npm WARN old lockfile",
  "[WARN] slow",
  "(node:1) DeprecationWarning: Buffer() is deprecated",
  "WARNING: Running pip as root",
  "⚠ Linting is disabled",
  "WARN in bundle",
])("a warning: %s", (line) => expect(levelOf(line)).toBe("warning"));

it.each([
  "compiled src/errors/error.ts",
  "0 errors, 0 warnings",
  "Found no errors",
  "✓ handles errors when the server fails",
  "GET /error 200",
  "added 312 packages in 4s",
  "error-handler.js 4 kB",
  "- fail-fast: true",
])("neither: %s", (line) => expect(levelOf(line)).toBeNull());
