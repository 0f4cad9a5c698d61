/** Bots, which hold a connection of their own and answer a few requests besides. */
import type { Framework } from "./frameworks.ts";
import { withImports } from "./imports.ts";
import type { Program } from "./program.ts";
import type { Project } from "./reading.ts";

/** So few answers are signs of life, or what a chat calls; a program with more of them is a server. */
const mostAnswers = 4;
const answers = /\b(?:app|server|router|fastify|api)\.(?:get|post|put|patch|delete|all|route)\s*\(/g;
/** Routes of their own files, or files. */
const isLarger = /\bRouter\s*\(|\.static\s*\(|\.use\s*\(\s*["'`]\//;
/** Signs in to a chat, or asks it for news. */
const connects = /\.login\s*\(|\bbot\.(?:launch|start|startPolling)\s*\(/;
/** These take work from a queue, which no chat is, and servers put it there. */
const ofQueues = new Set(["bullmq", "temporal"]);

/** Whether the started `program` is a bot with the library `worker` names, whatever it answers besides. */
export function isBot(project: Project, worker: Framework, { source, starts }: Program): boolean {
  if (!source || !starts || ofQueues.has(worker.id)) return false;
  const texts = withImports(project, source, 3, 60).map(({ text }) => text);
  const imports = new RegExp(`["'](?:${worker.packages.join("|")})["']`);
  return (
    texts.some((text) => connects.test(text)) &&
    texts.some((text) => imports.test(text)) &&
    !texts.some((text) => isLarger.test(text)) &&
    texts.flatMap((text) => text.match(answers) ?? []).length <= mostAnswers
  );
}
