import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { apiWith } from "../../../docs/generate.ts";

it("docs/api.md lists the procedures there are; npm run gen writes them", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/api.md"), "utf8");
  expect(apiWith(text)).toBe(text);
});
