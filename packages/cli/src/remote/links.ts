/** From which folder a project of a server was deployed by this machine. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Links {
  /** What was remembered, such as `folder /home/ada/shop`. */
  get(url: string, project: string): string | undefined;
  set(url: string, project: string, identity: string): void;
}

/** Kept in the data directory. Losing it costs a person saying once more which project is meant. */
export function linksIn(home: string): Links {
  const file = join(home, "links.json");

  function read(): Record<string, Record<string, string>> {
    try {
      return JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, string>>;
    } catch {
      return {}; // Absent, or broken: then nothing is remembered.
    }
  }
  return {
    get: (url, project) => read()[url]?.[project],
    set(url, project, identity) {
      const all = read();
      if (all[url]?.[project] === identity) return;
      mkdirSync(home, { recursive: true, mode: 0o700 });
      const beside = `${file}.${process.pid}`;
      writeFileSync(beside, JSON.stringify({ ...all, [url]: { ...all[url], [project]: identity } }), { mode: 0o600 });
      renameSync(beside, file);
    },
  };
}
