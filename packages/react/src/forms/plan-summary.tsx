"use client";
import type { Plan, PlanService } from "../types.ts";

/** What would be done with these values, in order, as the server plans it. */
export function PlanSummary({ plan, isPlanning }: { plan: Plan | null; isPlanning: boolean }) {
  return (
    <section
      aria-label="Plan"
      aria-busy={isPlanning}
      className="lf:rounded-lg lf:border lf:border-line lf:p-3 lf:text-sm"
    >
      <p className="lf:m-0 lf:flex lf:justify-between lf:gap-2 lf:font-medium">
        What will be done
        <span role="status" className="lf:font-normal lf:text-muted">
          {isPlanning ? "Updating" : ""}
        </span>
      </p>
      {plan?.services.map((service) => (
        <div key={service.name} className="lf:mt-2">
          {plan.services.length > 1 ? <p className="lf:m-0 lf:text-muted">{service.name}</p> : null}
          <ol className="lf:m-0 lf:ps-5">
            {linesOf(service).map(({ what, code }) => (
              <li key={`${what} ${code}`} className="lf:break-words">
                {what} <code className="lf:font-mono lf:text-xs lf:break-all">{code}</code>
              </li>
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}

function linesOf({ build, start, before = [], check, kind }: PlanService): { what: string; code: string }[] {
  const run =
    (what: string) =>
    ({ argv }: { argv: string[] }) => ({ what, code: argv.join(" ") });
  return [
    ...(build?.install ?? []).map(run("Install:")),
    ...(build?.build ?? []).map(run("Build:")),
    ...(kind === "static" && build ? [{ what: "Serve the files of", code: build.outputDir }] : []),
    ...before.map(run("Before it starts:")),
    ...(start ? [start].map(run("Start:")) : []),
    ...(kind === "worker" ? [] : [{ what: "Check that it answers at", code: check.path }]),
  ];
}
