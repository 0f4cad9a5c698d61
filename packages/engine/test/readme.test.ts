import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readmeWith } from "../../../docs/generate.ts";

it("the README's table of platforms is what the code says; npm run gen writes it", async () => {
  const text = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");
  expect(text).toBe(await readmeWith(text));
});
