/** Functions that a platform calls, one by one: what Serverless is told of, and files of the folders that platforms make functions of. */
import { isElsewhere } from "./belonging.ts";
import { placed } from "./config.ts";
import { search } from "./languages/files.ts";
import type { Manifest } from "./manifest.ts";
import { inside, type Project } from "./reading.ts";

export interface Functions {
  /** Some are called by requests; otherwise a clock, a queue or a store calls them. */
  answers: boolean;
  at: string;
}

const settings = ["serverless.yml", "serverless.yaml", "serverless.ts", "serverless.js", "serverless.json"];
/** Functions of another language. */
const ofOthers = /\bruntime['"]?\s*:\s*['"]?(?:python|go|ruby|java|dotnet|provided|swift|php|rust)/i;
const requests = /\b(?:http|httpApi|websocket)['"]?\s*:(?!\/\/)|\burl['"]?\s*:\s*true\b/;
const folders = ["api", "netlify/functions"];
/** What platforms call of such a file. */
const called =
  /(?:export\s+default|module\.exports\s*=)\s*(?:async\s*)?(?:\(|function\b|\w+\s*=>)|export\s+(?:(?:async\s+)?function|const)\s+(?:GET|POST|handler)\b|exports\.handler\s*=/;

/** The functions of a manifest's folder, or undefined. */
export function functionsIn(project: Project, manifest: Manifest): Functions | undefined {
  const { directory } = manifest;
  const at = settings.map((name) => inside(directory, name)).find((path) => project.tree.has(path));
  if (at !== undefined) {
    const text = project.tree.text(at) ?? "";
    return /\bhandler['"]?\s*:/.test(text) && !ofOthers.test(text) ? { answers: requests.test(text), at } : undefined;
  }
  // The root of a workspace has its members' programs for these.
  if ("workspaces" in manifest.json) return undefined;
  for (const folder of folders) {
    if (project.tree.has(inside(directory, `${folder}/package.json`))) continue;
    const found = search(project.tree, inside(directory, folder), {
      depth: 2,
      limit: 10,
      matches: (name) => /^[^_.].*\.[cm]?[jt]s$/.test(name) && !/\.(?:d|test|spec)\.\w+$/.test(name),
    }).find((path) => {
      const text = project.tree.text(path) ?? "";
      return called.test(text) && !handsOver(project, manifest, path, text);
    });
    if (found !== undefined) return { answers: true, at: found };
  }
  return undefined;
}

/** It only hands requests to a program that has a manifest of its own: `import { app } from "../apps/api/src/app"`. */
function handsOver(project: Project, manifest: Manifest, at: string, text: string): boolean {
  const folder = at.slice(0, at.lastIndexOf("/"));
  return [...text.matchAll(/\bfrom\s*["'](\.{1,2}\/[^"'\n]+)["']/g)].some(([, path]) => {
    const imported = placed(path!, folder);
    return imported !== undefined && isElsewhere(project, manifest, imported);
  });
}
