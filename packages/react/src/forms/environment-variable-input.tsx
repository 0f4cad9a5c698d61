"use client";
import { FileUp, Plus, TextCursorInput } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { EmptyState } from "../parts/panels.tsx";
import { Root } from "../parts/root.tsx";
import { isDotenv, parseDotenv } from "./dotenv.ts";
import { OptionalVariables } from "./optional-variables.tsx";
import {
  isBlank,
  isWholeFile,
  merged,
  missingOf,
  neededId,
  type NeededVariable,
  newRow,
  reverted,
  sightsOf,
  type VariableRow,
  withChange,
} from "./rows.ts";
import { VariableRowFields } from "./variable-row.tsx";
import { DotenvFaults, VariablesAsText } from "./variables-as-text.tsx";

export type { NeededVariable, VariableRow } from "./rows.ts";

export interface EnvironmentVariableInputProps {
  value: readonly VariableRow[];
  onChange(rows: VariableRow[]): void;
  /** `rows` are a whole file and nothing else: while the value is these very rows, storing `text` stores them, all or nothing. */
  onFile?(text: string, rows: readonly VariableRow[]): void;
  /** Named by the code or .env.example; those without a row are offered first. */
  needed?: readonly NeededVariable[];
  /** Faults by variable name, of the server. */
  faults?: readonly { path: string; message: string }[];
  disabled?: boolean;
}

const mostBytes = 2 * 1024 * 1024;

/** What was done to many rows at once, and how they were before. */
interface Notice {
  /** 1, 2, 3 … */
  number: number;
  text: string;
  undo: readonly VariableRow[];
}

interface Refused {
  what: string;
  faults: readonly { line: number; message: string }[];
}

