/** What the packages of the server leave alone, and what they give. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as contract from "@landfall/contract";
import * as server from "@landfall/server";
import { expect, it } from "vitest";

const packages = join(import.meta.dirname, "../..");

/** Where the modules of a package import from, as `file → module`; what is only a type too. */
function imports(name: string): { file: string; line: string; from: string }[] {
  const root = join(packages, name, "src");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(/^(?:import|export) [^;]*?from "([^"]+)";/gm)].map(
        (found) => ({
          file,
          line: found[0],
          from: found[1]!,
        }),
      ),
    );
}

it("the contract imports zod and oRPC's contract and nothing else, so that a browser can load it", () => {
  const others = imports("contract").filter(
    ({ from }) => !from.startsWith("./") && !["zod", "@orpc/contract"].includes(from),
  );
  expect(others).toEqual([]);
});

it("the engine and the edge know of no server, and the server of no command line and no edge", () => {
  const above = ["engine", "edge"].flatMap(imports).filter(({ from }) => /^@landfall\/(contract|server)/.test(from));
  expect(above).toEqual([]);
  expect(imports("server").filter(({ from }) => /^(@landfall\/edge|landfall)/.test(from))).toEqual([]);
});

it("a command loads the server only when it serves", () => {
  const loaded = imports("cli").filter(
    ({ from, line }) => from === "@landfall/server" && !/^(import|export) type /.test(line),
  );
  expect(loaded).toEqual([]);
});

it("exports what is listed here and nothing else", () => {
  expect(Object.keys(server).sort()).toEqual(["makeResetLink", "startServer"]);
  expect(Object.keys(contract).sort()).toMatchInlineSnapshot(`
    [
      "allPermissions",
      "auditFilter",
      "contract",
      "deployEvent",
      "deployment",
      "errorReport",
      "errorStatus",
      "permissionsInProject",
      "permissionsOf",
      "proceduresOf",
      "projectRoles",
      "roles",
      "upload",
      "uploadAnnouncement",
      "wireErrorStatus",
    ]
  `);
});
