/** Services that are made of other packages of their workspace. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { install, type Installed } from "./installed.ts";

let landfall: Installed;
beforeAll(async () => {
  landfall = await install();
});
afterAll(() => landfall[Symbol.asyncDispose]());

const manifest = (name: string, rest: object): string =>
  JSON.stringify({ name, version: "1.0.0", type: "module", ...rest });
/** A build that puts the text of a file into dist. */
const copies = `import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.js", readFileSync("index.txt", "utf8"));`;

const files = {
  "package.json": manifest("theatre", { private: true, workspaces: ["apps/*", "packages/*"] }),
  "packages/words/package.json": manifest("@theatre/words", {
    exports: "./dist/index.js",
    scripts: { build: "node build.js" },
  }),
  "packages/words/build.js": copies,
  "packages/words/index.txt": `export const words = "curtain up";`,
  "packages/label/package.json": manifest("@theatre/label", {
    main: "dist/index.js",
    scripts: { build: "node build.js" },
    dependencies: { "@theatre/words": "1.0.0" },
  }),
  // Built after what it is made of.
  "packages/label/build.js": `import { words } from "@theatre/words";
import { mkdirSync, writeFileSync } from "node:fs";
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.js", "export const label = " + JSON.stringify(words + "!") + ";");`,
  // What it exports is in its source, so nothing is built.
  "packages/plain/package.json": manifest("@theatre/plain", { exports: "./index.js", scripts: { build: "exit 1" } }),
  "packages/plain/index.js": `export const plain = "plain";`,
  "apps/web/package.json": manifest("@theatre/web", {
    scripts: { build: "node build.js", start: "node server.js" },
    dependencies: { "@theatre/label": "1.0.0", "@theatre/plain": "1.0.0" },
  }),
  "apps/web/build.js": `import { label } from "@theatre/label";
import { plain } from "@theatre/plain";
import { writeFileSync } from "node:fs";
writeFileSync("built.txt", label + " " + plain);`,
  "apps/web/server.js": `import { readFileSync } from "node:fs";
import { createServer } from "node:http";
createServer((request, response) => response.end(readFileSync("built.txt"))).listen(process.env.PORT);`,
};

it("packages whose exports are made by their build are built before, and again when they change", async () => {
  const folder = landfall.project("theatre", files);
  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0, status: "success" });
  expect((await landfall.get("theatre.localhost")).body).toBe("curtain up! plain");

  writeFileSync(join(folder, "packages/words/index.txt"), `export const words = "curtain down";`);
  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0, status: "success" });
  expect((await landfall.get("theatre.localhost")).body).toBe("curtain down! plain");
});

it("what builds them itself is left to do so", async () => {
  const folder = landfall.project("company", {
    ...files,
    "package.json": manifest("company", { private: true, workspaces: ["apps/*", "packages/*"] }),
    "packages/words/build.js": "process.exit(1);",
    "apps/web/build.js": `import { writeFileSync } from "node:fs"; writeFileSync("built.txt", "by itself");`,
    "apps/web/package.json": manifest("@theatre/web", {
      scripts: {
        build: "npm run before",
        before: "npm run build --prefix ../../packages/plain || node build.js",
        start: "node server.js",
      },
      dependencies: { "@theatre/label": "1.0.0", "@theatre/plain": "1.0.0" },
    }),
  });
  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0, status: "success" });
  expect((await landfall.get("company.localhost")).body).toBe("by itself");
});
