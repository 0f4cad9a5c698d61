/** Every example is detected as its case.json says, and planned as the snapshots beside this file show. */
import { describe, expect, it } from "vitest";
import { type Case, type ExpectedFacts, loadCases } from "../../../examples/cases.ts";
import { detect } from "../src/detect/detect.ts";
import type { Detection, EnvVariable } from "../src/detect/detection.ts";

/** The answer, reduced to what the case speaks of; `null` stands for what must be absent. */
function told(expected: ExpectedFacts, actual: Partial<Detection>): ExpectedFacts {
  const picked: Record<string, unknown> = {};
  for (const key of Object.keys(expected) as (keyof ExpectedFacts)[]) {
    if (key === "env") picked[key] = expected.env!.map((variable) => pickVariable(variable, actual.env ?? []));
    else picked[key] = actual[key as keyof Detection] ?? null;
  }
  return picked as ExpectedFacts;
}

function pickVariable(expected: NonNullable<ExpectedFacts["env"]>[number], env: EnvVariable[]): unknown {
  const found = env.find((variable) => variable.key === expected.key);
  if (!found) return { key: expected.key, absent: env.map((variable) => variable.key) };
  return Object.fromEntries(Object.keys(expected).map((key) => [key, found[key as keyof EnvVariable]]));
}

function requiredOf(env: EnvVariable[]): string[] {
  return env
    .filter((variable) => variable.required)
    .map((variable) => variable.key)
    .sort();
}

describe("examples are detected as their case.json says", async () => {
  const cases: Case[] = await loadCases();
  it.each(cases.map((one) => [one.name, one] as const))("%s", (_name, example) => {
    const actual = detect(example.dir);
    const { services, ...facts } = example.detect;
    expect(told(facts, actual)).toEqual(facts);
    for (const expected of services ?? []) {
      const service = actual.services.find((one) => one.path === expected.path);
      expect(service, `service ${expected.path}`).toBeDefined();
      expect(told(expected, service!)).toEqual(expected);
    }
    if (facts.env) expect(requiredOf(actual.env)).toEqual(requiredOf(facts.env as EnvVariable[]));
  });
});
