/** What a person reads before anything is changed: where it goes, what was found, what stays behind, what is not set. Pure. */
import type { DeployPlan, Prepared, ServicePlan } from "@landfall/engine";
import type { Paint } from "./paint.ts";
import { bytes, count, fit, safeLine, wrap } from "./text.ts";

/** Below this confidence of the detection a person is asked, or at least warned. */
export const sureEnough = 0.6;

/** Lines of `name  value`. With `verbose` every excluded path and every variable. */
export function announcement(
  prepared: Prepared,
  { paint, verbose, columns }: { paint: Paint; verbose: boolean; columns: number },
): string[] {
  const { plan, detection, excluded } = prepared;
  const facts: [string, string][] = [
    ["Project", `${plan.project} · ${plan.environment} · ${plan.platform}`],
    ...targetFacts(plan),
    ["Source", `${plan.source.description} · ${count(plan.source.files, "file")}, ${bytes(plan.source.sizeBytes)}`],
  ];
  const sure = detection?.candidates[0]?.confidence;
  const several = plan.services.length > 1;
  for (const service of plan.services) {
    const certainty = sure === undefined || several ? "" : ` · ${Math.round(sure * 100)} % sure`;
    const name = several ? `${service.name} (${service.path}): ` : "";
    facts.push(["Detected", `${name}${describe(service)}${certainty}`]);
  }
  const secrets = excluded.filter((one) => one.reason === "secret").map((one) => one.path);
  if (secrets.length > 0) {
    const shown = verbose ? secrets : secrets.slice(0, 5);
    const more = secrets.length > shown.length ? ` and ${secrets.length - shown.length} more` : "";
    facts.push(["Left out", `${shown.join(", ")}${more} (secrets stay here)`]);
  }
  if (verbose)
    for (const one of excluded) if (one.reason !== "secret") facts.push(["Left out", `${one.path} (${one.detail})`]);
  facts.push(...variableFacts(plan, verbose));
  const width = Math.max(...facts.map(([name]) => name.length));
  let previous = "";
  const lines = facts.map(([name, value]) => {
    const shown = name === previous ? "" : name;
    previous = name;
    return `  ${paint.faint(shown.padEnd(width))}  ${verbose ? safeLine(value) : fit(safeLine(value), Math.max(40, columns - width - 4))}`;
  });
  for (const note of plan.notes) {
    lines.push(`  ${note.level === "warning" ? paint.warn("!") : "·"} ${safeLine(note.message)}`);
  }
  return lines;
}

/** Whose account and which project there: read before a production deployment, so that none goes to the wrong place. */
function targetFacts({ platform, target, project }: DeployPlan): [string, string][] {
  if (target === undefined) return [];
  const { account, projectId, projectName } = target;
  const where = [
    projectId === undefined
      ? `a project ${projectName ?? project}, found or made`
      : `project ${projectName ?? project} (${projectId})`,
    account === undefined ? "in the account of the credential" : `in ${account}`,
  ];
  return [["On", `${platform}: ${where.join(" ")}`]];
}

