/** What belongs to a running program besides how it starts: what is run once per release, and other programs of the same files. */
import type { Evidence, ServiceFacts } from "./detection.ts";
import { otherProcesses, procfileOf } from "./languages/procfile.ts";
import { placeOf } from "./languages/files.ts";
import { inside, type Project } from "./reading.ts";
import { vendorFacts } from "./vendors.ts";

export type BesideStart = Pick<ServiceFacts, "releaseCommand" | "processes">;

/** For pages there is nothing to start, and what a container starts is said in it. */
const started: ReadonlySet<string> = new Set(["server", "worker"]);

/** Of the program in a directory. What it is believed by is added to `evidence`. */
export function besideStart(
  project: Project,
  { path, kind }: { path: string; kind: string },
  evidence: Evidence[],
): BesideStart {
  if (!started.has(kind)) return {};
  const release = vendorFacts(project, path).find(({ releaseCommand }) => releaseCommand !== undefined);
  if (release)
    evidence.push({
      field: "releaseCommand",
      value: release.releaseCommand!,
      rule: release.rule,
      at: release.at,
      confidence: release.confidence,
    });
  const found = procfileOf(project, path);
  const processes = found ? otherProcesses(found.processes) : [];
  const text = project.tree.text(inside(path, "Procfile")) ?? "";
  for (const { name, startCommand } of processes)
    evidence.push({
      field: "processes",
      value: startCommand,
      rule: `procfile/${name}`,
      at: placeOf(found!.at, text, `${name}:`),
      confidence: 0.9,
    });
  return {
    ...(release ? { releaseCommand: release.releaseCommand! } : {}),
    ...(processes.length > 0 ? { processes } : {}),
  };
}
