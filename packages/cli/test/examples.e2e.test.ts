/** Every example goes live through the command line and answers what its case.json says; a second time nothing is built. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Case, differences, loadCases } from "../../../examples/cases.ts";
import { install, type Installed } from "./installed.ts";

interface Result {
  id: string;
  status: string;
  url: string | null;
  services: { name: string; url: string }[];
  error?: { code: string; what: string; evidence?: string[] };
}

function variables(example: Case): string[] {
  return Object.entries(example.variables).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
}

function urlsOf(result: Result): Record<string, string> {
  const services = result.services.map((service) => [service.name, service.url]);
  return { "": result.url ?? "", ...(Object.fromEntries(services) as Record<string, string>) };
}

describe("examples", async () => {
  const cases: Case[] = await loadCases();
  let landfall: Installed;
  beforeAll(async () => {
    landfall = await install();
  });
  afterAll(() => landfall[Symbol.asyncDispose]());

  it.each(cases.filter((one) => one.platforms.includes("local") && !one.fails).map((one) => [one.name, one] as const))(
    "%s goes live, and again without a build",
    async (_name, example) => {
      const first = await landfall.json<Result>("deploy", example.dir, ...variables(example));
      expect(first).toMatchObject({ code: 0, status: "success" });
      expect(await differences(example, urlsOf(first))).toEqual([]);

      const second = await landfall.json<Result>("deploy", example.dir, ...variables(example));
      expect(second).toMatchObject({ code: 0, status: "success" });
      const { events } = await landfall.json<{ events: { type: string; step?: string; status?: string }[] }>(
        "inspect",
        second.id,
      );
      const builds = events.filter(
        (event) => event.type === "step" && event.step?.startsWith("build") && event.status !== "started",
      );
      expect(builds.map((event) => event.status)).toEqual(builds.map(() => "reused"));
      expect(await differences(example, urlsOf(second))).toEqual([]);
    },
  );

  it.each(cases.filter((one) => one.fails).map((one) => [one.name, one] as const))(
    "%s fails and says why",
    async (_name, example) => {
      const result = await landfall.json<Result>("deploy", example.dir, ...variables(example));
      expect(result).toMatchObject({ code: 1, status: "failed", error: { code: example.fails!.code } });
      const why = await landfall.run("why", result.id);
      expect(why.stdout + why.stderr).toContain(example.fails!.evidence);
    },
  );

  it.each(cases.filter((one) => !one.platforms.includes("local")).map((one) => [one.name, one] as const))(
    "%s is refused on this machine before anything has changed",
    async (_name, example) => {
      const before = await landfall.json<{ deployments?: unknown[] }>("ls");
      const result = await landfall.run("deploy", example.dir, "--json");
      expect(result.code).toBe(2);
      expect(result.stdout + result.stderr).toContain("NO_ROUTE");
      expect(await landfall.json("ls")).toEqual(before);
    },
  );
});
