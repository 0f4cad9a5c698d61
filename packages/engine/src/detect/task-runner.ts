/** Sites that tasks of gulp put together: which folder they leave, and what builds it. Read from the tasks' text, which is a program. */
import { stringAt } from "./config.ts";
import { sourceAt } from "./entry.ts";
import { firstOf, search } from "./languages/files.ts";
import { usedOf } from "./manifest.ts";
import type { Subject } from "./program.ts";
import { inside } from "./reading.ts";

export interface TaskSite {
  /** The folder the pages are left in. */
  folder: string;
  /** The task that builds them, where one is named so. */
  command: string | undefined;
  at: string;
}

const gulpfiles = [
  "gulpfile.js",
  "gulpfile.babel.js",
  "gulpfile.mjs",
  "gulpfile.ts",
  "gulpfile.esm.js",
  "gulpfile.js/index.js",
];
/** Folders the tasks of a longer gulpfile lie in. */
const taskFolders = ["gulp", "gulpfile.js", "tasks", "gulp-tasks"];
const makesPages =
  /\.(?:html|pug|jade|njk|nunjucks|ejs|hbs|twig)\b|\{html,|gulp-(?:file-include|pug|jade|nunjucks|ejs|hb|twig|htmlmin|rigger|panini)\b|\bpanini\b/;
const buildTask =
  /(?:\btask\(\s*["'`]|exports\.|export\s+(?:const|let|function)\s+)(build(?:[:_-]?[pP]rod(?:uction)?)?|prod(?:uction)?|dist)\b/;
/** Where sources lie; tasks also write back into them. */
const ofSources = /^(?:src|source|sources|app|dev|node_modules|tmp|\.tmp|temp|\..*|\/)$/;

/** What gulp builds for others to serve, or undefined. */
export function taskSite({ project, manifest, isLibrary }: Subject): TaskSite | undefined {
  if (isLibrary || usedOf(manifest, ["gulp"]) === undefined) return undefined;
  const at = firstOf(project.tree, manifest.directory, gulpfiles);
  if (at === undefined) return undefined;
  const others = taskFolders.flatMap((folder) =>
    search(project.tree, inside(manifest.directory, folder), {
      depth: 2,
      limit: 20,
      matches: (name) => /\.[cm]?[jt]s$/.test(name),
    }),
  );
  const text = [at, ...others].map((path) => sourceAt(project, path)?.text ?? "").join("\n");
  const folder = makesPages.test(text) ? folderWritten(text) : undefined;
  // What others import is built, and its page only shows it.
  const main = stringAt(manifest.json, "main")?.replace(/^\.\//, "");
  if (folder === undefined || main?.startsWith(`${folder}/`)) return undefined;
  const task = buildTask.exec(text)?.[1];
  return { folder, command: task === undefined ? undefined : `npx gulp ${task}`, at };
}

/** The folder that most tasks write into, or below. */
function folderWritten(text: string): string | undefined {
  const counts = new Map<string, number>();
  for (const [, written] of text.matchAll(/\bdest\(\s*([^()]{1,80}?)\s*[,)]/g)) {
    const path = pathOf(written!, text, 0)?.replace(/^\.\//, "");
    const folder = path?.split("/")[0];
    if (folder && !ofSources.test(folder)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** What an expression says at its beginning: a text, or a name that is given one: `paths.build.css`, `dist + "/css"`. */
function pathOf(expression: string, text: string, depth: number): string | undefined {
  const literal = /^["'`]([^"'`$]+)/.exec(expression)?.[1];
  if (literal !== undefined) return literal;
  const name = /^(?:["'`]\$\{\s*)?(?:[\w$]+\.)*([\w$]+)/.exec(expression)?.[1];
  if (name === undefined || depth > 4) return undefined;
  const given = new RegExp(
    `(?<![\\w$.])["']?${name.replace(/\$/g, "\\$")}["']?\\s*[:=]\\s*((?:["'\`]\\$\\{)?[^,;\\n{}]+)`,
    "g",
  );
  // Of a name that is given several values, the one that is no sentence.
  const value = [...text.matchAll(given)].map((match) => match[1]!.trim()).find((one) => !/^["'`]\S*\s/.test(one));
  return value === undefined ? undefined : pathOf(value, text, depth + 1);
}
