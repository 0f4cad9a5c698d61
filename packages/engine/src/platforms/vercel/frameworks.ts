/**
 * Frameworks whose server Vercel makes itself from the source, by our ids, with Vercel's own names of them.
 * Source: vercel/vercel, packages/frameworks/src/frameworks.ts; vercel.com/docs/frameworks; `framework` in the OpenAPI document of
 * api.vercel.com. Read 2026-11.
 */
import type { FrameworkWay } from "../../platform.ts";

export const frameworks: FrameworkWay[] = [
  { framework: "next", accepts: "source", name: "nextjs" },
  { framework: "nuxt", accepts: "source", name: "nuxtjs" },
  {
    framework: "sveltekit",
    accepts: "source",
    name: "sveltekit-1",
    adapters: ["@sveltejs/adapter-auto", "@sveltejs/adapter-vercel"],
  },
  { framework: "astro", accepts: "source", name: "astro", adapters: ["@astrojs/vercel"] },
  { framework: "remix", accepts: "source", name: "remix" },
  { framework: "react-router", accepts: "source", name: "react-router" },
  { framework: "solid-start", accepts: "source", name: "solidstart-1" },
  {
    framework: "tanstack-start",
    accepts: "source",
    name: "tanstack-start",
    adapters: ["nitro", "nitropack", "vinxi"],
  },
  { framework: "gatsby", accepts: "source", name: "gatsby" },
  { framework: "redwood", accepts: "source", name: "redwoodjs" },
  { framework: "blitz", accepts: "source", name: "blitzjs" },
  { framework: "hydrogen", accepts: "source", name: "hydrogen" },
  { framework: "nitro", accepts: "source", name: "nitro" },
  { framework: "express", accepts: "source", name: "express" },
  { framework: "hono", accepts: "source", name: "hono" },
  { framework: "fastify", accepts: "source", name: "fastify" },
  { framework: "nestjs", accepts: "source", name: "nestjs" },
  { framework: "elysia", accepts: "source", name: "elysia" },
  { framework: "h3", accepts: "source", name: "h3" },
  { framework: "xmcp", accepts: "source", name: "xmcp" },
  { framework: "fastapi", accepts: "source", name: "fastapi" },
  { framework: "flask", accepts: "source", name: "flask" },
];
