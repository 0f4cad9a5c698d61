/** What else a project might be, to be taken with one press. */
import type { Detection } from "../types.ts";
import { type DetectedService, kindWord, type ServiceOverrides, withField, withTyped } from "./fields.ts";

type Candidate = Detection["candidates"][number];

/** What is so much less likely than the likeliest is no help to anybody. */
const leastShare = 1 / 3;
/** What a form can be set to. */
const ordinary = new Set(["static", "server", "worker"]);

/** The likeliest first, each under a name of its own; without what is chosen already, and what cannot be chosen. */
export function otherCandidates(
  { candidates }: Pick<Detection, "candidates">,
  { framework: now, kind: nowKind }: { framework: string | undefined; kind: string },
): { name: string; candidate: Candidate }[] {
  const best = Math.max(...candidates.map(({ confidence }) => confidence));
  const others = candidates.filter(
    ({ framework, kind, confidence }) =>
      confidence >= best * leastShare &&
      (framework === undefined ? ordinary.has(kind) && (now !== undefined || kind !== nowKind) : framework !== now),
  );
  const isAlone = ({ framework, kind }: Candidate): boolean =>
    others.every((other) => other.framework !== framework || other.kind === kind);
  const named = new Map<string, Candidate>();
  for (const candidate of others.toSorted((one, other) => other.confidence - one.confidence)) {
    const { framework, runtime, kind } = candidate;
    const kindName = kindWord(kind);
    // Pages need nothing to run on.
    const what = framework ?? (runtime === kind ? null : runtime);
    const name =
      framework !== undefined && isAlone(candidate) ? framework : [what, kindName].filter(Boolean).join(", ");
    if (!named.has(name)) named.set(name, candidate);
  }
  return Array.from(named, ([name, candidate]) => ({ name, candidate }));
}

export interface CandidatesProps {
  detection: Detection;
  service: DetectedService;
  value: ServiceOverrides;
  onChange(value: ServiceOverrides): void;
}

export function Candidates({ detection, value, service, onChange }: CandidatesProps) {
  const others = otherCandidates(detection, { framework: value.framework ?? service.framework, kind: service.kind });
  if (others.length === 0) return null;
  return (
    <div role="group" aria-label="Also possible" className="lf:flex lf:flex-wrap lf:items-center lf:gap-1 lf:text-xs">
      <span className="lf:text-muted">Also possible:</span>
      {others.map(({ name, candidate: { framework, kind, confidence } }) => (
        <button
          key={name}
          type="button"
          className="lf:min-h-6 lf:cursor-pointer lf:rounded-md lf:border lf:border-line-strong lf:bg-raised lf:px-2 lf:text-text lf:hover:bg-surface"
          onClick={() => {
            const asFramework = withTyped(
              value,
              { name: "framework" },
              { text: framework ?? "", detected: service.framework ?? null },
            );
            onChange(withField(asFramework, "kind", ordinary.has(kind) && kind !== service.kind ? kind : null));
          }}
        >
          {name} {percent(confidence)}
        </button>
      ))}
    </div>
  );
}

export function percent(confidence: number): string {
  return new Intl.NumberFormat(undefined, { style: "percent" }).format(confidence);
}
