/** `landfall doctor`: what is wrong with this machine and the data directory. */
import type { DoctorFinding } from "@landfall/engine";
import type { Registry } from "../registry.ts";
import type { Paint } from "../screen/paint.ts";
import { safeLine, wrap } from "../screen/text.ts";

export function doctor({ program, does }: Registry): void {
  program
    .command("doctor")
    .description("Check this machine and the data directory; status 1 when something is wrong.")
    .action(
      does(async (context) => {
        const findings = await (await context.engine()).doctor();
        const exit = findings.some((one) => one.state === "error") ? 1 : 0;
        if (context.json) context.result(JSON.stringify(findings));
        else
          context.result(
            findings
              .flatMap((finding) =>
                findingLines(finding, context.paint.out, Math.min(100, context.world.stdout.size().columns)),
              )
              .join("\n"),
          );
        return exit;
      }),
    );
}

function findingLines(finding: DoctorFinding, paint: Paint, columns: number): string[] {
  const mark = { ok: paint.good("✓"), warning: paint.warn("!"), error: paint.bad("✗") }[finding.state];
  const indented = (text: string): string[] => wrap(safeLine(text), columns - 4).map((line) => `    ${line}`);
  const [first, ...rest] = wrap(`${finding.id}  ${safeLine(finding.what)}`, columns - 4);
  const named = first!.startsWith(finding.id) ? `${paint.faint(finding.id)}${first!.slice(finding.id.length)}` : first!;
  return [
    `${mark} ${named}`,
    ...rest.map((line) => `    ${line}`),
    ...(finding.next === undefined ? [] : indented(finding.next)),
  ];
}
