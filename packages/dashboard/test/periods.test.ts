import { describe, expect, it } from "vitest";
import { periodsOf } from "../src/parts/periods.ts";

const at = (...dates: [month: number, day: number][]) =>
  dates.map(([month, day]) => ({ createdAt: new Date(2026, month - 1, day, 12).toISOString() }));
const shown = (deployments: { createdAt: string }[]) => {
  const { unit, periods } = periodsOf(deployments);
  return [unit, periods.map(({ startsAt, all }) => [startsAt.getMonth() + 1, startsAt.getDate(), all.length])];
};

describe("periods", () => {
  it("are days for two weeks, those without a deployment too", () => {
    expect(shown(at([3, 28], [3, 30], [3, 30]))).toEqual([
      "day",
      [
        [3, 28, 1],
        [3, 29, 0],
        [3, 30, 2],
      ],
    ]);
  });

  it("are weeks from Monday on for half a year", () => {
    expect(shown(at([3, 4], [3, 8], [3, 9], [3, 23]))).toEqual([
      "week",
      [
        [3, 2, 2],
        [3, 9, 1],
        [3, 16, 0],
        [3, 23, 1],
      ],
    ]);
  });

  it("are months for longer", () => {
    const [unit, periods] = shown(at([1, 31], [11, 30]));
    expect([unit, periods?.length, periods?.[0], periods?.[10]]).toEqual(["month", 11, [1, 1, 1], [11, 1, 1]]);
  });

  it("are none of nothing", () => {
    expect(shown([])).toEqual(["day", []]);
  });
});
