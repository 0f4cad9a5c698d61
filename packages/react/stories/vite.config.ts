import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [react(), tailwindcss()],
  resolve: { conditions: ["source", "browser", "module", "import", "default"] },
  build: { outDir: "../dist-stories", emptyOutDir: true, target: "es2024", assetsInlineLimit: 0 },
});
