/**
 * Frameworks that Vercel builds from the source, by our ids, with Vercel's own names of them.
 * Source: vercel/vercel, packages/frameworks/src/frameworks.ts; vercel.com/docs/frameworks; `framework` in the OpenAPI document of
 * api.vercel.com. Read 2026-11.
 */
import type { FrameworkWay } from "../../platform.ts";

const servers: Record<string, string> = {
  next: "nextjs",
  payload: "nextjs",
  nuxt: "nuxtjs",
  sveltekit: "sveltekit-1",
  astro: "astro",
  remix: "remix",
  "react-router": "react-router",
  "solid-start": "solidstart-1",
  "tanstack-start": "tanstack-start",
  redwood: "redwoodjs",
  blitz: "blitzjs",
  hydrogen: "hydrogen",
  nitro: "nitro",
  express: "express",
  hono: "hono",
  fastify: "fastify",
  nestjs: "nestjs",
  elysia: "elysia",
  h3: "h3",
  xmcp: "xmcp",
  fastapi: "fastapi",
  flask: "flask",
};

const adapters: Record<string, string[]> = {
  sveltekit: ["@sveltejs/adapter-auto", "@sveltejs/adapter-vercel"],
  astro: ["@astrojs/vercel"],
  "tanstack-start": ["nitro", "nitropack", "vinxi"],
};

const pages: Record<string, string> = {
  angular: "angular",
  brunch: "brunch",
  cra: "create-react-app",
  docusaurus: "docusaurus-2",
  eleventy: "eleventy",
  ember: "ember",
  gatsby: "gatsby",
  gridsome: "gridsome",
  hexo: "hexo",
  hugo: "hugo",
  jekyll: "jekyll",
  parcel: "parcel",
  polymer: "polymer",
  preact: "preact",
  sanity: "sanity-v3",
  sapper: "sapper",
  stencil: "stencil",
  storybook: "storybook",
  svelte: "svelte",
  umi: "umijs",
  vite: "vite",
  vitepress: "vitepress",
  "vue-cli": "vue",
  vuepress: "vuepress",
  zola: "zola",
};

export const frameworks: FrameworkWay[] = [
  ...Object.entries(servers).map(([framework, name]) => ({
    framework,
    name,
    accepts: "source" as const,
    ...(adapters[framework] ? { adapters: adapters[framework] } : {}),
  })),
  ...Object.entries(pages).map(([framework, name]) => ({
    framework,
    name,
    accepts: "source" as const,
    pagesOnly: true as const,
  })),
];
