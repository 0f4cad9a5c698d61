/** `landfall init`: writes landfall.json, from another platform's file or with the name alone: the rest is detected each time. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { DeployError } from "@landfall/engine/error";
import { slug } from "@landfall/engine/name";
import type { Registry } from "../registry.ts";

export function init({ program, does }: Registry): void {
  program
    .command("init")
    .summary("Write landfall.json.")
    .description(
      "Write landfall.json, which keeps what cannot be detected: the project's name, or what another platform's file says.",
    )
    .option(
      "--from <file>",
      "fly.toml, vercel.json, netlify.toml, render.yaml, railway.json, compose.yaml, Procfile or app.json",
    )
    .option("--force", "overwrite a landfall.json that is there")
    .action(
      does<{ from?: string; force?: boolean }>(async (context, { flags }) => {
        const path = join(context.cwd, "landfall.json");
        if (existsSync(path) && flags.force !== true) {
          throw new DeployError("CONFLICT", {
            what: "landfall.json is there already; nothing was written.",
            where: path,
            next: "Change it by hand, or overwrite it with: landfall init --force",
          });
        }
        const read = flags.from === undefined ? {} : await valuesOf(resolve(context.cwd, flags.from));
        const config = await checked({ name: slug(basename(context.cwd)) || "app", ...read }, flags.from);
        writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`);
        if (context.json) return context.result(JSON.stringify({ written: path, config }));
        context.say(`Wrote landfall.json with ${Object.keys(config).join(", ")}. What would be done: landfall plan`);
      }),
    );
}

async function valuesOf(path: string): Promise<Record<string, unknown>> {
  // Here and not above: the parsers would slow the start of every command.
  const { platformFiles, readPlatformFile } = await import("../platform-files.ts");
  const file = basename(path);
  if (!Object.hasOwn(platformFiles, file)) {
    throw new DeployError("INVALID_CONFIG", {
      what: `${JSON.stringify(file)} is no file of a platform known here.`,
      where: "--from",
      next: `Known are ${Object.keys(platformFiles).join(", ")}.`,
    });
  }
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new DeployError(
      "INVALID_CONFIG",
      { what: `${file} cannot be read.`, where: path, next: "Name a file that is there." },
      { cause },
    );
  }
  try {
    return readPlatformFile(file, text);
  } catch (cause) {
    throw new DeployError(
      "INVALID_CONFIG",
      {
        what: `${file} cannot be understood${cause instanceof Error ? `: ${cause.message.split("\n")[0]}` : ""}.`,
        where: path,
        next: "Mend it, or write landfall.json by hand.",
      },
      { cause },
    );
  }
}

/** The values as landfall.json may have them; all that it may not are named, and nothing is written. */
async function checked(values: Record<string, unknown>, from: string | undefined): Promise<object> {
  const { configSchema } = await import("@landfall/engine/plan/config");
  const { success, data, error } = configSchema.safeParse(values);
  if (success) return data;
  throw new DeployError("INVALID_CONFIG", {
    what: `${from ?? "The directory"} sets what landfall.json cannot have; nothing was written.`,
    next: "Leave it out there, or write landfall.json by hand.",
    faults: error.issues.map((issue) => ({ path: issue.path.join(".") || "(top)", message: issue.message })),
  });
}
