/** Tools for variables. A value goes in and is never given back. */
import { z } from "zod";
import { projectOf } from "../project.ts";
import { changing, given, isProduction, reading, type Tool } from "./tool.ts";

const target = { project: given.project, environment: given.environment };
const takesEffect = "It counts from the next deployment on.";

export const variableTools: Tool[] = [
  reading({
    name: "variables_list",
    title: "List variables",
    description: "Lists the names of a project's variables. Values are not given back; plan says which are missing.",
    input: z.object(target),
    async answer({ engine, place }, { project: named, environment }) {
      const project = projectOf(place, named);
      const all = await engine.variables.list({ project, environment });
      return {
        project,
        environment,
        variables: all.map(({ key, sensitive, updatedAt }) => ({ key, sensitive, updatedAt })),
      };
    },
  }),
  changing({
    name: "variables_set",
    title: "Set variables",
    description: `Sets variables of a project. They are kept encrypted and nobody can read them back. ${takesEffect}`,
    input: z.object({
      ...target,
      values: z.record(z.string(), z.string()).describe("names with their values"),
      allowEmpty: z.boolean().default(false).describe("an empty value is meant"),
    }),
    async intend({ engine, place }, { project: named, environment, values, allowEmpty }) {
      const project = projectOf(place, named);
      const names = Object.keys(values);
      const known = (await engine.projects()).some(({ name }) => name === project);
      const before = known ? await engine.variables.list({ project, environment }) : [];
      const replaced = before.filter(({ key }) => names.includes(key));
      return {
        does: `Set ${names.join(", ")} of ${project}, ${environment}.`,
        isProduction: isProduction(environment),
        about: replaced.map(({ key, updatedAt }) => ({ key, updatedAt })),
        shows: { replaces: replaced.map(({ key }) => key) },
        async carryOut() {
          await engine.variables.set({ project, environment }, values, { sensitive: true, allowEmpty });
          return { project, environment, set: names, next: takesEffect };
        },
      };
    },
  }),
  changing({
    name: "variables_remove",
    title: "Remove variables",
    description: `Removes variables of a project. ${takesEffect}`,
    input: z.object({ ...target, names: z.array(z.string()).min(1) }),
    async intend({ engine, place }, { project: named, environment, names }) {
      const project = projectOf(place, named);
      const before = await engine.variables.list({ project, environment });
      return {
        does: `Remove ${names.join(", ")} of ${project}, ${environment}.`,
        isProduction: isProduction(environment),
        about: before.filter(({ key }) => names.includes(key)).map(({ key, updatedAt }) => ({ key, updatedAt })),
        async carryOut() {
          await engine.variables.remove({ project, environment }, names);
          return { project, environment, removed: names, next: takesEffect };
        },
      };
    },
  }),
];
