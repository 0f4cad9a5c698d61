/** docs/errors.md and the table of codes say the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type ErrorCode, type ErrorRow, errorCodes } from "../src/error.ts";

const document = readFileSync(join(import.meta.dirname, "../../../docs/errors.md"), "utf8");

/** Heading to the paragraphs under it. */
const sections = new Map(
  document
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = "", ...paragraphs] = section.trim().split(/\n{2,}/);
      return [heading, paragraphs];
    }),
);

const retries: Record<ErrorRow["retry"], string> = {
  never: "not tried again by itself",
  backoff: "tried again by itself, with growing pauses",
  after: "tried again by itself, after the time the other side names",
};

it("has a paragraph for every code, in the order of the table, and none for another", () => {
  expect([...sections.keys()]).toEqual(Object.keys(errorCodes));
});

it.each(Object.entries(errorCodes) as [ErrorCode, ErrorRow][])("%s has its row and an explanation", (code, row) => {
  const [facts, ...explanation] = sections.get(code) ?? [];
  expect(facts).toBe(`Exit status ${row.exit}, HTTP ${row.http}, ${retries[row.retry]}.`);
  expect(explanation.join(" ").length).toBeGreaterThan(150);
});
