export default defineNuxtConfig({
  compatibilityDate: "2026-07-01",
  telemetry: false,
  devtools: { enabled: false },
  app: {
    head: {
      title: "Signal book",
      htmlAttrs: { lang: "en" },
      meta: [{ name: "description", content: "The flags ships speak with, one letter at a time." }],
      link: [{ rel: "icon", type: "image/svg+xml", href: "/flag.svg" }],
    },
  },
  runtimeConfig: {
    public: { ship: "MV Landfall" },
  },
});
