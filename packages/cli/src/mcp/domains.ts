/** Tools for custom domains, which lead to production. */
import type { DomainTarget } from "@landfall/engine";
import { z } from "zod";
import { projectOf } from "../project.ts";
import { type Call, changing, given, reading, type Tool } from "./tool.ts";

const input = z.object({
  name: z.string().describe("the domain, such as www.example.com"),
  project: given.project,
  platform: given.platform.describe("when the project is on several"),
});

export const domainTools: Tool[] = [
  changing({
    name: "domains_add",
    title: "Add a domain",
    description: "Adds a custom domain to a project on a hosted platform, and says which records to set.",
    input,
    async intend(call, { name, ...of }) {
      const target = targetOf(call, of);
      return {
        does: `Add the domain ${name} to ${target.project}.`,
        isProduction: true,
        about: target.project,
        carryOut: () => call.engine.domains.add(target, name),
      };
    },
  }),
  reading({
    name: "domains_check",
    title: "Check a domain",
    description: "Looks whether a domain's records are seen and its certificate holds, and says what is left to do.",
    input,
    answer: (call, { name, ...of }) => call.engine.domains.check(targetOf(call, of), name),
  }),
];

function targetOf(
  { place, signal }: Call,
  { project, platform }: { project?: string | undefined; platform?: string | undefined },
): DomainTarget {
  return { project: projectOf(place, project), signal, ...(platform === undefined ? {} : { platform }) };
}
