import { defineConfig } from "vitest/config";

/**
 * Two kinds of tests: quick ones share a process; those in `*.e2e.test.ts` start daemons, servers and builds, and get one each.
 */
export default defineConfig({
  test: {
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
          name: "e2e",
          include: ["packages/*/test/**/*.e2e.test.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
