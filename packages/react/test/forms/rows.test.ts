import { describe, expect, it } from "vitest";
import { parseDotenv } from "../../src/forms/dotenv.ts";
import {
  isWholeFile,
  merged,
  missingOf,
  neededId,
  type NeededVariable,
  newRow,
  reverted,
  rowsOfText,
  sightsOf,
  textOf,
  type VariableRow,
  withChange,
} from "../../src/forms/rows.ts";

const stored: VariableRow = { id: "a", key: "A", value: "1", sensitive: false, saved: true };
const hidden: VariableRow = { id: "s", key: "API_KEY", value: null, sensitive: true, saved: true };
const need = (key: string, more: Partial<NeededVariable> = {}): NeededVariable => ({
  key,
  required: true,
  sensitive: false,
  public: false,
  class: "run",
  foundIn: ["src/index.ts:1"],
  ...more,
});

describe("withChange", () => {
  it("remembers what is stored, and is as stored again when it is changed back", () => {
    const changed = withChange(withChange(stored, { value: "2" }), { value: "3" });
    expect(changed).toMatchObject({ value: "3", saved: false, before: { value: "1" } });
    expect(withChange(changed, { value: "1" })).toEqual(stored);
    expect(reverted(changed)).toEqual(stored);
  });

  it("goes back to a hidden secret", () => {
    const typed = withChange(hidden, { value: "x" });
    expect(typed).toMatchObject({ value: "x", saved: false });
    expect(withChange(typed, { value: null })).toEqual(hidden);
  });

  it("has nothing to remember of a new row", () => {
    expect(withChange(newRow({ id: "n" }), { key: "B" })).toEqual({ ...newRow({ id: "n" }), key: "B" });
  });
});

describe("merged", () => {
  it("changes what is there, adds what is not, and counts both", () => {
    const { entries } = parseDotenv("A=2\nB='two\nlines\n'\nDB_PASSWORD=x\nVITE_KEY=y\nA=3");
    const { rows, added, changed } = merged([stored, hidden, newRow({ id: "blank" })], entries);
    expect({ added, changed }).toEqual({ added: 3, changed: 1 });
    expect(rows.map(({ key, value, sensitive }) => [key, value, sensitive])).toEqual([
      ["A", "3", false],
      ["API_KEY", null, true],
      ["B", "two\nlines\n", false],
      ["DB_PASSWORD", "x", true],
      ["VITE_KEY", "y", false],
    ]);
  });

  it("leaves alone what is the same", () => {
    expect(merged([stored], [{ key: "A", value: "1" }])).toEqual({ rows: [stored], added: 0, changed: 0 });
  });

  it("fills in what the code asks for, where it is asked for", () => {
    const { rows } = merged([], [{ key: "TITLE", value: "x" }], [need("TITLE", { sensitive: true })]);
    expect(rows).toEqual([{ id: neededId("TITLE"), key: "TITLE", value: "x", sensitive: true, saved: false }]);
  });
});

describe("rows as text", () => {
  const typed: VariableRow = { id: "t", key: "TOKEN", value: "never shown", sensitive: true, saved: false };

  it("show no secret, and keep them when the text is taken", () => {
    const rows = [stored, hidden, typed];
    const text = textOf(rows);
    expect(text).not.toContain("never shown");
    expect(rowsOfText(text, rows)).toEqual({ rows });
  });

  it("replace a secret that is written, remove a line that is gone", () => {
    const read = rowsOfText("API_KEY=new\nB=2\n", [stored, hidden, typed]);
    expect("rows" in read && read.rows.map(({ key, value }) => [key, value])).toEqual([
      ["API_KEY", "new"],
      ["TOKEN", "never shown"],
      ["B", "2"],
    ]);
  });

  it("change nothing when a line is broken", () => {
    expect(rowsOfText("A=2\nbroken", [stored])).toEqual({
      faults: [{ line: 2, message: "there is no = in it" }],
    });
  });
});

describe("sightsOf", () => {
  it("finds a bad name, the same name twice, a required one left blank, and what the server says", () => {
    const rows = [
      newRow({ id: "bad", key: "A-B" }),
      newRow({ id: "one", key: "C" }),
      newRow({ id: "two", key: "C" }),
      newRow({ id: "blank", key: "NEEDED" }),
      newRow({ id: "url", key: "DATABASE_URL", value: "x" }),
    ];
    const sights = sightsOf(rows, [need("NEEDED")], [{ path: "variables.DATABASE_URL", message: "is no address" }]);
    expect([...sights].map(([id, { fault }]) => [id, fault?.field])).toEqual([
      ["bad", "name"],
      ["one", "name"],
      ["two", "name"],
      ["blank", "value"],
      ["url", "value"],
    ]);
    expect(sights.get("url")?.fault?.message).toBe("is no address");
  });

  it("finds nothing wrong with a row that was begun and left blank, which is nothing new either", () => {
    const rows = [newRow({ id: "first" }), newRow({ id: "second" }), newRow({ id: "valued", value: "x" })];
    const sights = sightsOf(rows);
    expect(sights.get("first")).toMatchObject({ fault: null, mark: null });
    expect(sights.get("second")).toMatchObject({ fault: null, mark: null });
    expect(sights.get("valued")).toMatchObject({ fault: { field: "name", message: "Give it a name." }, mark: "new" });
  });

  it("tells what will be public, by its name or by the code, and warns of a secret there", () => {
    const rows = ["VITE_TITLE", "NEXT_PUBLIC_API_SECRET", "INLINED"].map((key) => newRow({ id: key, key, value: "x" }));
    const sights = sightsOf(rows, [need("INLINED", { public: true })]);
    expect(rows.map(({ id }) => [sights.get(id)?.publicBy, sights.get(id)?.warning !== null])).toEqual([
      ["VITE_", false],
      ["NEXT_PUBLIC_", true],
      ["", false],
    ]);
  });

  it("marks what is new and what was changed", () => {
    const rows = [stored, withChange(hidden, { value: "x" }), newRow({ id: "n", key: "N", value: "1" })];
    expect([...sightsOf(rows).values()].map(({ mark }) => mark)).toEqual([null, "changed", "new"]);
  });
});

it("what is missing are those without a row, required ones apart", () => {
  const { required, optional } = missingOf([stored], [need("A"), need("B"), need("C", { required: false })]);
  expect([required, optional].map((list) => list.map(({ key }) => key))).toEqual([["B"], ["C"]]);
});

describe("isWholeFile", () => {
  const read = (text: string, before: VariableRow[] = [], needed: NeededVariable[] = []) => {
    const { entries } = parseDotenv(text);
    return isWholeFile(before, { rows: merged(before, entries, needed).rows, entries });
  };

  it("is so of a file over nothing, or over a row that was begun and left blank", () => {
    expect(read("A=1\nMAIL_TOKEN=x\nA=2\n")).toBe(true);
    expect(read("A=1\n", [newRow()])).toBe(true);
  });

  it("is not so where rows were there, have no value, or are to be kept otherwise than the server would", () => {
    expect(read("A=1\n", [newRow({ key: "B", value: "2" })])).toBe(false);
    expect(read("A=1\n", [stored])).toBe(false);
    expect(read("A=\nB=1\n")).toBe(false);
    expect(read("A=1\n", [], [need("A", { sensitive: true })])).toBe(false);
    expect(read("VITE_API_SECRET=1\n")).toBe(false);
  });
});
