/** What can be done to the rows of EnvironmentVariableInput, and what is wrong with them: pure, the component only shows it. */
import { formatEntry, parseDotenv } from "./dotenv.ts";
import { faultOfName, publicPrefixOf, soundsSecret } from "./names.ts";

export interface VariableRow {
  /** Of the row on the screen; stays while it is edited. */
  id: string;
  key: string;
  /** Null for a saved secret, which nobody reads back. */
  value: string | null;
  sensitive: boolean;
  /** It is stored, and was not changed since. */
  saved: boolean;
  /** What is stored, of a row that was changed since. */
  before?: { key: string; value: string | null; sensitive: boolean } | undefined;
}

/** A variable the code reads, as detection found it. */
export interface NeededVariable {
  key: string;
  required: boolean;
  sensitive: boolean;
  public: boolean;
  class: "build" | "run";
  description?: string | undefined;
  example?: string | undefined;
  validation?: string | undefined;
  foundIn: readonly string[];
  /** Why it is required or not, a clause in the present tense. */
  because?: string | undefined;
}

export type Changed = Partial<Pick<VariableRow, "key" | "value" | "sensitive">>;

let made = 0;
/** A row of its own, at the end. */
export function newRow(given: Changed & { id?: string } = {}): VariableRow {
  made += 1;
  return { id: `new-${made}`, key: "", value: "", sensitive: false, saved: false, ...given };
}

/** Begun, and nothing was typed yet: there is nothing wrong with it, and nothing to keep. */
export function isBlank({ key, value, saved, before }: VariableRow): boolean {
  return !saved && before === undefined && key === "" && (value ?? "") === "";
}

/** Id of the row for a variable that is required and not there yet. */
export function neededId(key: string): string {
  return `needed-${key}`;
}

/** The row as a person changed it; as it was stored again when they changed it back. */
export function withChange(row: VariableRow, change: Changed): VariableRow {
  const { key, value, sensitive } = row;
  const before = row.before ?? (row.saved ? { key, value, sensitive } : undefined);
  const next = { ...row, ...change };
  if (before === undefined) return next;
  if (next.key === before.key && next.value === before.value && next.sensitive === before.sensitive)
    return { ...withoutBefore(next), saved: true };
  return { ...next, saved: false, before };
}

/** As it is stored. */
export function reverted(row: VariableRow): VariableRow {
  return row.before === undefined ? row : { ...withoutBefore(row), ...row.before, saved: true };
}

function withoutBefore({ before: _before, ...row }: VariableRow): VariableRow {
  return row;
}

export interface Merged {
  rows: VariableRow[];
  added: number;
  changed: number;
}

/** The variables of a file over the rows: those of the same name take its values, others are added. The later of two in the file holds. */
export function merged(
  rows: readonly VariableRow[],
  entries: readonly { key: string; value: string }[],
  needed: readonly NeededVariable[] = [],
): Merged {
  const values = new Map(entries.map(({ key, value }) => [key, value]));
  const wanted = new Map(needed.map((one) => [one.key, one]));
  const known = new Set(rows.map(({ key }) => key));
  let changed = 0;
  // A row that was begun and left blank gives way.
  const kept = rows.filter((row) => !isBlank(row));
  const updated = kept.map((row) => {
    const value = values.get(row.key);
    if (value === undefined || value === row.value) return row;
    changed += 1;
    return withChange(row, { value });
  });
  const added = [...values]
    .filter(([key]) => !known.has(key))
    .map(([key, value]) => {
      const need = wanted.get(key);
      const sensitive = need?.sensitive ?? (publicPrefixOf(key) === null && soundsSecret(key));
      return newRow({ key, value, sensitive, ...(need?.required ? { id: neededId(key) } : {}) });
    });
  return { rows: [...updated, ...added], added: added.length, changed };
}

/**
 * Whether rows are what a file says and no more, so that they can be stored as the file: none was there before, each has a value, and each is
 * as secret as its name sounds, which is how the server takes a file.
 */
