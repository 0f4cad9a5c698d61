/** A data directory with engine, edge and worker as they are in the product, run from source. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { openEngine } from "@landfall/engine";
import type { Place } from "../../engine/test/conformance.ts";

export async function openPlace(): Promise<Place> {
  const home = mkdtempSync(join(tmpdir(), "landfall-place-"));
  const program = (name: string): string[] => [
    process.execPath,
    "--no-warnings",
    join(import.meta.dirname, name),
    home,
  ];
  const workerCommand = program("worker-process.ts");
  const engine = await openEngine({
    home,
    edgeCommand: program("edge-process.ts"),
    workerCommand,
    toolPath: (process.env["PATH"] ?? "").split(delimiter),
  });
  return {
    engine,
    home,
    workerCommand,
    async [Symbol.asyncDispose]() {
      await engine.edge.stop();
      await engine[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
