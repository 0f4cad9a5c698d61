import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [vue()],
  // The club's old server looked for "build", and the name stayed.
  build: { outDir: "build" },
});
