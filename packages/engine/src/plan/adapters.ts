/**
 * Adapters: the packages by which a framework builds its server for one platform. Where a project has one whose server Node does not start,
 * or has none, the package for Node stands in for it, in the workspace of the build alone.
 * Sources: https://svelte.dev/docs/kit/adapter-node, https://docs.astro.build/en/guides/integrations-guide/node/,
 * https://tanstack.com/start/latest/docs/framework/react/guide/hosting, https://srvx.h3.dev/guide/cli, and peerDependencies at the npm
 * registry; read 2026-11.
 */

export interface NodeAdapter {
  framework: string;
  /** The package, or the preset of Nitro. */
  name: string;
  /** Which version of the package is installed; absent for what is in the framework itself. */
  installed?: Installed;
  /** Where the adapter is imported: names of the configuration file without their ends, and how it is called, `adapter` being what it exports. */
  imported?: { configs: string[]; call: string };
  /** A start command by which Node starts nothing, and which a project has that names no adapter. */
  idle?: RegExp;
  /** Where its server is when the project names no folder, relative to the service. */
  outputDir?: string;
  /** How its server is started; `{output}` is the folder of the output. */
  start: string;
  /** Variables of the build by which the framework takes it. */
  environment?: Record<string, string>;
}

export interface Installed {
  /** Package whose version decides which version of the adapter fits. */
  core: string;
  /** Newest first: from this version of the core on, this range of the adapter. Past the first row's major version, whatever is newest. */
  versions: { from: string; range: string }[];
}

export const nodeAdapters: readonly NodeAdapter[] = [
  {
    framework: "sveltekit",
    name: "@sveltejs/adapter-node",
    imported: { configs: ["svelte.config", "vite.config"], call: "adapter()" },
    outputDir: "build",
    start: "node {output}",
    installed: {
      core: "@sveltejs/kit",
      versions: [
        { from: "3.0.0-next.0", range: "^6.0.0" },
        { from: "2.4.0", range: "^5.0.0" },
        { from: "2.0.0", range: "~2.1.0" },
        { from: "1.0.0", range: "^1.3.1" },
      ],
    },
  },
  {
    framework: "astro",
    name: "@astrojs/node",
    imported: { configs: ["astro.config"], call: 'adapter({ mode: "standalone" })' },
    start: "node ./{output}/server/entry.mjs",
    installed: {
      core: "astro",
      versions: [
        { from: "7.2.1", range: "^11.1.4" },
        { from: "7.0.0", range: "~11.0.1" },
        { from: "6.3.0", range: "^10.1.0" },
        { from: "6.0.0", range: "~10.0.3" },
        { from: "5.17.3", range: "^9.5.4" },
        { from: "5.14.3", range: "9.5.3" },
        { from: "5.7.0", range: "9.4.4" },
        { from: "5.3.0", range: "~9.1.0" },
        { from: "5.0.0", range: "~9.0.0" },
        { from: "4.2.0", range: "^8.0.0" },
        { from: "4.0.0", range: "^7.0.2" },
        { from: "3.0.0", range: "6.1.0" },
        { from: "2.10.13", range: "^5.3.6" },
        { from: "2.0.0", range: "5.0.0" },
        { from: "1.6.15", range: "^3.1.1" },
      ],
    },
  },
  {
    // Without Nitro its build leaves a function that answers requests, and nothing that listens.
    framework: "tanstack-start",
    name: "srvx",
    idle: /^node (?:\.\/)?dist\/server\/server\.js$/,
    start: "srvx --prod --static ../client {output}/server/server.js",
    installed: { core: "srvx", versions: [{ from: "1.0.0", range: "^1.0.0" }] },
  },
  {
    framework: "nuxt",
    name: "node-server",
    environment: { NITRO_PRESET: "node-server" },
    start: "node .output/server/index.mjs",
  },
];

/** The adapter for Node that is needed, and what it stands in for. */
export function nodeAdapterFor({
  framework,
  adapter,
  startCommand,
}: {
  framework: string | undefined;
  adapter: string | undefined;
  startCommand: string | undefined;
}): { row: NodeAdapter; instead: string } | undefined {
  const row = nodeAdapters.find((one) => one.framework === framework);
  if (!row) return undefined;
  if (adapter !== undefined && (startCommand === undefined || row.environment)) return { row, instead: adapter };
  if (startCommand === undefined) return undefined;
  return row.idle?.test(startCommand) ? { row, instead: startCommand } : undefined;
}
