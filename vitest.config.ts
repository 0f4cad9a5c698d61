import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const endToEnd = {
  pool: "forks",
  globalSetup: "packages/cli/test/built.ts",
  testTimeout: 300_000,
  hookTimeout: 300_000,
} as const;

/** Files that take minutes. Begun first, none of them is left to run alone at the end. */
const longest = /\/(?:stories|pages|examples|attacks|hosted|promises|lifecycle|deployments)\.e2e\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const byProject = Map.groupBy(await super.sort(files), ({ project }) => project.name);
    const rank = ({ moduleId }: TestSpecification): number => (longest.test(moduleId) ? 0 : 1);
    return [...byProject.values()].flatMap((all) => all.toSorted((one, other) => rank(one) - rank(other)));
  }
}

/**
 * Three kinds of tests: quick ones share a process; those in `*.e2e.test.ts` start daemons, servers and builds, and get one each, two at
 * a time; those that look at pages have the machine to themselves.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts"],
          exclude: ["**/*.e2e.test.ts", "**/node_modules/**"],
          pool: "threads",
          isolate: false,
          // A test that waits for something waits for that, however slow the machine is.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...endToEnd,
          name: "e2e",
          include: ["packages/{cli,edge,engine,server}/test/**/*.e2e.test.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...endToEnd,
          name: "pages",
          include: ["packages/{dashboard,react}/test/**/*.e2e.test.ts"],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
