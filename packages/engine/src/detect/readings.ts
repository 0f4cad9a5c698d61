/** Every reader asked about one directory, and their answers ranked. */
import { javascript } from "./javascript.ts";
import { languageReaders } from "./languages/readers.ts";
import { manifestOf } from "./manifest.ts";
import type { Project, Reader, Reading } from "./reading.ts";

/** Every reading of one directory, best first. */
export function readingsOf(project: Project, directory: string): Reading[] {
  const own = readBy(javascript, project, directory);
  const others = languageReaders.flatMap((reader) => readBy(reader, project, directory) ?? []);
  const all = own
    ? [
        { ...own, confidence: besideOthers(project, directory, own, others) },
        ...others.map((other) => (other.runtime === "static" ? withTools(other, own) : other)),
      ]
    : others;
  return all.sort((a, b) => b.confidence - a.confidence);
}

/** Plain pages beside a manifest are installed and built by what the manifest says. */
function withTools(pages: Reading, { packageManager, installCommand, buildCommand, evidence }: Reading): Reading {
  const fields = ["packageManager", "installCommand", "buildCommand"];
  return {
    ...pages,
    ...(packageManager === undefined ? {} : { packageManager }),
    ...(installCommand === undefined ? {} : { installCommand }),
    ...(buildCommand === undefined || pages.buildCommand !== undefined ? {} : { buildCommand }),
    evidence: [...pages.evidence, ...evidence.filter(({ field }) => fields.includes(field))],
  };
}

/** A reader that fails on what it finds must not spoil what the others know. */
function readBy(reader: Reader, project: Project, directory: string): Reading | null {
  try {
    return reader.read(project, directory);
  } catch (error) {
    project.warnings.push({
      at: directory,
      message: `the ${reader.id} reader failed: ${error instanceof Error ? error.message : String(error)}`,
    });
    return null;
  }
}

/** Pages and tools built by JavaScript beside a server of another language are part of that server. */
function besideOthers(project: Project, directory: string, own: Reading, others: readonly Reading[]): number {
  // A program without dependencies that comes with its container is meant to be run in it.
  if (
    own.kind === "server" &&
    Object.keys(manifestOf(project, directory)?.dependencies ?? {}).length === 0 &&
    own.framework === undefined &&
    others.some((other) => other.kind === "container")
  )
    return Math.min(own.confidence, 0.45);
  const server = others.find((other) => other.kind === "server" && other.confidence >= 0.8 && other.runtime !== "deno");
  if (!server) return own.confidence;
  const isPages = own.kind === "static" || own.kind === "package";
  if (isPages) return Math.min(own.confidence, 0.4);
  return server.framework !== undefined && own.framework !== "next" && server.confidence > 0.9
    ? Math.min(own.confidence, server.confidence - 0.02)
    : own.confidence;
}