export function isWholeFile(
  before: readonly VariableRow[],
  { rows, entries }: { rows: readonly VariableRow[]; entries: readonly { key: string }[] },
): boolean {
  const keys = new Set(entries.map(({ key }) => key));
  return (
    before.every(({ key, value, saved }) => !saved && key === "" && !value) &&
    rows.length === keys.size &&
    rows.every(
      ({ key, value, sensitive }) =>
        keys.has(key) &&
        value !== null &&
        value !== "" &&
        sensitive === soundsSecret(key) &&
        // Which of the two holds for what browsers see is the server's to say.
        !(sensitive && publicPrefixOf(key) !== null),
    )
  );
}

/** The rows as text to be edited. Secrets are named, and not shown. */
export function textOf(rows: readonly VariableRow[]): string {
  return rows
    .map(({ key, value, sensitive }) =>
      value === null || (sensitive && value !== "")
        ? `# ${key} is secret and stays as it is. To replace it, write ${key}=…\n`
        : `${formatEntry(key, value)}\n`,
    )
    .join("");
}

/** The rows as an edited text says; what is not in it is gone, but secrets, which it does not show. Faults: nothing is changed. */
export function rowsOfText(
  text: string,
  rows: readonly VariableRow[],
  needed: readonly NeededVariable[] = [],
): { rows: VariableRow[] } | { faults: { line: number; message: string }[] } {
  const { entries, faults } = parseDotenv(text);
  if (faults.length > 0) return { faults };
  const named = new Set(entries.map(({ key }) => key));
  const kept = rows.filter(
    ({ key, value, sensitive }) => named.has(key) || value === null || (sensitive && value !== ""),
  );
  return { rows: merged(kept, entries, needed).rows };
}

export interface RowSight {
  fault: { field: "name" | "value"; message: string } | null;
  /** It is allowed, and a person should know. */
  warning: string | null;
  /** The framework's prefix that puts it into the browser; empty where the code does it without one. */
  publicBy: string | null;
  mark: "new" | "changed" | null;
}

/** What is wrong with each row and what is to be said of it, by id; `faults` are the server's, by the variable's name. */
export function sightsOf(
  rows: readonly VariableRow[],
  needed: readonly NeededVariable[] = [],
  faults: readonly { path: string; message: string }[] = [],
): Map<string, RowSight> {
  const counts = new Map<string, number>();
  for (const { key } of rows) counts.set(key, (counts.get(key) ?? 0) + 1);
  const wanted = new Map(needed.map((one) => [one.key, one]));
  const told = new Map(faults.map(({ path, message }) => [nameIn(path), message]));
  return new Map(
    rows.map((row) => {
      const { key, value, saved, before } = row;
      const need = wanted.get(key);
      const publicBy = publicPrefixOf(key) ?? (need?.public ? "" : null);
      const ofServer = told.get(key);
      const isBegun = isBlank(row);
      const nameFault =
        (isBegun ? null : faultOfName(key)) ??
        (key !== "" && (counts.get(key) ?? 0) > 1
          ? `${key} stands here ${counts.get(key)} times. Remove all but one.`
          : null);
      const isMissing = value === "" && need?.required === true;
      return [
        row.id,
        {
          fault:
            nameFault !== null
              ? { field: "name", message: nameFault }
              : isMissing
                ? { field: "value", message: `The code does not start without ${key}. Give it a value.` }
                : ofServer !== undefined
                  ? { field: "value", message: ofServer }
                  : null,
          warning:
            publicBy !== null && soundsSecret(key)
              ? "It sounds like a secret, and everybody who opens the page can read it. Use a name without the prefix for what only the server needs."
              : null,
          publicBy,
          mark: saved || isBegun ? null : before === undefined ? "new" : "changed",
        } satisfies RowSight,
      ];
    }),
  );
}

/** `variables.API_KEY`, `"API_KEY"` and `API_KEY` are one name. */
function nameIn(path: string): string {
  return path.replace(/^(?:variables|values)\./, "").replace(/^"(.*)"$/, "$1");
}

/** Those the code or its example names and no row has: required ones, and those it can do without. */
export function missingOf(
  rows: readonly VariableRow[],
  needed: readonly NeededVariable[],
): { required: NeededVariable[]; optional: NeededVariable[] } {
  const keys = new Set(rows.map(({ key }) => key));
  const missing = needed.filter(({ key }) => !keys.has(key));
  return {
    required: missing.filter(({ required }) => required),
    optional: missing.filter(({ required }) => !required),
  };
}
