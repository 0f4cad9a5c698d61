/** The plan as the engine made it: read-only, to be copied. It holds names of variables and no values. */
import { CopyButton, EmptyState, type Plan } from "@landfall/react";
import { Info, TriangleAlert } from "lucide-react";

export function PlanTab({ plan }: { plan: Plan | null }) {
  if (plan === null) return <EmptyState title="Not planned yet">The plan is here as soon as it is made.</EmptyState>;
  const text = JSON.stringify(plan, null, 2);
  return (
    <div className="lf:grid lf:grid-cols-1 lf:gap-3">
      {plan.notes.length === 0 ? null : (
        <ul className="lf:grid lf:gap-1">
          {plan.notes.map(({ level, message }) => (
            <li key={message} className="lf:flex lf:gap-2">
              {level === "warning" ? (
                <TriangleAlert aria-label="Warning:" size={16} className="lf:mt-0.5 lf:shrink-0 lf:text-warning" />
              ) : (
                <Info aria-hidden size={16} className="lf:mt-0.5 lf:shrink-0 lf:text-muted" />
              )}
              <span className="lf:min-w-0 lf:break-words">{message}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="lf:flex lf:items-center lf:justify-between lf:gap-2">
        <p className="lf:text-muted">As data</p>
        <CopyButton text={text} label="Copy plan" />
      </div>
      <pre
        tabIndex={0}
        role="group"
        aria-label="Plan"
        className="lf:m-0 lf:max-h-[60vh] lf:overflow-auto lf:rounded-lg lf:border lf:border-line lf:bg-surface lf:p-3 lf:font-mono lf:text-xs"
      >
        {text}
      </pre>
    </div>
  );
}
