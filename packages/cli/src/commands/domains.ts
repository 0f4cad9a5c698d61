/** `landfall domains`: custom domains of a project on a hosted platform, with the records to set and whether they are. */
import { setTimeout as delay } from "node:timers/promises";
import type { DomainTarget, DomainView, Engine } from "@landfall/engine";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { projectOf } from "../project.ts";
import type { Registry } from "../registry.ts";
import { domainLines } from "../screen/domain.ts";
import { safeLine, table } from "../screen/text.ts";

interface DomainFlags {
  project?: string;
  platform?: string;
}

/** Between two looks while waiting for records to be seen. */
const lookAgainMs = 10_000;

export function domains({ program, does }: Registry): void {
  const group = program.command("domains").description("Custom domains of a project on a hosted platform.");
  const named = (name: string, about: string): Command =>
    withTarget(group.command(name).description(about).argument("<name>", "the domain, such as www.example.com"));

  named("add", "Add a domain and show which records to set.").action(
    does<DomainFlags>(async (context, { args: [name], flags }) =>
      tell(context, await (await context.engine()).domains.add(targetOf(context, flags), name!)),
    ),
  );
  named("check", "Look whether records and certificate are right; status 3 when they are not yet.")
    .option("--wait", "look again until they are")
    .action(
      does<DomainFlags & { wait?: boolean }>(async (context, { args: [name], flags }) => {
        const engine = await context.engine();
        const view = await checked(context, engine, { ...flags, name: name! });
        tell(context, view);
        return view.ready ? 0 : 3;
      }),
    );
  named("rm", "Remove a domain from the project.").action(
    does<DomainFlags>(async (context, { args: [name], flags }) => {
      await (await context.engine()).domains.remove(targetOf(context, flags), name!);
      if (context.json) context.result(JSON.stringify({ removed: name }));
      else context.say(`${safeLine(name!)} no longer leads to ${projectOf(context, flags.project)}.`);
    }),
  );
  withTarget(group.command("ls").description("List them.")).action(
    does<DomainFlags>(async (context, { flags }) => {
      const engine = await context.engine();
      const all = await engine.domains.list(targetOf(context, flags));
      if (context.json) return context.result(JSON.stringify(all));
      if (all.length === 0) return context.say(await noneText(engine, projectOf(context, flags.project)));
      const rows = all.map((one) => [
        safeLine(one.name),
        one.platform,
        one.ready ? "serves" : "not there yet",
        one.certificate.shown.expiresAt?.slice(0, 10) ?? one.certificate.platform,
      ]);
      context.result(table(["DOMAIN", "PLATFORM", "STATE", "CERTIFICATE"], rows).join("\n"));
    }),
  );
}

/** Why there is none: nobody added one, or there is no place yet where one could be. */
async function noneText(engine: Engine, project: string): Promise<string> {
  const able = new Set(engine.platforms.flatMap(({ id, domains: operations }) => (operations ? [id] : [])));
  const deployments = await engine.deployments({ project });
  if (deployments.some(({ platform }) => able.has(platform))) return `${safeLine(project)} has no custom domain.`;
  return `${safeLine(project)} was not deployed to a platform where it could have a domain. Deploy it first: landfall deploy --project ${safeLine(project)} --platform <platform>`;
}

function withTarget(command: Command): Command {
  return command
    .option("-p, --project <name>", "name of the project (default: this folder's)")
    .option("-t, --platform <id>", "platform, when the project is on several");
}

function targetOf(context: Context, { project, platform }: DomainFlags): DomainTarget {
  return { project: projectOf(context, project), ...(platform === undefined ? {} : { platform }) };
}

async function checked(
  context: Context,
  engine: Engine,
  { name, wait, ...flags }: DomainFlags & { name: string; wait?: boolean },
): Promise<DomainView> {
  for (;;) {
    const view = await engine.domains.check(targetOf(context, flags), name);
    if (view.ready || wait !== true) return view;
    const open = view.records.filter(({ state }) => state !== "right").length;
    context.say(
      open > 0 ? `${open} of ${view.records.length} records are not seen yet.` : "Waiting for the certificate.",
    );
    await delay(lookAgainMs);
  }
}

function tell(context: Context, view: DomainView): void {
  if (context.json) return context.result(JSON.stringify(view));
  const { columns } = context.world.stdout.size();
  context.result(domainLines(view, { paint: context.paint.out, columns }).join("\n"));
}
