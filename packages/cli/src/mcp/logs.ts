/** The tool for logs, of builds and of running programs. */
import type { DeploymentView, Engine } from "@landfall/engine";
import { z } from "zod";
import { eventsSoFar } from "../events.ts";
import { deploymentOf, projectOf } from "../project.ts";
import { windowOf } from "./lines.ts";
import { given, reading, type Tool } from "./tool.ts";

/** A platform's log may have no end. */
const readingMs = 20_000;

export const logTools: Tool[] = [
  reading({
    name: "logs",
    title: "Read logs",
    description:
      "Reads what the running program prints, or what a build printed. Answers the last lines, or lines from a number on; what is left out is named in `more`. Secrets are taken out.",
    input: z.object({
      of: z.enum(["runtime", "build"]).default("runtime").describe("the running program, or a deployment's build"),
      id: given.id.optional().describe("of build: this deployment; default: the newest of the project"),
      project: given.project,
      environment: given.environment.describe("of runtime: environment of the project"),
      service: z.string().optional().describe("of runtime: only this service"),
      tail: z.number().int().min(1).max(1000).default(100).describe("at most so many lines"),
      from: z.number().int().min(1).optional().describe("number of the first line; default: the last lines"),
    }),
    async answer({ engine, place, signal }, { of, id, project, environment, service, tail, from }) {
      if (of === "build" || id !== undefined) {
        const view = await deploymentOf(place, engine, id ?? project);
        return { id: view.id, status: view.state, ...(await windowOf(buildLines(engine, view), { tail, from })) };
      }
      const entries = engine.runtimeLogs({
        project: projectOf(place, project),
        environment,
        signal: AbortSignal.any([signal, AbortSignal.timeout(readingMs)]),
        ...(service === undefined ? {} : { service }),
      });
      return windowOf(texts(entries), { tail, from });
    },
  }),
];

async function* buildLines(engine: Engine, view: DeploymentView): AsyncGenerator<string> {
  for (const event of await eventsSoFar(engine, view))
    if (event.type === "log") for (const line of event.lines) yield `${event.step}: ${line}`;
}

async function* texts(entries: AsyncIterable<{ service: string; line: string }>): AsyncGenerator<string> {
  for await (const { service, line } of entries) yield `${service}: ${line}`;
}
