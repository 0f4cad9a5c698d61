/** All benches, one after the other, each under its name: `npm run bench`, or only those named: `npm run bench detect idle`. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Not benches: this one, and what the others share. */
const others = new Set(["run", "landfall"]);

const all = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -3))
  .filter((name) => !others.has(name))
  .sort();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}. There are: ${all.join(", ")}.`);
  process.exit(2);
}

for (const name of asked.length > 0 ? asked : all) {
  console.log(`\n## ${name}\n`);
  const started = performance.now();
  const code = await run(name);
  console.log(
    `\n${name}: ${code === 0 ? "done" : `ended with ${code}`}, ${Math.round((performance.now() - started) / 1_000)} s`,
  );
  if (code !== 0) process.exitCode = 1;
}

function run(name: string): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
