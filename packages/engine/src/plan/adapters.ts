/**
 * Adapters: the packages by which a framework builds its server for one platform. Where a project has one whose server Node does not start,
 * the adapter for Node stands in for it, in the workspace of the build alone.
 * Sources: https://svelte.dev/docs/kit/adapter-node, https://docs.astro.build/en/guides/integrations-guide/node/, and
 * peerDependencies of both packages at the npm registry; read 2026-11.
 */

export interface NodeAdapter {
  framework: string;
  package: string;
  /** Package whose version decides which version of the adapter fits. */
  core: string;
  /** Names of the configuration file without their ends, where the adapter is imported. */
  configs: string[];
  /** How the adapter is called, `adapter` being what it exports. */
  call: string;
  /** Where its server is when the project names no folder, relative to the service. */
  outputDir?: string;
  /** How its server is started; `{output}` is the folder of the output. */
  start: string;
  /** Newest first: from this version of the core on, this range of the adapter. Past the first row's major version, whatever is newest. */
  versions: { from: string; range: string }[];
}

export const nodeAdapters: readonly NodeAdapter[] = [
  {
    framework: "sveltekit",
    package: "@sveltejs/adapter-node",
    core: "@sveltejs/kit",
    configs: ["svelte.config", "vite.config"],
    call: "adapter()",
    outputDir: "build",
    start: "node {output}",
    versions: [
      { from: "3.0.0-next.0", range: "^6.0.0" },
      { from: "2.4.0", range: "^5.0.0" },
      { from: "2.0.0", range: "~2.1.0" },
      { from: "1.0.0", range: "^1.3.1" },
    ],
  },
  {
    framework: "astro",
    package: "@astrojs/node",
    core: "astro",
    configs: ["astro.config"],
    call: 'adapter({ mode: "standalone" })',
    start: "node ./{output}/server/entry.mjs",
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
];

/** The adapter that makes a server of the framework that Node starts. */
export function nodeAdapterFor(framework: string | undefined): NodeAdapter | undefined {
  return nodeAdapters.find((one) => one.framework === framework);
}
