/**
 * What Lighthouse says of the dashboard as a phone on a slow network sees it: the sign-in page and a page full of projects, five times each,
 * medians beside their limits. Lighthouse is large, and so not among the dependencies: `npm install --no-save lighthouse` brings it.
 * node bench/lighthouse.ts
 */
import { launch } from "../packages/react/test/browser.ts";
import { makeDemo } from "../packages/dashboard/test/demo.ts";
import { openPlace } from "../packages/dashboard/test/place.ts";
import { freePort, median } from "./landfall.ts";

const runs = 5;
const timeoutMs = 120_000;

/** What is read of its report; scores are 0 to 1. */
interface Report {
  runtimeError?: { message: string };
  finalDisplayedUrl: string;
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<
    string,
    { id: string; title: string; score: number | null; numericValue?: number; displayValue?: string }
  >;
}
type Lighthouse = (url: string, flags: object) => Promise<{ lhr: Report } | undefined>;

const measures: { name: string; unit: string; limit: number; isAtLeast: boolean; read(report: Report): number }[] = [
  ...["performance", "accessibility", "best-practices"].map((category, at) => ({
    name: category,
    unit: "",
    limit: [90, 100, 95][at]!,
    isAtLeast: true,
    read: ({ categories }: Report) => Math.round((categories[category]!.score ?? Number.NaN) * 100),
  })),
  { name: "LCP", unit: " ms", limit: 2_500, isAtLeast: false, read: numeric("largest-contentful-paint") },
  { name: "CLS", unit: "", limit: 0.05, isAtLeast: false, read: numeric("cumulative-layout-shift") },
  { name: "TBT", unit: " ms", limit: 200, isAtLeast: false, read: numeric("total-blocking-time") },
];

function numeric(audit: string): (report: Report) => number {
  return ({ audits }) => audits[audit]?.numericValue ?? Number.NaN;
}

/** Null when it is not installed. */
async function findLighthouse(): Promise<Lighthouse | null> {
  // A name the compiler does not look up: it need not be there.
  const name: string = "lighthouse";
  try {
    return ((await import(name)) as { default: Lighthouse }).default;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
}

const lighthouse = await findLighthouse();
if (lighthouse === null) {
  console.log("Left out: Lighthouse is not here. Bring it with: npm install --no-save lighthouse");
  process.exit();
}

await using place = await openPlace();
const { owner, pages, open } = await makeDemo(place);
const port = await freePort();
await using _browser = await launch([`--remote-debugging-port=${port}`]);

for (const [name, path, headers] of [
  ["sign-in", open["sign-in"]!, {}],
  ["projects", pages["projects"]!, { Cookie: owner.headers["cookie"]! }],
] as const) {
  const reports: Report[] = [];
  for (let run = 0; run < runs; run++) reports.push(await audited(lighthouse, place.server.url + path, headers));
  console.log(`${name}, median of ${runs}:`);
  for (const { name: measure, unit, limit, isAtLeast, read } of measures) {
    const values = reports.map(read);
    const middle = median(values);
    const said = (value: number): string => `${Math.round(value * 100) / 100}${unit}`;
    const isKept = isAtLeast ? middle >= limit : middle <= limit;
    console.log(
      `  ${measure}: ${said(middle)} (${isAtLeast ? "at least" : "at most"} ${said(limit)})${isKept ? "" : ", missed"}; ${values.map(said).join(", ")}`,
    );
  }
  for (const fault of new Set(reports.flatMap(faults))) console.log(`  - ${fault}`);
}

async function audited(run: Lighthouse, url: string, extraHeaders: object): Promise<Report> {
  const limit = AbortSignal.timeout(timeoutMs);
  const tooLate = new Promise<never>((_, reject) => {
    limit.addEventListener("abort", () => reject(new Error(`Lighthouse took over ${timeoutMs / 1_000} s: ${url}`)));
  });
  const result = await Promise.race([
    run(url, {
      port,
      extraHeaders,
      onlyCategories: ["performance", "accessibility", "best-practices"],
      logLevel: "error",
    }),
    tooLate,
  ]);
  if (result === undefined) throw new Error(`Lighthouse gave no report: ${url}`);
  if (result.lhr.runtimeError) throw new Error(`${url}: ${result.lhr.runtimeError.message}`);
  if (result.lhr.finalDisplayedUrl !== url) throw new Error(`${url} leads to ${result.lhr.finalDisplayedUrl}`);
  return result.lhr;
}

/** What it would have otherwise, a line each. */
function faults({ audits }: Report): string[] {
  return Object.values(audits)
    .filter(({ score }) => score !== null && score < 0.9)
    .map(({ title, id, displayValue }) => `${title} (${id})${displayValue === undefined ? "" : `: ${displayValue}`}`);
}
