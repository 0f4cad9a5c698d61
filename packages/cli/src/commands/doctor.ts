/** `landfall doctor`: what is wrong with this machine and the data directory. */
import type { DoctorFinding } from "@landfall/engine";
import type { Registry } from "../run.ts";
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
        else context.result(findings.flatMap((finding) => findingLines(finding, context.paint.out)).join("\n"));
        return exit;
      }),
    );
}

function findingLines(finding: DoctorFinding, paint: Paint): string[] {
  const mark = { ok: paint.good("✓"), warning: paint.warn("!"), error: paint.bad("✗") }[finding.state];
  const next = finding.next === undefined ? [] : wrap(safeLine(finding.next), 96).map((line) => `    ${line}`);
  return [`${mark} ${paint.faint(finding.id)}  ${safeLine(finding.what)}`, ...next];
}
