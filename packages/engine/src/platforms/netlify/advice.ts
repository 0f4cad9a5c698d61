/**
 * Servers on Netlify are functions, which an adapter writes and Netlify's own build packs. What that takes, by our id of the framework.
 * Source: svelte.dev/docs/kit/adapter-netlify; nitro's preset for Netlify; docs.astro.build/en/guides/integrations-guide/netlify, read 2026-11.
 */
const packed = (change: string, published: string): string =>
  `${change} and run: npx netlify build. Then put .netlify into ${published}, and deploy ${published} with --prebuilt.`;

export const serverAdvice: Record<string, string> = {
  astro: packed("Add the adapter @astrojs/netlify", "dist"),
  nuxt: packed("Set NITRO_PRESET=netlify", "dist"),
  sveltekit: packed("Add the adapter @sveltejs/adapter-netlify", "build"),
  next: 'Have the pages exported (output: "export" in next.config), or choose another platform with --platform: a Next.js server is packed by Netlify only where Netlify builds and deploys it.',
};

/** What Netlify reads when it builds itself, or when its own command line does. */
export const leftOut = [
  {
    path: "netlify.toml",
    says: "netlify.toml is not sent: put its redirects into a file _redirects and its headers into a file _headers among the published files.",
  },
  {
    path: "netlify/functions/",
    says: "The functions in netlify/functions are not deployed: Netlify's own build packs them. Run: npx netlify build, and deploy what it leaves with --prebuilt.",
  },
  {
    path: "netlify/edge-functions/",
    says: "The functions in netlify/edge-functions are not deployed: Netlify's own build packs them. Run: npx netlify build, and deploy what it leaves with --prebuilt.",
  },
];
