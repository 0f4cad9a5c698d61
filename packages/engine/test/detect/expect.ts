import { expect, it } from "vitest";
import type { DetectedService, Detection } from "../../src/detect/detection.ts";
import { detect } from "../../src/detect/detect.ts";
import { treeOf } from "./tree-of.ts";

type Fields = Partial<
  Record<Exclude<keyof Detection, "services" | "evidence" | "candidates" | "warnings" | "env">, unknown>
>;

export interface Case {
  files: Record<string, string | Buffer>;
  /** Fields that must be exactly so; null: must be absent. */
  is: Fields & { services?: string[] };
}

/** package.json with what a case needs. */
export function manifest(fields: Record<string, unknown>): string {
  return JSON.stringify({ name: "app", private: true, ...fields }, null, 2);
}

/** What `files` are detected as. */
export function detected(files: Record<string, string | Buffer>): Detection {
  using tree = treeOf(files);
  return detect(tree.root, { variables: () => [] });
}

/** One test for each case: its name is the behaviour. */
export function table(cases: Record<string, Case>): void {
  for (const [name, { files, is }] of Object.entries(cases)) {
    it(name, () => {
      const detection = detected(files);
      const { services, ...fields } = is;
      for (const [field, value] of Object.entries(fields))
        expect(detection[field as keyof Detection] ?? null, field).toEqual(value);
      if (services) expect(detection.services.map(({ path }) => path)).toEqual(services);
    });
  }
}

/** The service at `path`. */
export function service(detection: Detection, path: string): DetectedService {
  const found = detection.services.find((one) => one.path === path);
  if (!found) throw new Error(`no service at ${path}: ${detection.services.map((one) => one.path).join(", ")}`);
  return found;
}