/** Names and values a project is given: typed, pasted as a whole `.env`, imported as a file, or edited as text. */
export function EnvironmentVariableInput({
  value,
  onChange,
  onFile,
  needed = [],
  faults = [],
  disabled = false,
}: EnvironmentVariableInputProps) {
  const [isText, setText] = useState(false);
  const [notice, setNotice] = useState<Notice | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const { required, optional } = missingOf(value, needed);
  const sights = sightsOf(value, needed, faults);
  const needs = new Map(needed.map((one) => [one.key, one]));
  // Those that are asked for stand first and stay there while they are filled in.
  const asked = needed
    .filter((one) => one.required)
    .flatMap((need) => {
      const row = value.find(({ id }) => id === neededId(need.key));
      if (row) return row;
      const { key, sensitive } = need;
      return required.includes(need) ? { id: neededId(key), key, value: "", sensitive, saved: false } : [];
    });
  const askedIds = new Set(asked.map(({ id }) => id));
  const rows = [...asked, ...value.filter(({ id }) => !askedIds.has(id))];

  const tell = (text: string): void => setNotice((last) => ({ number: (last?.number ?? 0) + 1, text, undo: value }));

  function replace(row: VariableRow): void {
    // Undoing what was before would undo this too.
    setNotice(null);
    const isThere = value.some(({ id }) => id === row.id);
    onChange(isThere ? value.map((one) => (one.id === row.id ? row : one)) : [...value, row]);
  }

  function take(text: string, from: string): void {
    const read = parseDotenv(text);
    if (read.faults.length > 0) return setRefused({ what: `Nothing was taken from ${from}`, faults: read.faults });
    const result = merged(value, read.entries, needed);
    setRefused(null);
    tell(toldOf(result, from));
    if (isWholeFile(value, { rows: result.rows, entries: read.entries })) onFile?.(text, result.rows);
    return onChange(result.rows);
  }

  async function takeFiles(files: Iterable<File>): Promise<void> {
    const texts: string[] = [];
    for (const file of files) {
      if (file.size > mostBytes)
        return setRefused({
          what: `Nothing was taken from ${file.name}`,
          faults: [{ line: 1, message: "the file has more than 2 MB" }],
        });
      const text = await file.text();
      const { faults: broken } = parseDotenv(text);
      if (broken.length > 0) return setRefused({ what: `Nothing was taken from ${file.name}`, faults: broken });
      texts.push(text);
    }
    return texts.length === 0 ? undefined : take(texts.join("\n"), texts.length === 1 ? "the file" : "the files");
  }

  function add(given: Partial<VariableRow> = {}): void {
    const row = newRow(given);
    setFocused(row.id);
    setNotice(null);
    onChange([...value, row]);
  }

  if (isText)
    return (
      <Root>
        <VariablesAsText
          rows={value}
          needed={needed}
          disabled={disabled}
          onCancel={() => setText(false)}
          onDone={(next) => {
            tell("The text was taken.");
            setText(false);
            onChange(next);
          }}
        />
      </Root>
    );
  return (
    <Root
      role="group"
      aria-label="Environment variables"
      onDragOver={(event: DragEvent) => {
        if (disabled || !event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event: DragEvent) => {
        setOver(false);
        if (disabled || event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        void takeFiles(event.dataTransfer.files);
      }}
      className={isOver ? "lf:rounded-lg lf:outline-2 lf:outline-dashed lf:outline-focus" : ""}
    >
      {rows.length === 0 ? (
        <EmptyState title="No variables">
          Add one, or drop a .env file here. A whole .env can be pasted into a name too.
        </EmptyState>
      ) : (
        <ul className="lf:m-0 lf:list-none lf:p-0">
          {rows.map((row) => {
            const isMissing = !value.some(({ id }) => id === row.id);
            return (
              <VariableRowFields
                key={row.id}
                row={row}
                sight={sights.get(row.id)}
                need={needs.get(row.key)}
                isNamed={askedIds.has(row.id)}
                isMissing={isMissing}
                takesFocus={focused === row.id}
                disabled={disabled}
                onChange={(change) => replace(withChange(row, change))}
                onRevert={() => replace(reverted(row))}
                onRemove={() => {
                  tell(`${row.key || "The row"} was removed.`);
                  onChange(value.filter(({ id }) => id !== row.id));
                }}
                onPastedText={(text, field) => {
                  if (!isDotenv(text, field)) return false;
                  take(text, "the pasted text");
                  return true;
                }}
              />
            );
          })}
        </ul>
      )}
      <OptionalVariables
        isMore={rows.length > 0}
        needed={optional}
        disabled={disabled}
        onAdd={({ key, sensitive }) => add({ key, sensitive })}
      />
      {refused === null ? null : <DotenvFaults {...refused} />}
      {notice === null ? null : (
        <Told
          key={notice.number}
          notice={notice}
          disabled={disabled}
          onUndo={() => {
            setNotice(null);
            onChange([...notice.undo]);
          }}
        />
      )}
      <div className="lf:mt-3 lf:flex lf:flex-wrap lf:items-center lf:gap-2">
        <Button disabled={disabled} onClick={() => add()}>
          <Plus aria-hidden size={16} /> Add variable
        </Button>
        <ImportButton disabled={disabled} onFiles={(files) => void takeFiles(files)} />
        <Button look="quiet" disabled={disabled} onClick={() => setText(true)}>
          <TextCursorInput aria-hidden size={16} /> Edit as text
        </Button>
        <Summary
          rows={value}
          missing={required.length}
          faulty={[...sights.values()].filter((one) => one.fault).length}
        />
      </div>
    </Root>
  );
}

function toldOf({ added, changed }: { added: number; changed: number }, from: string): string {
  if (added + changed === 0) return `Nothing in ${from} is new.`;
  const parts = [added > 0 ? `${added} added` : "", changed > 0 ? `${changed} changed` : ""].filter(Boolean);
  return `From ${from}: ${parts.join(", ")}.`;
}

/** Says what was done to many rows, and takes it back; it has the focus, since what had it may be gone. */
function Told({ notice, disabled, onUndo }: { notice: Notice; disabled: boolean; onUndo(): void }) {
  const undo = useRef<HTMLButtonElement>(null);
  useEffect(() => undo.current?.focus(), []);
  return (
    <p role="status" className="lf:mt-2 lf:mb-0 lf:flex lf:flex-wrap lf:items-center lf:gap-2 lf:text-sm">
      {notice.text}
      <Button ref={undo} look="quiet" disabled={disabled} onClick={onUndo}>
        Undo
      </Button>
    </p>
  );
}

function ImportButton({ disabled, onFiles }: { disabled: boolean; onFiles(files: Iterable<File>): void }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button disabled={disabled} onClick={() => field.current?.click()}>
        <FileUp aria-hidden size={16} /> Import a file
      </Button>
      <input
        ref={field}
        type="file"
        hidden
        aria-label="File of variables"
        multiple
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          // The same file may be chosen again after it was mended.
          target.value = "";
        }}
      />
    </>
  );
}

function Summary({ rows, missing, faulty }: { rows: readonly VariableRow[]; missing: number; faulty: number }) {
  const filled = rows.filter((row) => !isBlank(row));
  const changed = filled.filter(({ saved, before }) => !saved && before !== undefined).length;
  const added = filled.filter(({ saved, before }) => !saved && before === undefined).length;
  const parts = [
    filled.length === 1 ? "1 variable" : `${filled.length} variables`,
    missing > 0 ? `${missing} required and missing` : "",
    changed > 0 ? `${changed} changed` : "",
    added > 0 ? `${added} new` : "",
    faulty > 0 ? `${faulty} to mend` : "",
  ];
  return <p className="lf:m-0 lf:ms-auto lf:text-sm lf:text-muted">{parts.filter(Boolean).join(" · ")}</p>;
}
