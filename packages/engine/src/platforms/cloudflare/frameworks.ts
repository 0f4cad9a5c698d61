/**
 * Frameworks whose servers run on Cloudflare, and what makes their build leave one: an adapter among the dependencies, or a variable of the
 * build. Nothing is bundled here. Source: the frameworks' own pages on Cloudflare and nitro.build/deploy, read 2026-11.
 */
import type { FrameworkWay } from "../../platform.ts";

/** Nitro takes the first; vinxi, on which SolidStart stands, the second. */
const nitro = { NITRO_PRESET: "cloudflare_module", SERVER_PRESET: "cloudflare_module" };

export const frameworks: FrameworkWay[] = [
  // Its worker imports the server from the folder beside it, so both are taken.
  { framework: "sveltekit", accepts: "prebuilt", adapters: ["@sveltejs/adapter-cloudflare"], outputDir: ".svelte-kit" },
  { framework: "astro", accepts: "prebuilt", adapters: ["@astrojs/cloudflare"], outputDir: "dist" },
  { framework: "nuxt", accepts: "prebuilt", environment: nitro, outputDir: ".output" },
  { framework: "nitro", accepts: "prebuilt", environment: nitro, outputDir: ".output" },
  { framework: "solid-start", accepts: "prebuilt", environment: nitro, outputDir: ".output" },
  { framework: "tanstack-start", accepts: "prebuilt", adapters: ["@cloudflare/vite-plugin"], outputDir: "dist" },
  { framework: "react-router", accepts: "prebuilt", adapters: ["@cloudflare/vite-plugin"], outputDir: "build" },
];
