import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { EnvVariable } from "../../src/detect/detection.ts";
import { fileGiving, publicValuesIn } from "../../src/env/told/value-files.ts";
import { treeOf } from "../detect/tree-of.ts";

const variable = (key: string): EnvVariable => ({
  key,
  required: false,
  because: "the project gives it a value itself",
  sensitive: false,
  public: true,
  class: "build",
  foundIn: [],
});

it("takes values from files of the project alone, whatever its links lead to", () => {
  using other = treeOf({ ".env": "VITE_OTHERS=theirs\nTOKEN=theirs\n" });
  using tree = treeOf({ "package.json": "{}", "kept.env": "VITE_TITLE=kettle\n" });
  const values = (...keys: string[]) => publicValuesIn(tree.root, [{ path: ".", env: keys.map(variable) }]);
  symlinkSync(join(other.root, ".env"), join(tree.root, ".env"));
  expect(values("VITE_OTHERS")).toEqual(new Map());
  expect(fileGiving(tree.root, ".", "TOKEN")).toBeUndefined();
  symlinkSync("kept.env", join(tree.root, ".env.production"));
  expect(values("VITE_TITLE")).toEqual(new Map([["VITE_TITLE", "kettle"]]));
});

it("leaves out what is made of other values, and what two services have otherwise", () => {
  using tree = treeOf({
    "a/.env": "VITE_A=one\nVITE_B=${HOST}/x\nVITE_C=same\n",
    "b/.env": "VITE_A=two\nVITE_C=same\n",
  });
  const env = ["VITE_A", "VITE_B", "VITE_C"].map(variable);
  expect(
    publicValuesIn(tree.root, [
      { path: "a", env },
      { path: "b", env },
    ]),
  ).toEqual(new Map([["VITE_C", "same"]]));
  writeFileSync(join(tree.root, "b/.env"), "VITE_C='never closed");
  expect(publicValuesIn(tree.root, [{ path: "b", env }])).toEqual(new Map());
});
