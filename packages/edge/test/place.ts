/** A data directory with engine, edge and worker as they are in the product, run from source. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type EngineOptions, openEngine } from "@landfall/engine";
import type { Place } from "../../engine/test/conforming-place.ts";

/** Starts the edge of a data directory; one that says its version has a standby. */
export function edgeCommand(home: string, version?: string): string[] {
  return [...program("edge-process.ts"), home, ...(version === undefined ? [] : [version])];
}

function program(name: string): string[] {
  return [process.execPath, "--no-warnings", join(import.meta.dirname, name)];
}

/** `environment` is what engine and workers read about platforms; `more` is as for the engine. */
export async function openPlace(
  environment: Record<string, string> = {},
  more: Pick<EngineOptions, "databaseUrl" | "version"> = {},
): Promise<Place> {
  const home = mkdtempSync(join(tmpdir(), "landfall-place-"));
  // The edge starts workers without an environment; they find it beside the data directory, which must hold no secret in the clear.
  const environmentFile = `${home}.environment.json`;
  writeFileSync(environmentFile, JSON.stringify(environment));
  const workerCommand = [...program("worker-process.ts"), home];
  const engine = await openEngine({
    ...more,
    home,
    edgeCommand: edgeCommand(home, more.version),
    workerCommand,
    environment,
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
      rmSync(environmentFile);
    },
  };
}
