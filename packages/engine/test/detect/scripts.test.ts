import { expect, it } from "vitest";
import type { Manifest } from "../../src/detect/manifest.ts";
import { expandScript } from "../../src/detect/scripts.ts";

function runs(scripts: Record<string, string>, name: string): string[] {
  const manifest: Manifest = {
    at: "package.json",
    directory: ".",
    name: "app",
    json: {},
    scripts,
    dependencies: {},
    devDependencies: {},
  };
  return expandScript(name, manifest).map(({ program, words, within }) =>
    [program === "run-elsewhere" ? "elsewhere" : program, ...words, ...(within ? [`in ${within}`] : [])].join(" "),
  );
}

it("a folder or a member named behind the script is where npm runs it", () => {
  const scripts = {
    build: "npm run build --prefix client && npm run build --prefix=server && npm run build -w shared",
  };
  expect(runs(scripts, "build")).toEqual([
    "elsewhere build --prefix client in client",
    "elsewhere build --prefix=server in server",
    "elsewhere build -w shared",
  ]);
});

it("what a package brings is run behind `run` by Bun and Yarn, and by no other", () => {
  const scripts = { bun: "bun run --bun next build", yarn: "yarn run next build", npm: "npm run next build" };
  expect(runs(scripts, "bun")).toEqual(["next next build"]);
  expect(runs(scripts, "yarn")).toEqual(["next next build"]);
  expect(runs(scripts, "npm")).toEqual([]);
});
