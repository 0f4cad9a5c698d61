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

it("services whose builds write beside them, below the root of the workspace, are deployed from there", async () => {
  const writes = (file: string, text: string): string => `import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
mkdirSync(dirname("${file}"), { recursive: true });
writeFileSync("${file}", ${JSON.stringify(text)});`;
  const config = (outputDir: string): string =>
    JSON.stringify({
      services: { api: { kind: "server" }, pages: { installCommand: "", buildCommand: "node build.js", outputDir } },
    });
  const server = `require("node:http").createServer((request, response) => response.end("from the shop")).listen(process.env.PORT);`;
  const folder = landfall.project("shop", {
    "package.json": manifest("shop", { private: true, workspaces: ["apps/*"] }),
    "apps/api/package.json": manifest("api", {
      scripts: { build: "node build.js", start: "node ../../dist/apps/api/main.cjs" },
    }),
    "apps/api/build.js": writes("../../dist/apps/api/main.cjs", server),
    "apps/pages/package.json": manifest("pages", {
      private: true,
      scripts: { build: "vite build" },
      devDependencies: { vite: "^7.0.0" },
    }),
    "apps/pages/index.html": "<h1>to be built</h1>",
    "apps/pages/build.js": writes("../../dist/apps/pages/index.html", "<h1>pages</h1>"),
    "landfall.json": config("../../dist/apps/pages"),
  });
  const deployed = await landfall.json<{ services: { name: string; url: string }[] }>("deploy", folder);
  expect(deployed).toMatchObject({ code: 0, status: "success" });
  const bodies = await Promise.all(deployed.services.map(async ({ url }) => (await fetch(url)).text()));
  expect(bodies.sort()).toEqual(["<h1>pages</h1>", "from the shop"]);

  for (const outputDir of ["../../..", "../../../etc", "..", "../..", "/etc"]) {
    writeFileSync(join(folder, "landfall.json"), config(outputDir));
    const { code, stderr } = await landfall.run("deploy", folder);
    expect({ outputDir, code }).toEqual({ outputDir, code: 2 });
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(
      `The output directory "${outputDir}" is outside the project, or around what is built.`,
    );
  }
  writeFileSync(join(folder, "landfall.json"), JSON.stringify({ services: { pagse: { outputDir: "dist" } } }));
  const { code, stderr } = await landfall.run("deploy", folder);
  expect(code).toBe(2);
  expect(stderr.replaceAll(/\s+/g, " ")).toContain('There is no service "pagse" here. at services in landfall.json');
});
