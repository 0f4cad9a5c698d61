import { expect, it } from "vitest";
import { detect } from "../../src/detect/detect.ts";
import { treeOf } from "../detect/tree-of.ts";

it("asks nobody for the variables of a program that lies in its folder and is put online by itself", () => {
  using tree = treeOf({
    "package.json": JSON.stringify({ scripts: { build: "vite build" }, dependencies: { vite: "7", vue: "3" } }),
    "index.html": "<p>",
    "src/main.js": "fetch(import.meta.env.VITE_API);",
    "backend/package.json": JSON.stringify({ scripts: { start: "node server.js" }, dependencies: { express: "5" } }),
    "backend/server.js": `require("express")().listen(3000); open(process.env.SIGNING_KEY);`,
    "backend/.env.example": "SIGNING_KEY=\n",
  });
  const { env, services } = detect(tree.root);
  expect(services.map((one) => [one.path, one.env.map(({ key }) => key)])).toEqual([
    [".", ["VITE_API"]],
    ["backend", ["SIGNING_KEY"]],
  ]);
  expect(env.map(({ key }) => key)).toEqual(["VITE_API", "SIGNING_KEY"]);
});
