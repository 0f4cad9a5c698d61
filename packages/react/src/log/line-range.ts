/** Lines of an address: `#L120`, `#L120-L140`. */

export interface LineRange {
  from: number;
  /** Included. */
  to: number;
}

/** Null for what is not one. The ends may be given in either order. */
export function parseLines(text: string | null | undefined): LineRange | null {
  const found = /^#?L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(text ?? "");
  if (!found) return null;
  const one = Number(found[1]);
  const other = Number(found[2] ?? found[1]);
  return one === 0 || other === 0 ? null : { from: Math.min(one, other), to: Math.max(one, other) };
}

/** Without the `#`. */
export function formatLines({ from, to }: LineRange): string {
  return from === to ? `L${from}` : `L${from}-L${to}`;
}
