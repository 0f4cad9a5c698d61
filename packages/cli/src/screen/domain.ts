/** A custom domain as a guide: what to set at the name server, what is there now, and what comes next. Pure. */
import type { DomainView } from "@landfall/engine";
import type { Paint } from "./paint.ts";
import { safeLine, table, wrap } from "./text.ts";

type RecordState = DomainView["records"][number]["state"];

export function domainLines(domain: DomainView, { paint, columns }: { paint: Paint; columns: number }): string[] {
  const width = Math.min(columns, 110) - 4;
  const head = domain.ready ? paint.good("✓ serves") : paint.warn("… not there yet");
  const lines = [
    `${paint.strong(safeLine(domain.name))}  ${head}  ${paint.faint(`${domain.project} · ${domain.platform}`)}`,
  ];
  if (domain.records.length > 0) {
    const marks: Record<RecordState, string> = {
      right: paint.good("right"),
      missing: paint.warn("missing"),
      wrong: paint.bad("wrong"),
      unknown: paint.faint("not asked"),
    };
    const rows = domain.records.map(({ record, found, state }) => [
      record.type,
      safeLine(record.name),
      safeLine(record.value),
      state === "wrong" ? `${marks[state]}: ${safeLine(found.slice(0, 2).join(", "))}` : marks[state],
    ]);
    lines.push(
      "",
      ...table(
        ["  TYPE", "NAME", "VALUE", "NOW"],
        rows.map(([type, ...rest]) => [`  ${type}`, ...rest]),
      ),
    );
  }
  const { platform, shown } = domain.certificate;
  const until = shown.expiresAt === undefined ? "" : `, until ${shown.expiresAt.slice(0, 10)}`;
  const by = shown.issuer === undefined ? "" : ` of ${safeLine(shown.issuer)}`;
  const certificate: Record<typeof shown.state, string> = {
    valid: paint.good(`valid${by}${until}`),
    invalid: paint.bad(`not valid${by}: ${safeLine(shown.fault ?? "")}`),
    none: paint.faint(`none yet (${safeLine(shown.fault ?? "")}); the platform says: ${platform}`),
  };
  lines.push("", `  certificate  ${certificate[shown.state]}`);
  if (domain.fault !== undefined)
    lines.push(...wrap(`! ${safeLine(domain.fault)}`, width).map((line) => `  ${paint.warn(line)}`));
  for (const sentence of domain.obstacles)
    lines.push(...wrap(`! ${safeLine(sentence)}`, width).map((line) => `  ${paint.warn(line)}`));
  for (const { text, command } of nextSteps(domain))
    lines.push("", ...wrap(text, width).map((line) => `  ${line}`), `  ${paint.link(safeLine(command))}`);
  return lines;
}

/** What to do now, with the command for it on a line of its own, to be copied. */
function nextSteps(domain: DomainView): { text: string; command: string }[] {
  const command = `landfall domains check ${domain.name} --project ${domain.project}`;
  if (domain.ready) {
    const other = domain.counterpart;
    if (other === null) return [];
    const add = `landfall domains add ${other} --project ${domain.project}`;
    return [{ text: `Visitors who type ${other} arrive as well after:`, command: add }];
  }
  if (domain.records.some(({ state }) => state !== "right")) {
    const text = `Set these records where ${domain.name} is registered; it may take an hour until everybody sees them. Then:`;
    return [{ text, command }];
  }
  if (!domain.verified)
    return [{ text: "The records are there; the platform has not looked yet. Look again with:", command }];
  return [{ text: "The records are right; the certificate comes by itself within minutes. Look again with:", command }];
}
