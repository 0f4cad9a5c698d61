import { expect, it } from "vitest";
import type { ServiceFacts } from "../../src/detect/detection.ts";
import { projectOf } from "../../src/detect/reading.ts";
import { Tree } from "../../src/detect/tree.ts";
import { detectVariables } from "../../src/env/detect.ts";
import { treeOf } from "../detect/tree-of.ts";

export interface Case {
  files: Record<string, string>;
  /** Exactly the variables that must be required. */
  required: string[];
  facts?: Partial<Omit<ServiceFacts, "env">>;
  directory?: string;
}

/** One test for each case: its name says what is, or is not, required. */
export function requiredTable(cases: Record<string, Case>): void {
  for (const [name, { files, required, facts, directory = "." }] of Object.entries(cases)) {
    it(name, () => {
      using tree = treeOf(files);
      const all = { kind: "server" as const, runtime: "node", database: [], ...facts };
      const found = detectVariables(projectOf(new Tree(tree.root)), directory, all);
      expect(found.flatMap((one) => (one.required ? [one.key] : []))).toEqual(required);
    });
  }
}