/** `astro, static · npm run build → dist`. */
export function describe(service: ServicePlan): string {
  const what = service.framework ?? service.runtime;
  const build = service.build?.build?.map(({ argv }) => argv.join(" ")).join(" && ") ?? "";
  const start = service.start?.argv.join(" ");
  const steps = [
    build === "" ? null : build,
    service.kind === "static"
      ? `${build === "" ? "as it is" : ""}${service.build?.outputDir && service.build.outputDir !== "." ? ` → ${service.build.outputDir}` : ""}`.trim()
      : null,
    start === undefined ? null : `start: ${start}`,
  ].filter((step) => step !== null && step !== "");
  const version = service.runtimeVersion === undefined ? "" : ` ${service.runtimeVersion}`;
  const runtime = service.kind === "static" ? "" : `, ${service.runtime}${version}`;
  return [
    `${what}${what === service.kind ? "" : `, ${service.kind}`}${what === service.runtime ? version : runtime}`,
    steps.join(service.kind === "static" ? " " : ", "),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function variableFacts(plan: DeployPlan, verbose: boolean): [string, string][] {
  const all = plan.services.flatMap((service) => service.variables);
  const keysOf = (matches: (variable: (typeof all)[number]) => boolean): string[] => [
    ...new Set(all.filter(matches).map((variable) => variable.key)),
  ];
  const facts: [string, string][] = [];
  const given = keysOf((one) => !["missing", "generated", "file"].includes(one.from));
  const inFiles = keysOf((one) => one.from === "file");
  const generated = keysOf((one) => one.from === "generated");
  const missing = keysOf((one) => one.from === "missing" && one.required);
  const optional = keysOf((one) => one.from === "missing" && !one.required);
  if (given.length > 0) facts.push(["Variables", given.join(", ")]);
  if (inFiles.length > 0) facts.push(["From .env", `${inFiles.join(", ")} (public: pages show them to everybody)`]);
  if (generated.length > 0) facts.push(["Generated", generated.join(", ")]);
  if (missing.length > 0) facts.push(["Missing", missing.join(", ")]);
  if (optional.length > 0 && verbose) facts.push(["Not set", `${optional.join(", ")} (not required)`]);
  return facts;
}

/** The whole plan as text, for `landfall plan` and `deploy --dry-run`. */
export function planText(prepared: Prepared, view: { paint: Paint; columns: number }): string[] {
  const { paint } = view;
  const lines = announcement(prepared, { ...view, verbose: true });
  for (const service of prepared.plan.services) {
    lines.push(
      "",
      `  ${paint.strong(service.name)} ${paint.faint(service.path === "." ? "" : service.path)}`.trimEnd(),
    );
    const route = service.route.map((step) => `${step.from} → ${step.to} (${step.by})`).join(", ");
    const facts: [string, string][] = [
      ["files", service.filesOf === undefined ? "" : `those of ${service.filesOf}`],
      ["route", service.filesOf === undefined ? route : ""],
      ["install", commandsText(service.build?.install)],
      ["build", commandsText(service.build?.build)],
      [
        "adapter",
        service.build?.adapter === undefined
          ? ""
          : `${service.build.adapter.name}, in place of ${service.build.adapter.instead}`,
      ],
      ["output", service.filesOf === undefined ? (service.build?.outputDir ?? "") : ""],
      ["before", commandsText(service.before)],
      ["start", service.start === undefined ? "" : commandsText([service.start])],
      ["hosts", service.hosts.join(", ")],
      ["check", service.kind === "worker" ? "that it goes on running" : `GET ${service.check.path}`],
      ["then", service.operations.join(", ")],
    ];
    for (const [name, value] of facts)
      if (value !== "") {
        const [first = "", ...rest] = wrap(safeLine(value), Math.max(40, view.columns - 13));
        lines.push(`    ${paint.faint(name.padEnd(7))}  ${first}`, ...rest.map((line) => `${" ".repeat(13)}${line}`));
      }
    for (const variable of service.variables) {
      const from = variable.from === "missing" ? (variable.required ? paint.bad("missing") : "not set") : variable.from;
      const traits = [variable.class, variable.sensitive ? "secret" : null, variable.public ? "public" : null].filter(
        (trait) => trait !== null,
      );
      lines.push(
        `    ${paint.faint("env    ")}  ${safeLine(variable.key)}  ${from} · ${traits.join(", ")}${variable.foundIn[0] === undefined ? "" : paint.faint(` · ${safeLine(variable.foundIn[0])}`)}`,
      );
    }
  }
  return lines;
}

function commandsText(commands: { argv: string[] }[] | undefined): string {
  return (commands ?? [])
    .map(({ argv }) => argv.map((word) => (/[\s"']/.test(word) || word === "" ? JSON.stringify(word) : word)).join(" "))
    .join(" && ");
}
