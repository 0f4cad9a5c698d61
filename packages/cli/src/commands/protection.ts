/** `landfall protection`: a password on what Landfall's own machines serve of a project. It is never an argument. */
import type { Protection, ProtectionScope, ProtectionView } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { projectOf } from "../project.ts";
import type { Registry } from "../registry.ts";
import { ask } from "../screen/prompt.ts";
import { safeLine } from "../screen/text.ts";
import { tokenFrom } from "../token-file.ts";

interface Flags {
  project?: string;
}

interface SetFlags extends Flags {
  passwordFile?: string;
  keepPassword?: boolean;
}

const words: Record<ProtectionScope, string> = {
  off: "is open to everybody",
  preview: "asks for a password everywhere but in production",
  all: "asks for a password everywhere",
};

export function protection({ program, does }: Registry): void {
  const group = program
    .command("protection")
    .description("A password on what is served of a project here: on previews, or on everything.");
  const ofProject = (command: Command): Command =>
    command.option("-p, --project <name>", "name of the project (default: this folder's)");

  ofProject(group.command("show", { isDefault: true }).description("Show what is protected.")).action(
    does<Flags>(async (context, { flags }) => {
      const project = projectOf(context, flags.project);
      tell(context, project, await (await context.engine({ restore: false })).protection.get({ project }));
    }),
  );

  ofProject(group.command("set").description("Ask visitors for a password, at once and without a deployment."))
    .argument("<what>", "preview (all but production) or all")
    .option("--password-file <file>", "read the password from a file, - for stdin")
    .option("--keep-password", "leave the one there is")
    .action(
      does<SetFlags>(async (context, { args: [what], flags }) => {
        if (what !== "preview" && what !== "all")
          throw new DeployError("INVALID_CONFIG", {
            what: `${JSON.stringify(what)} cannot be protected.`,
            where: "what",
            next: "Say preview (all but production) or all; for neither: landfall protection off",
          });
        const project = projectOf(context, flags.project);
        const { protection: of } = await context.engine({ restore: false });
        const { version } = await of.get({ project });
        const password = await passwordFor(context, flags);
        const given = password === undefined ? {} : { password };
        tell(context, project, await of.set({ project, scope: what, expect: version, ...given }));
      }),
    );

  ofProject(group.command("off").description("Let everybody in, at once; the password is forgotten.")).action(
    does<Flags>(async (context, { flags }) => {
      const project = projectOf(context, flags.project);
      tell(context, project, await takenOff((await context.engine({ restore: false })).protection, project));
    }),
  );
}

async function takenOff(of: Protection, project: string): Promise<ProtectionView> {
  const { version } = await of.get({ project });
  return of.set({ project, scope: "off", expect: version });
}

/** Undefined: the one there is. Throws INVALID_CONFIG, CANCELLED. */
async function passwordFor(context: Context, { passwordFile, keepPassword }: SetFlags): Promise<string | undefined> {
  if (keepPassword === true) return undefined;
  if (passwordFile !== undefined) return (await tokenFrom(context, passwordFile)).replace(/\r?\n$/, "");
  if (!context.canAsk)
    throw new DeployError("INVALID_CONFIG", {
      what: "Which password are visitors to be asked for?",
      where: "--password-file",
      next: "Give it in a file, or through stdin: --password-file FILE (- for stdin). To leave it: --keep-password",
    });
  const typed = await ask(context.world, "Password for visitors (not shown while you type): ", { hidden: true });
  const again = typed && (await ask(context.world, "The same again: ", { hidden: true }));
  if (typed === null || again === null) throw new DeployError("CANCELLED", { what: "Nothing was changed." });
  if (typed === again) return typed;
  throw new DeployError("INVALID_CONFIG", {
    what: "The two are not the same.",
    next: "Nothing was changed. Type it again.",
  });
}

function tell(context: Context, project: string, view: ProtectionView): void {
  if (context.json) return context.result(JSON.stringify(view));
  context.result(`${safeLine(project)} ${words[view.scope]}.`);
  for (const { name, where, help } of view.elsewhere)
    context.say(`On ${name} it is the platform that keeps strangers out. ${where} ${help}`);
}
