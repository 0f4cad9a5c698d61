/** Functions that a platform calls, one by one: what Serverless is told of, and files of the folders that platforms make functions of. */
import { search } from "./languages/files.ts";
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

/** The functions in `directory`, or undefined. */
export function functionsIn(project: Project, directory: string): Functions | undefined {
  const at = settings.map((name) => inside(directory, name)).find((path) => project.tree.has(path));
  if (at !== undefined) {
    const text = project.tree.text(at) ?? "";
    return /\bhandler['"]?\s*:/.test(text) && !ofOthers.test(text) ? { answers: requests.test(text), at } : undefined;
  }
  for (const folder of folders) {
    if (project.tree.has(inside(directory, `${folder}/package.json`))) continue;
    const found = search(project.tree, inside(directory, folder), {
      depth: 2,
      limit: 10,
      matches: (name) => /^[^_.].*\.[cm]?[jt]s$/.test(name) && !/\.(?:d|test|spec)\.\w+$/.test(name),
    }).find((path) => called.test(project.tree.text(path) ?? ""));
    if (found !== undefined) return { answers: true, at: found };
  }
  return undefined;
}
