/** Which changes in a workspace build a service again: those of what it is made of, and in doubt all. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopeOf, staysInside } from "../../src/build/scope.ts";
import { type Blobs, openBlobs } from "../../src/snapshot/blobs.ts";
import { serviceOf, snapshotOf } from "./project.ts";

let home: string;
let blobs: Blobs;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "landfall-scope-"));
  blobs = openBlobs(home);
});
afterAll(() => rmSync(home, { recursive: true }));

function manifest(name: string, more: object = {}): string {
  return JSON.stringify({ name, ...more });
}

/** Two services and three packages: the API uses `shared`, which uses `money`; nobody but the page uses `charts`. */
const workspace: Record<string, string> = {
  "package.json": manifest("shop", {
    workspaces: ["apps/*", "packages/*"],
    scripts: { build: "npm run build --workspaces", dev: "npm run dev -w @shop/web", prepare: "husky" },
  }),
  "package-lock.json": JSON.stringify({ packages: { "apps/web": {}, "packages/charts": {} } }),
  "README.md": "The page is in apps/web.",
  "tsconfig.base.json": JSON.stringify({ compilerOptions: { strict: true } }),
  ".github/workflows/ci.yml": "run: npm run build -w @shop/web",
  "apps/api/package.json": manifest("@shop/api", {
    dependencies: { "@shop/shared": "*", hono: "4" },
    scripts: { build: "tsc -p .", start: "node dist/server.js" },
  }),
  "apps/api/tsconfig.json": JSON.stringify({ extends: "../../tsconfig.base.json" }),
  "apps/api/src/server.ts":
    'import { price } from "@shop/shared";\nimport x from "./routes/a";\nexport default { price, x };\n',
  "apps/api/src/routes/a.ts": 'import { b } from "../b.ts";\nexport default [...b];\n',
  "apps/web/package.json": manifest("@shop/web", { dependencies: { "@shop/shared": "*", "@shop/charts": "*" } }),
  "apps/web/src/main.ts": "export {};\n",
  "packages/shared/package.json": manifest("@shop/shared", { devDependencies: { "@shop/money": "workspace:*" } }),
  "packages/shared/index.ts": 'export * from "@shop/money";\n',
  "packages/money/package.json": manifest("@shop/money"),
  "packages/money/index.ts": "export const price = 1;\n",
  "packages/charts/package.json": manifest("@shop/charts"),
  "packages/charts/index.ts": "export {};\n",
};

/** Digest of what the service's artifact is remembered by; null when that is the whole snapshot. */
async function scopeDigest(
  change: Record<string, string> = {},
  { path = "apps/api", build = "npm run build" }: { path?: string; build?: string } = {},
): Promise<string | null> {
  const files = { ...workspace, ...change };
  const service = serviceOf({ files, build, service: { path } });
  const scope = await scopeOf({ service, snapshot: snapshotOf(files, blobs), blobs });
  return scope && (await staysInside(scope, blobs)) ? scope.digest : null;
}

describe("the scope of a service", () => {
  it.each([
    ["apps/web/src/main.ts", false],
    ["apps/web/src/new.ts", false],
    ["packages/charts/index.ts", false],
    ["apps/api/src/server.ts", true],
    ["apps/api/src/new.ts", true],
    ["packages/shared/index.ts", true],
    ["packages/money/index.ts", true],
    ["tsconfig.base.json", true],
    ["package-lock.json", true],
    ["scripts/tool.sh", true],
    ["apps/notes.txt", true],
  ])("a change of %s counts: %s", async (path, counts) => {
    const before = await scopeDigest();
    const after = await scopeDigest({ [path]: `${workspace[path] ?? ""}\n` });
    expect(before).not.toBeNull();
    expect(after).not.toBeNull();
    expect(after !== before).toBe(counts);
  });

  it("has manifests of all packages, which the installation reads, and new packages", async () => {
    const before = await scopeDigest();
    const changed = { "apps/web/package.json": manifest("@shop/web", { dependencies: { react: "19" } }) };
    expect(await scopeDigest(changed)).not.toBe(before);
    expect(await scopeDigest({ "packages/new/package.json": manifest("@shop/new") })).not.toBe(before);
  });

  it.each<[string, Record<string, string>]>([
    ["imports from outside", { "apps/api/src/a.ts": 'import page from "../../web/src/main.ts";' }],
    ["imports a package it does not declare", { "apps/api/src/a.ts": 'await import("@shop/charts");' }],
    ["reads what is beside it", { "apps/api/src/a.ts": 'serve(join(process.cwd(), "../web/dist"))' }],
    ["reads it by parts", { "apps/api/src/a.ts": 'join(import.meta.dirname, "..", "..", "web")' }],
    ["reads it from the root", { "apps/api/src/a.ts": 'join(root, "apps", name)' }],
    ["reads all beside it", { "apps/api/src/a.ts": "readdir(`../${name}/dist`)" }],
    [
      "reads all by a pattern",
      { "apps/api/tailwind.config.js": 'export default { content: ["../../packages/**/*.tsx"] }' },
    ],
    ["goes to the root", { "apps/api/next.config.js": 'export default { root: join(here, "../../") }' }],
    ["looks for the root", { "apps/api/src/a.ts": 'import { findUp } from "find-up";' }],
    [
      "has a script that builds another",
      {
        "apps/api/package.json": manifest("@shop/api", { scripts: { build: "npm run build -w ../web && tsc" } }),
      },
    ],
    [
      "has a script that calls a task runner",
      {
        "apps/api/package.json": manifest("@shop/api", { scripts: { build: "turbo run compile" } }),
      },
    ],
    ["depends on a package that speaks of one outside", { "packages/money/index.ts": 'import "@shop/charts/x";' }],
    [
      "inherits a setting that does",
      {
        "tsconfig.base.json": JSON.stringify({ compilerOptions: { paths: { charts: ["packages/charts"] } } }),
      },
    ],
    [
      "has another package that runs something when it is installed",
      {
        "packages/charts/package.json": manifest("@shop/charts", { scripts: { postinstall: "node make.js" } }),
      },
    ],
    [
      "is installed by a root that runs something",
      {
        "package.json": manifest("shop", {
          workspaces: ["apps/*", "packages/*"],
          scripts: { postinstall: "node make.js" },
        }),
      },
    ],
    ["is in no declared workspace", { "package.json": manifest("shop") }],
    ["is in a workspace of nx", { "nx.json": "{}" }],
    ["has a manifest beside it that cannot be read", { "apps/web/package.json": "{ broken" }],
    ["is in a workspace with one name twice", { "packages/charts/package.json": manifest("@shop/money") }],
  ])("is everything when it %s", async (_why, change) => {
    expect(await scopeDigest(change)).toBeNull();
  });

  it("is everything when its commands are those of the root, and for the root itself", async () => {
    expect(await scopeDigest({}, { build: "npx turbo run build --filter=@shop/api" })).toBeNull();
    expect(await scopeDigest({}, { build: "npm run build --workspaces" })).toBeNull();
    expect(await scopeDigest({}, { path: "." })).toBeNull();
    expect(await scopeDigest({}, { path: "packages" })).toBeNull();
  });
});
