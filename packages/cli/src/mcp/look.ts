/** Tools that only look. */
import { DeployError } from "@landfall/engine/error";
import { rowOf as platformRow } from "@landfall/engine/platforms/abilities";
import { z } from "zod";
import { explanationOf } from "../explanation.ts";
import { deploymentOf } from "../project.ts";
import { rowOf } from "./deployment.ts";
import { deployInput, requestOf } from "./request.ts";
import { given, reading, type Tool } from "./tool.ts";

const id = given.id.optional();

export const lookTools: Tool[] = [
  reading({
    name: "detect",
    title: "Detect a project",
    description:
      "Says what a project is: kind, framework, commands, output folder, port, database, services and the variables it reads, each with its evidence.",
    input: deployInput.pick({ source: true }),
    async answer(call, input) {
      const { detection } = await call.engine.prepare(requestOf(call, input), { signal: call.signal });
      if (detection !== null) return detection;
      throw new DeployError("NOT_DETECTED", { what: "Nothing is known about this source.", where: input.source });
    },
  }),
  reading({
    name: "plan",
    title: "Plan a deployment",
    description:
      "Says what the tool deploy would do with the same arguments, and every problem that would stop it. Changes nothing.",
    input: deployInput,
    async answer(call, input) {
      const { plan, excluded, problems } = await call.engine.prepare(requestOf(call, input), { signal: call.signal });
      return { problems, ...plan, excluded };
    },
  }),
  reading({
    name: "status",
    title: "What is live",
    description:
      "Says what runs on this machine, and of every project which deployment is live and how the last one went.",
    input: z.object({}),
    async answer({ engine }) {
      const { running, port, services } = await engine.edge.status();
      // Field by field: the edge knows more, such as what a program printed last, as it printed it.
      const here = services.map(({ project, environment, service, kind, url, state, restarts }) => ({
        project,
        environment,
        service,
        kind,
        url,
        state,
        restarts,
      }));
      return { here: { running, port, services: here }, projects: await engine.projects() };
    },
  }),
  reading({
    name: "inspect",
    title: "Inspect a deployment",
    description: "Shows one deployment: state, steps, addresses, error. Use it to see how one goes on that still runs.",
    input: z.object({ id, project: given.project.describe("of this project the newest, when no id is given") }),
    async answer({ engine, place }, input) {
      const { plan, ...view } = await deploymentOf(place, engine, input.id ?? input.project);
      return { ...view, source: plan?.source ?? null };
    },
  }),
  reading({
    name: "deployments",
    title: "List deployments",
    description: "Lists deployments, newest first, of one project or of all.",
    input: z.object({
      project: z.string().optional().describe("only of this project"),
      environment: z.string().optional().describe("only of this environment"),
      limit: z.number().int().min(1).max(100).default(20),
    }),
    async answer({ engine }, { project, environment, limit }) {
      const all = await engine.deployments({
        limit,
        ...(project === undefined ? {} : { project }),
        ...(environment === undefined ? {} : { environment }),
      });
      return { deployments: all.map(rowOf) };
    },
  }),
  reading({
    name: "why",
    title: "Explain a failed deployment",
    description: "Says why a deployment failed, with the end of the failed step's output and what to do next.",
    input: z.object({
      id,
      project: given.project.describe("of this project the last that failed, when no id is given"),
    }),
    async answer({ engine, place }, input) {
      const failed = await deploymentOf(
        place,
        engine,
        input.id ?? input.project,
        ({ state }) => state === "failed" || state === "cancelled",
      );
      return explanationOf(engine, failed);
    },
  }),
  reading({
    name: "platforms",
    title: "List platforms",
    description: "Lists where can be deployed to, what each place can do, and the accounts that are connected.",
    input: z.object({}),
    async answer({ engine }) {
      const connections = (await engine.connections.list()).map(({ platform, name, fault }) => ({
        platform,
        name,
        fault,
      }));
      return { platforms: engine.platforms.map(platformRow), connections };
    },
  }),
  reading({
    name: "doctor",
    title: "Check this machine",
    description: "Checks this machine and Landfall's data: tools that are missing, disk, names that do not resolve.",
    input: z.object({}),
    answer: async ({ engine }) => ({ findings: await engine.doctor() }),
  }),
];
