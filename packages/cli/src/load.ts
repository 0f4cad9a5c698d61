/** The parts of the product that a command loads when it runs, and not before. */
import type { Detection, Engine, EngineOptions } from "@landfall/engine";

interface Parts {
  openEngine(options: EngineOptions): Promise<Engine>;
  detect(directory: string): Detection;
  parseDotenv(text: string): Record<string, string>;
  formatDotenv(variables: Record<string, string>): string;
}

export async function load(): Promise<Parts> {
  return (await import("@landfall/engine")) as unknown as Parts;
}
