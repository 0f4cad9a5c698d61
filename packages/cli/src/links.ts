/** Which project a folder was deployed as, on this machine or on a server: what a command in the folder means when it names none. */
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Prepared, Source } from "@landfall/engine";

export interface Links {
  /** The project a folder or archive was deployed as last. `identity` is such as `folder /home/ada/shop`. */
  projectOf(identity: string): string | undefined;
  /** What the project was deployed from last. */
  identityOf(project: string): string | undefined;
  set(project: string, identity: string): void;
}

/** In order of their deployment, the last one at the end. */
type Remembered = [project: string, identity: string][];

/**
 * Those of one place: a server's URL, or `local`. Kept in the data directory; losing it costs a person saying once more which project is
 * meant.
 */
export function linksIn(home: string, place: string): Links {
  const file = join(home, "links.json");

  function read(): Record<string, unknown> {
    try {
      return (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown> | null) ?? {};
    } catch {
      return {}; // Absent, or broken: then nothing is remembered.
    }
  }
  /** Nothing of what another version wrote otherwise. */
  const listIn = (all: Record<string, unknown>): Remembered =>
    Array.isArray(all[place]) ? (all[place] as Remembered) : [];
  const here = (): Remembered => listIn(read());
  return {
    projectOf: (identity) => here().findLast(([, from]) => from === identity)?.[0],
    identityOf: (project) => here().find(([name]) => name === project)?.[1],
    set(project, identity) {
      const all = read();
      const before = listIn(all);
      const [lastProject, lastIdentity] = before.at(-1) ?? [];
      if (lastProject === project && lastIdentity === identity) return;
      const after: Remembered = [...before.filter(([name]) => name !== project), [project, identity]];
      mkdirSync(home, { recursive: true, mode: 0o700 });
      const beside = `${file}.${process.pid}`;
      writeFileSync(beside, JSON.stringify({ ...all, [place]: after }), { mode: 0o600 });
      renameSync(beside, file);
    },
  };
}

/** What a folder is remembered by, or an archive. */
export function identityAt(path: string, kind: "folder" | "archive" = "folder"): string {
  try {
    return `${kind} ${realpathSync(path)}`;
  } catch {
    return `${kind} ${path}`; // Gone meanwhile: whoever needs it there says so.
  }
}

/** The same of a source; null for a repository, which has the same name everywhere. */
export function identityOf(source: Source): string | null {
  if (source.kind === "git") return null;
  const whole = identityAt(source.path, source.kind);
  return source.subdirectory === undefined ? whole : `${whole}#${source.subdirectory}`;
}

/** That what was accepted is the project's. */
export function remember(links: Links, { request, plan }: Prepared): void {
  const identity = identityOf(request.source);
  if (identity !== null) links.set(plan.project, identity);
}
