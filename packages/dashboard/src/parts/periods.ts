/** Deployments by the day, week or month they were asked for, whichever makes a row one can take in at a glance. */
export type Unit = "day" | "week" | "month";

export interface Period<T> {
  startsAt: Date;
  /** In their order; none when nothing happened. */
  all: readonly T[];
}

const dayMs = 86_400_000;
const mostDays = 14;
const mostWeeks = 26;

/** From that of the first to that of the last, without a gap; in the time zone of the reader. */
export function periodsOf<T extends { createdAt: string }>(
  deployments: readonly T[],
): { unit: Unit; periods: Period<T>[] } {
  const instants = deployments.map(({ createdAt }) => Date.parse(createdAt));
  if (instants.length === 0) return { unit: "day", periods: [] };
  const [first, last] = [Math.min(...instants), Math.max(...instants)];
  const days = (last - first) / dayMs;
  const unit = days < mostDays ? "day" : days < mostWeeks * 7 ? "week" : "month";
  const periods: Period<T>[] = [];
  for (let startsAt = startOf(new Date(first), unit); startsAt.getTime() <= last; startsAt = after(startsAt, unit)) {
    const ends = after(startsAt, unit).getTime();
    const all = deployments.filter((_, at) => instants[at]! >= startsAt.getTime() && instants[at]! < ends);
    periods.push({ startsAt, all });
  }
  return { unit, periods };
}

/** Weeks begin on Monday. */
function startOf(at: Date, unit: Unit): Date {
  const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
  if (unit === "month") return new Date(year, month, 1);
  return new Date(year, month, unit === "day" ? day : day - ((at.getDay() + 6) % 7));
}

function after(at: Date, unit: Unit): Date {
  const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
  return unit === "month" ? new Date(year, month + 1, 1) : new Date(year, month, day + (unit === "day" ? 1 : 7));
}
