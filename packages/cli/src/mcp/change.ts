/** Tools that give a release traffic, or end a deployment. */
import type { DeploymentView, Engine, Prepared } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { z } from "zod";
import { remember } from "../links.ts";
import { deploymentOf, projectOf } from "../project.ts";
import { describe } from "../screen/announce.ts";
import { rowOf, seeThrough, waitSeconds } from "./deployment.ts";
import { deployInput, requestOf } from "./request.ts";
import { changing, given, isProduction, type Tool } from "./tool.ts";

export const changeTools: Tool[] = [
  changing({
    name: "deploy",
    title: "Deploy",
    description:
      "Brings a source live: builds it, starts it and gives it the traffic when it is well. Call plan first to see what it would do. Call it with another environment than production to get a preview with its own address.",
    input: deployInput.extend({ waitSeconds }),
    async intend(call, { waitSeconds: seconds, ...input }) {
      const prepared = await call.engine.prepare(requestOf(call, input), { signal: call.signal });
      refuseProblems(prepared);
      const { plan } = prepared;
      const { project, environment, platform, source, services, notes } = plan;
      return {
        does: `Deploy ${source.description} to ${environment} of ${project} on ${platform}.`,
        isProduction: isProduction(environment),
        about: { plan, live: await liveOf(call.engine, { project, environment }) },
        shows: {
          services: services.map((service) => `${service.name}: ${describe(service)}`),
          files: source.files,
          hosts: services.flatMap(({ hosts }) => hosts),
          notes,
        },
        async carryOut() {
          const accepted = await call.engine.accept(prepared);
          remember(call.place.links, prepared);
          return seeThrough(call, accepted, seconds);
        },
      };
    },
  }),
  changing({
    name: "rollback",
    title: "Roll back",
    description: "Gives the traffic back to an earlier release: to the one that was live before, or to a deployment's.",
    input: z.object({
      project: given.project,
      environment: given.environment,
      platform: given.platform.describe("when the project is live on several platforms"),
      to: given.id.optional().describe("deployment to go back to; default: what was live before"),
      waitSeconds,
    }),
    async intend(call, input) {
      const { engine, place } = call;
      const goal = input.to === undefined ? null : await engine.deployment(input.to);
      const project = goal?.project ?? projectOf(place, input.project);
      const environment = goal?.environment ?? input.environment;
      const { live, before } = await historyOf(engine, { project, environment, platform: input.platform });
      const to = goal ?? before;
      if (to === undefined)
        throw new DeployError("NOT_FOUND", {
          what: `There is no earlier release of ${project}, ${environment}, to go back to.`,
          next: "List its deployments with the tool deployments.",
        });
      return {
        does: `Give the traffic of ${project}, ${environment}, on ${to.platform} back to ${to.id} of ${to.createdAt}.`,
        isProduction: isProduction(environment),
        about: { to: to.id, live: live?.releaseId ?? null },
        shows: { now: live === undefined ? null : rowOf(live), next: rowOf(to) },
        carryOut: async () =>
          seeThrough(
            call,
            await engine.rollback({ project, environment, platform: to.platform, to: to.id }),
            input.waitSeconds,
          ),
      };
    },
  }),
  changing({
    name: "promote",
    title: "Promote a preview",
    description: "Makes the release of a preview production's, byte for byte; nothing is built again.",
    input: z.object({
      id: given.id.describe("deployment of the preview"),
      environment: given.environment.describe("environment that gets it"),
      waitSeconds,
    }),
    async intend(call, { id, environment, waitSeconds: seconds }) {
      const preview = await call.engine.deployment(id);
      const { project } = preview;
      return {
        does: `Make the release of ${preview.id} (${preview.environment}) that of ${environment} of ${project} on ${preview.platform}.`,
        isProduction: isProduction(environment),
        about: { from: preview.releaseId, live: await liveOf(call.engine, { project, environment }) },
        shows: { preview: rowOf(preview) },
        carryOut: async () => seeThrough(call, await call.engine.promote(preview.id, environment), seconds),
      };
    },
  }),
  changing({
    name: "cancel",
    title: "Cancel a deployment",
    description: "Cancels a deployment that is not done. What was live before stays live.",
    input: z.object({ id: given.id.optional().describe("default: the one of the root folder's project that runs") }),
    async intend({ engine, place }, input) {
      const view = await deploymentOf(place, engine, input.id, ({ finishedAt }) => finishedAt === null);
      return {
        does: `Cancel ${view.id}.`,
        // What is live stays live, and stopping one's own mistake must not wait.
        isProduction: false,
        about: view.id,
        async carryOut() {
          await engine.cancel(view.id);
          return rowOf(await engine.deployment(view.id));
        },
      };
    },
  }),
  trafficTool({
    name: "stop",
    title: "Take a project offline",
    description:
      "Takes what runs on this machine of a project offline: visitors get 503, requests under way are finished, programs end. Nothing is removed; the tool start brings it back, and so does a deployment.",
    says: "offline, until it is started or deployed again",
  }),
  trafficTool({
    name: "start",
    title: "Start what was stopped",
    description: "Brings back what the tool stop took offline: the same release, done when it is healthy.",
    says: "back, with the release that was stopped",
  }),
];

/** `says` is where the project is taken. */
function trafficTool({
  name,
  says,
  ...rest
}: Pick<Tool, "title" | "description"> & { name: "stop" | "start"; says: string }): Tool {
  return changing({
    ...rest,
    name,
    input: z.object({ project: given.project, environment: given.environment }),
    async intend({ engine, place }, { project: named, environment }) {
      const project = projectOf(place, named);
      return {
        does: `Take ${project}, ${environment}, ${says}.`,
        isProduction: isProduction(environment),
        about: await liveOf(engine, { project, environment }),
        async carryOut() {
          await engine[name]({ project, environment });
          const found = (await engine.projects()).find((one) => one.name === project);
          return { project, ...found?.environments.find((one) => one.name === environment) };
        },
      };
    },
  });
}

/** Throws the first problem, with the others as faults: one round of mending is enough. */
function refuseProblems({ problems: [first, ...others] }: Prepared): void {
  if (first === undefined) return;
  const { code, ...text } = first;
  const faults = others.map(({ code: path, what, where, next }) => ({
    path: where ?? path,
    message: next === undefined ? what : `${what} ${next}`,
  }));
  throw new DeployError(code, { ...text, faults: [...(text.faults ?? []), ...faults] });
}

/** The release that has the traffic, and the last one before it. Every deployment that succeeded was given the traffic. */
async function historyOf(
  engine: Engine,
  { project, environment, platform }: { project: string; environment: string; platform?: string | undefined },
): Promise<{ live: DeploymentView | undefined; before: DeploymentView | undefined }> {
  const all = await engine.deployments({ project, environment, limit: 100 });
  const there = all.filter(({ state }) => state === "success");
  const live = there.find((one) => one.live && one.platform === (platform ?? one.platform));
  const before = there.find((one) => one.platform === live?.platform && one.releaseId !== live.releaseId);
  return { live, before };
}

/** Id of the release that has the traffic; null when there is none, or no such project. */
async function liveOf(engine: Engine, target: { project: string; environment: string }): Promise<string | null> {
  const known = (await engine.projects()).some(({ name }) => name === target.project);
  return known ? ((await historyOf(engine, target)).live?.releaseId ?? null) : null;
}
