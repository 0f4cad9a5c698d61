import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Built into the command line's own files, which `landfall serve` answers with. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  resolve: { conditions: ["source", "browser", "module", "import", "default"] },
  build: {
    outDir: "../cli/dist/dashboard",
    emptyOutDir: true,
    target: "es2024",
    // Nothing inline: the content policy lets only files run.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: {
      "/rpc": "http://127.0.0.1:8400",
      "/api": "http://127.0.0.1:8400",
      "/ws": { target: "ws://127.0.0.1:8400", ws: true },
    },
  },
});
