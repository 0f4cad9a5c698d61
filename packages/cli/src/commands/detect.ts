/** `landfall detect DIR...`: what projects are, without deploying them. Opens no database. */
import { createInterface } from "node:readline";
import { opendirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { Detection } from "@landfall/engine";
import type { Detect } from "@landfall/engine/detect/aside";
import { DeployError, type ErrorReport, errorCodes, reportOf } from "@landfall/engine/error";
import type { Context } from "../context.ts";
import type { Registry } from "../registry.ts";
import { safeLine, table } from "../screen/text.ts";
import { showError } from "../tell.ts";

export function detect({ program, does }: Registry): void {
  program
    .command("detect")
    .summary("Say what a project is.")
    .description(
      "Say what projects are: kind, framework, commands, output, port, variables. With --json one object a line for each.",
    )
    .argument("[dir...]", "directories (default: this one)")
    .option("--batch", 'read {"id","dir"} a line from stdin, answer {"id",…} a line, in one process')
    .action(
      does<{ batch?: boolean }>(async (context, { args, flags }) => {
        if (flags.batch === true) return batch(context);
        const { detect: detectIn } = await import("@landfall/engine/detect/detect");
        const named = args[0] as unknown as string[];
        const directories = named.length === 0 ? ["."] : named;
        let exit = 0;
        for (const dir of directories) {
          try {
            const found = { ...detectIn(resolve(context.cwd, dir)), dir };
            context.result(context.json ? JSON.stringify(found) : detectionText(context, found).join("\n"));
          } catch (error) {
            const report = unreadable(dir, error);
            if (context.json) context.result(JSON.stringify({ dir, error: report }));
            showError(context, new DeployError(report.code, report));
            exit = errorCodes[report.code].exit;
          }
        }
        return exit;
      }),
    );
}

/** Questions taken before the first of them is answered, for each thread. */
const ahead = 8;

/**
 * One answer for each line, in order and as soon as it is there, since who asks may wait for it before asking on. A line that cannot be
 * answered, or not in time, gets an error and stops nothing.
 */
async function batch(context: Context): Promise<number> {
  const { detectingAside } = await import("@landfall/engine/detect/aside");
  const threads = availableParallelism();
  const detectIn = detectingAside({ threads });
  const written: Promise<void>[] = [];
  const write = async (answered: Promise<object>, before: Promise<void> | undefined): Promise<void> => {
    const found = await answered;
    await before;
    context.world.stdout.write(`${JSON.stringify(found)}\n`);
  };
  for await (const line of createInterface({ input: context.world.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === "") continue;
    written.push(write(answer(context, detectIn, line), written.at(-1)));
    if (written.length >= threads * ahead) await written.shift();
  }
  await written.at(-1);
  return 0;
}

async function answer(context: Context, detectIn: Detect, line: string): Promise<object> {
  let id: unknown = null;
  let dir = "";
  try {
    const request: unknown = JSON.parse(line);
    if (typeof request === "object" && request !== null) {
      if ("id" in request) id = request.id;
      if ("dir" in request && typeof request.dir === "string") dir = request.dir;
    }
    if (dir === "")
      throw new DeployError("INVALID_SOURCE", { what: 'The line has no "dir".', where: line.slice(0, 200) });
    const directory = resolve(context.cwd, dir);
    opendirSync(directory).closeSync(); // Throws what is wrong with it.
    return { id, ...(await detectIn(directory)), dir };
  } catch (error) {
    const report =
      error instanceof SyntaxError
        ? { code: "INVALID_SOURCE" as const, what: "The line is not JSON.", where: line.slice(0, 200) }
        : unreadable(dir, error);
    return { id, error: report };
  }
}

/** A directory that is not there is the caller's mistake, not ours. */
function unreadable(dir: string, error: unknown): ErrorReport {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof DeployError || !(code === "ENOENT" || code === "ENOTDIR" || code === "EACCES"))
    return reportOf(error);
  return {
    code: "INVALID_SOURCE",
    what: code === "EACCES" ? "The directory may not be read." : "There is no such directory.",
    where: dir,
    next: "Name a directory that is there.",
  };
}

function detectionText(context: Context, found: Detection): string[] {
  const paint = context.paint.out;
  const lines = [paint.strong(found.dir)];
  const at = new Map(found.evidence.toSorted((a, b) => a.confidence - b.confidence).map((one) => [one.field, one]));
  const rows: [string, string | number | undefined][] = [
    ["kind", found.kind],
    ["framework", found.framework],
    ["runtime", [found.runtime, found.runtimeVersion].filter((part) => part !== undefined).join(" ")],
    ["packageManager", found.packageManager],
    ["installCommand", found.installCommand],
    ["buildCommand", found.buildCommand],
    ["startCommand", found.startCommand],
    ["releaseCommand", found.releaseCommand],
    ["processes", found.processes?.map(({ name, startCommand }) => `${name}: ${startCommand}`).join(", ")],
    ["outputDir", found.outputDir],
    ["adapter", found.adapter],
    ["port", found.port],
    ["database", found.database.length === 0 ? undefined : found.database.join(", ")],
  ];
  const shown = rows.flatMap(([field, value]) => {
    if (value === undefined || value === "") return [];
    const evidence = at.get(field);
    const reason =
      evidence === undefined
        ? ""
        : paint.faint(`${safeLine(evidence.at)} · ${evidence.rule} · ${Math.round(evidence.confidence * 100)} %`);
    return [[`  ${field}`, safeLine(String(value)), reason]];
  });
  lines.push(...table(["", "", ""], shown).slice(1));
  if (found.services.length > 1 || found.services.some((service) => service.path !== ".")) {
    const services = found.services.map((one) => [
      `  ${safeLine(one.path)}`,
      one.framework ?? one.runtime,
      one.kind,
      safeLine(one.buildCommand ?? one.startCommand ?? ""),
    ]);
    lines.push("", ...table(["  SERVICE", "WHAT", "KIND", "COMMAND"], services));
  }
  if (found.env.length > 0) {
    const variables = found.env.map((one) => [
      `  ${safeLine(one.key)}`,
      one.required ? "required" : "optional",
      [one.class, one.sensitive ? "secret" : null, one.public ? "public" : null]
        .filter((trait) => trait !== null)
        .join(", "),
      safeLine(one.foundIn[0] ?? ""),
      one.required ? paint.faint(one.because) : "",
    ]);
    lines.push("", ...table(["  VARIABLE", "NEED", "USE", "FOUND IN", "BECAUSE"], variables));
  }
  const [best, ...others] = found.candidates;
  if (best !== undefined) {
    const rest = others
      .slice(0, 3)
      .map((one) => `${one.framework ?? one.runtime} ${Math.round(one.confidence * 100)} %`);
    lines.push(
      "",
      paint.faint(`  ${Math.round(best.confidence * 100)} % sure${rest.length > 0 ? `; else ${rest.join(", ")}` : ""}`),
    );
  }
  for (const warning of found.warnings)
    lines.push(`  ${paint.warn("!")} ${safeLine(warning.at)}: ${safeLine(warning.message)}`);
  return lines;
}
