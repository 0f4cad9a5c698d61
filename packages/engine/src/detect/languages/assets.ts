/** Pages and styles beside a program of another language are built by their own package.json; they do not make it a JavaScript project. */
import { lockfiles } from "../package-manager.ts";
import { inside, isObject, type Project, type Reading } from "../reading.ts";
import { objectAt } from "./documents.ts";
import { state } from "./draft.ts";
import { placeOf } from "./files.ts";

/** Installs what the program's assets are built with and builds them, before what else is built. */
export function buildAssets(project: Project, directory: string, reading: Reading, rule: string): void {
  const at = inside(directory, "package.json");
  const document = project.tree.has(at) ? project.json(at) : null;
  if (!isObject(document)) return;
  const scripts = objectAt(document, "scripts");
  const script = ["build", "production", "prod"].find((name) => typeof scripts[name] === "string");
  if (script === undefined) return;
  const { files } = project.tree.listing(directory);
  const manager = lockfiles.find(([, name]) => files.includes(name))?.[0] ?? "npm";
  const build = `${manager} run ${script}`;
  state(reading, "buildCommand", reading.buildCommand === undefined ? build : `${build} && ${reading.buildCommand}`, {
    at: placeOf(at, project.tree.text(at) ?? "", `"${script}"`),
    rule,
    confidence: 0.85,
  });
  const install = manager === "npm" && files.includes("package-lock.json") ? "npm ci" : `${manager} install`;
  if (reading.installCommand !== undefined)
    state(reading, "installCommand", `${reading.installCommand} && ${install}`, { at, rule });
}
