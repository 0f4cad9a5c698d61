/** What axe finds wrong on a page, by WCAG 2.2 AA and best practice, whatever browser shows it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Found {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** A line for each. `evaluate` answers what an expression is in the page. */
export async function axeIn(evaluate: <T>(expression: string) => Promise<T>): Promise<string[]> {
  // By the debugger, not as a script of the page, which its policy would refuse.
  if (!(await evaluate<boolean>("typeof axe === 'object'"))) await evaluate(`(() => { ${axeSource} })()`);
  // From its top: what has scrolled half below the bar that stays is not too small for that.
  const { violations } = await evaluate<Found>(`(async () => {
    const top = scrollY;
    scrollTo({ top: 0, behavior: "instant" });
    try {
      return await axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    } finally {
      scrollTo({ top, behavior: "instant" });
    }
  })()`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ html, failureSummary = "" }) =>
        `${id}: ${html.slice(0, 200)} ${failureSummary.replaceAll("\n", " ").slice(0, 300)}`,
    ),
  );
}
