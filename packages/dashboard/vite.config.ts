import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { pagePreloads } from "./preload.ts";

/** Built into the command line's own files, which `landfall serve` answers with. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), pagePreloads()],
  resolve: { conditions: ["source", "browser", "module", "import", "default"] },
  build: {
    outDir: "../cli/dist/dashboard",
    emptyOutDir: true,
    target: "es2024",
    // Nothing inline: the content policy lets only files run.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        // On a slow network each file costs more than what is in it: what every page loads is one file, and small parts of several pages another.
        codeSplitting: {
          groups: [
            { name: "all", minShareCount: 16, priority: 2 },
            {
              name: "parts",
              test: /(?:react|dashboard).src.(?!.*(?:dialog|form))|icons/,
              minShareCount: 4,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      "/rpc": "http://127.0.0.1:8400",
      "/api": "http://127.0.0.1:8400",
      "/ws": { target: "ws://127.0.0.1:8400", ws: true },
    },
  },
});
