import { expect, it } from "vitest";
import { otherCandidates } from "../../src/forms/candidates.tsx";

type Candidates = Parameters<typeof otherCandidates>[0]["candidates"];
const names = (candidates: Candidates, now: { framework?: string; kind: string }): string[] =>
  otherCandidates({ candidates }, { framework: undefined, ...now }).map(({ name }) => name);

it("leaves out what is chosen, and what is far less likely than the likeliest", () => {
  const candidates: Candidates = [
    { framework: "vite", runtime: "node", kind: "static", confidence: 0.93 },
    { framework: "express", runtime: "node", kind: "server", confidence: 0.41 },
    { runtime: "static", kind: "static", confidence: 0.2 },
  ];
  expect(names(candidates, { framework: "vite", kind: "static" })).toEqual(["express"]);
  expect(names(candidates, { framework: "express", kind: "server" })).toEqual(["vite"]);
});

it("says each once, by its kind where the name is that of two, and pages without what runs them", () => {
  const candidates: Candidates = [
    { runtime: "node", kind: "server", confidence: 0.5 },
    { framework: "astro", runtime: "node", kind: "static", confidence: 0.4 },
    { framework: "astro", runtime: "node", kind: "server", confidence: 0.45 },
    { framework: "astro", runtime: "bun", kind: "server", confidence: 0.35 },
    { runtime: "static", kind: "static", confidence: 0.3 },
    { runtime: "node", kind: "monorepo", confidence: 0.9 },
  ];
  expect(names(candidates, { kind: "server" })).toEqual(["astro, server", "astro, static pages", "static pages"]);
});
