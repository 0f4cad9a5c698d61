/**
 * Writes what is generated: docs/landfall.schema.json, from the schema that reads landfall.json, the README's table of platforms, the
 * table of procedures in docs/api.md, and the tables a new SQLite database begins with. `npm run gen`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contract, permissionsOf, proceduresOf, roles } from "@landfall/contract";
import { openEngine } from "@landfall/engine";
import { configSchema } from "@landfall/engine/plan/config";
import { abilities, rowOf } from "@landfall/engine/platforms/abilities";
import { statementsOfNew } from "@landfall/engine/store/migrations";
import type { Schema } from "@landfall/engine/store/schema";
import { openSqlite } from "@landfall/engine/store/sqlite";
import { z } from "zod";

/** The JSON Schema (2020-12) of landfall.json, for editors. */
export function landfallSchema(): Record<string, unknown> {
  return { title: "landfall.json", ...z.toJSONSchema(configSchema, { io: "input" }) };
}

/** The table of platforms and what each can do, in Markdown. */
export async function platformTable(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), "landfall-docs-"));
  try {
    await using engine = await openEngine({ home, edgeCommand: [], workerCommand: [], toolPath: [] });
    const names = Object.keys(abilities);
    const rows = engine.platforms.map(rowOf).map(({ id, name, runs, token, can }) => {
      const about = `[${name}](docs/platforms/${id.replace(/-.*/, "")}.md)`;
      return [
        `\`${id}\``,
        about,
        runs.join(", "),
        token ?? "none",
        ...names.map((one) => (can.includes(one) ? "yes" : "")),
      ];
    });
    const head = ["`--platform`", "", "runs", "token", ...names];
    return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** The README with its table as the code has it. */
export async function readmeWith(text: string): Promise<string> {
  return between(text, "platforms", await platformTable());
}

/** docs/api.md with its table as the contract has it. */
export function apiWith(text: string): string {
  const rows = proceduresOf(contract).map(({ name, access, method, path }) => {
    const role = roles.find((one) => (permissionsOf[one] as ReadonlySet<string>).has(access));
    return [`\`${method} /api${path}\``, `\`${name}\``, role === undefined ? access : `${role} (\`${access}\`)`];
  });
  const head = ["request", "typed client", "who, from which role on"];
  const table = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return between(text, "procedures", table);
}

/** The statements that make a new database. */
export async function newDatabase(): Promise<string[]> {
  const { db } = openSqlite<Schema>(":memory:");
  const statements = await statementsOfNew(db);
  await db.destroy();
  return statements;
}

/** `text` with what stands between the two marks of this name replaced. */
function between(text: string, name: string, made: string): string {
  const [before, rest = ""] = text.split(`<!-- ${name} -->\n`);
  const after = rest.slice(rest.indexOf(`<!-- /${name} -->`));
  return `${before}<!-- ${name} -->\n${made}\n${after}`;
}

if (import.meta.main) {
  const tables = join(import.meta.dirname, "../packages/engine/src/store/new-database.ts");
  writeFileSync(
    tables,
    `/** What the migrations make of an empty SQLite database, at once: a first command waits for it. Written by \`npm run gen\`. */\nexport const newDatabase = ${JSON.stringify(await newDatabase())};\n`,
  );
  const schema = join(import.meta.dirname, "landfall.schema.json");
  writeFileSync(schema, `${JSON.stringify(landfallSchema(), null, 2)}\n`);
  execFileSync(join(import.meta.dirname, "../node_modules/.bin/biome"), ["format", "--write", schema, tables]);
  const readme = join(import.meta.dirname, "../README.md");
  writeFileSync(readme, await readmeWith(readFileSync(readme, "utf8")));
  const api = join(import.meta.dirname, "api.md");
  writeFileSync(api, apiWith(readFileSync(api, "utf8")));
}
