"use client";
import { Equal, type LucideIcon, Minus, PencilLine, Plus } from "lucide-react";
import type { ReactNode } from "react";

export interface DifferenceRow {
  /** What is compared: a setting, the name of a variable, "Commit". */
  label: string;
  kind: "added" | "removed" | "changed" | "same";
  before?: ReactNode;
  after?: ReactNode;
  /** That it differs may be read, what it is may not: both sides say "hidden". */
  isSecret?: boolean;
}

export interface DifferenceProps {
  rows: readonly DifferenceRow[];
  /** Name of the list: "Variables that change". */
  label: string;
  /** Heads of the two sides; default: Now and Then. */
  beforeTitle?: string;
  afterTitle?: string;
  /** Shown when there is no row. */
  empty?: ReactNode;
}

const kinds: Record<DifferenceRow["kind"], { word: string; icon: LucideIcon; look: string }> = {
  added: { word: "Added", icon: Plus, look: "lf:text-success" },
  removed: { word: "Removed", icon: Minus, look: "lf:text-failure" },
  changed: { word: "Changed", icon: PencilLine, look: "lf:text-warning" },
  same: { word: "Same", icon: Equal, look: "lf:text-muted" },
};

const columns = "lf:@md:grid lf:@md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_minmax(0,3fr)] lf:@md:gap-4";

/** Two states of a thing side by side, or one below the other where there is no room. */
export function Difference({
  rows,
  label,
  beforeTitle = "Now",
  afterTitle = "Then",
  empty = "Nothing differs.",
}: DifferenceProps) {
  if (rows.length === 0) return <p className="lf:m-0 lf:text-muted">{empty}</p>;
  return (
    <div className="lf:@container">
      <div aria-hidden className={`lf:hidden lf:pb-1 lf:text-xs lf:text-muted ${columns}`}>
        <span />
        <span>{beforeTitle}</span>
        <span>{afterTitle}</span>
      </div>
      <ul
        aria-label={label}
        className="lf:m-0 lf:list-none lf:divide-y lf:divide-line lf:border-y lf:border-line lf:p-0"
      >
        {rows.map((row) => {
          const { word, icon: Icon, look } = kinds[row.kind];
          return (
            <li key={row.label} className={`lf:py-2 ${columns}`}>
              <p className="lf:m-0 lf:min-w-0 lf:break-words lf:font-medium">
                {row.label}
                <span
                  className={`lf:ms-2 lf:inline-flex lf:items-center lf:gap-1 lf:text-xs lf:font-normal lf:@md:ms-0 lf:@md:flex ${look}`}
                >
                  <Icon aria-hidden size={12} />
                  {word}
                </span>
              </p>
              <Side title={beforeTitle} {...(row.kind === "added" ? {} : { value: sideOf(row, row.before) })} />
              <Side title={afterTitle} {...(row.kind === "removed" ? {} : { value: sideOf(row, row.after) })} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function sideOf(row: DifferenceRow, value: ReactNode): ReactNode {
  return row.isSecret === true ? <span className="lf:text-muted">hidden</span> : value;
}

function Side({ title, value }: { title: string; value?: ReactNode }) {
  return (
    <div className="lf:flex lf:min-w-0 lf:gap-2">
      <span className="lf:w-16 lf:shrink-0 lf:text-muted lf:@md:sr-only">{title}</span>
      <span className="lf:min-w-0 lf:break-words">{value ?? <span className="lf:text-muted">none</span>}</span>
    </div>
  );
}
