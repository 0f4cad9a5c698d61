"use client";
import { Dices, Globe, Trash2, Undo2 } from "lucide-react";
import { type ClipboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { Badge } from "../parts/status.tsx";
import { canGenerate, generateSecret } from "./generate.ts";
import { publicPrefixOf, soundsSecret } from "./names.ts";
import type { Changed, NeededVariable, RowSight, VariableRow } from "./rows.ts";
import { fieldClass, SecretInput } from "./secret-input.tsx";

export interface VariableRowFieldsProps {
  row: VariableRow;
  sight: RowSight | undefined;
  need: NeededVariable | undefined;
  /** It is asked for by its name: that cannot be changed. */
  isNamed: boolean;
  /** It is on the screen and not among the rows yet. */
  isMissing: boolean;
  takesFocus: boolean;
  disabled: boolean;
  onChange(change: Changed): void;
  onRevert(): void;
  onRemove(): void;
  /** A text was pasted; true: it was a whole file, and is taken care of. */
  onPastedText(text: string, field: "name" | "value"): boolean;
}

/** One variable: name, value, secret, and what is to be said of it. */
export function VariableRowFields(props: VariableRowFieldsProps) {
  const { row, sight, need, isNamed, isMissing, takesFocus, disabled, onChange, onRevert, onRemove } = props;
  const id = useId();
  const first = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (takesFocus) first.current?.querySelector<HTMLElement>("[data-takes-focus]")?.focus();
  }, [takesFocus]);
  const name = row.key === "" ? "the new variable" : row.key;
  const { fault = null, warning = null, publicBy = null, mark = null } = sight ?? {};
  const describedBy = `${id}-fault ${id}-about`;
  return (
    <li ref={first} className="lf:border-t lf:border-line lf:py-3 lf:first:border-t-0">
      <div className="lf:grid lf:items-start lf:gap-2 lf:@xl:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_10rem]">
        {isNamed ? (
          <code className="lf:py-1.5 lf:font-mono lf:text-sm lf:break-all">{row.key}</code>
        ) : (
          <NameField {...props} name={name} describedBy={describedBy} />
        )}
        <ValueField {...props} name={name} describedBy={describedBy} />
        <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-1">
          <label className="lf:inline-flex lf:min-h-8 lf:items-center lf:gap-1.5 lf:pe-1 lf:text-sm">
            <input
              type="checkbox"
              className="lf:size-4"
              checked={row.sensitive}
              disabled={disabled || row.value === null}
              title={row.value === null ? "A stored secret stays one until it has a new value" : undefined}
              onChange={({ target }) => onChange({ sensitive: target.checked })}
            />
            Secret<span className="lf:sr-only">: {name}</span>
          </label>
          {canGenerate(row.key) && row.value === "" ? (
            <IconButton
              label={`Generate a value for ${name}`}
              disabled={disabled}
              onClick={() => onChange({ value: generateSecret(row.key) ?? "", sensitive: true })}
            >
              <Dices aria-hidden size={16} />
            </IconButton>
          ) : null}
          {row.before === undefined ? null : (
            <IconButton label={`Undo the change of ${name}`} disabled={disabled} onClick={onRevert}>
              <Undo2 aria-hidden size={16} />
            </IconButton>
          )}
          {isMissing ? null : (
            <IconButton label={`Remove ${name}`} disabled={disabled} onClick={onRemove}>
              <Trash2 aria-hidden size={16} />
            </IconButton>
          )}
        </div>
      </div>
      <p id={`${id}-fault`} className="lf:m-0 lf:text-sm lf:text-failure lf:not-empty:mt-1">
        {fault?.message}
      </p>
      <div className="lf:mt-1 lf:flex lf:flex-wrap lf:items-center lf:gap-2 lf:empty:hidden">
        {isMissing ? <Badge tone="warning">Required</Badge> : null}
        {mark === null || isMissing ? null : <Badge tone="running">{mark === "new" ? "New" : "Changed"}</Badge>}
        {publicBy === null ? null : (
          <Badge tone="warning">
            Will be public{publicBy === "" ? "" : <span className="lf:font-mono">{publicBy}</span>}
          </Badge>
        )}
      </div>
      <div id={`${id}-about`} className="lf:text-xs lf:text-muted">
        {warning === null ? null : (
          <p className="lf:mt-1 lf:mb-0 lf:flex lf:gap-1 lf:text-warning">
            <Globe aria-hidden size={14} className="lf:mt-0.5 lf:shrink-0" />
            {warning}
          </p>
        )}
        {need?.description === undefined ? null : <p className="lf:mt-1 lf:mb-0">{need.description}</p>}
        {isMissing && need !== undefined ? <Reason because={need.because} /> : null}
      </div>
      {need === undefined ? null : <Places foundIn={need.foundIn} />}
    </li>
  );
}

interface FieldProps extends VariableRowFieldsProps {
  name: string;
  describedBy: string;
}

function NameField({ row, sight, disabled, onChange, onPastedText, describedBy }: FieldProps) {
  return (
    <input
      data-takes-focus={row.key === "" ? "" : undefined}
      aria-label={row.key === "" ? "Name of the new variable" : `Name of ${row.key}`}
      aria-invalid={sight?.fault?.field === "name" || undefined}
      aria-describedby={describedBy}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      placeholder="NAME"
      disabled={disabled}
      value={row.key}
      className={`${fieldClass} lf:font-mono`}
      onPaste={takingFiles("name", onPastedText)}
      onChange={({ target: { value: key } }) =>
        // Until there is a value, the name says whether it is secret; afterwards a person does.
        onChange(row.value === "" ? { key, sensitive: publicPrefixOf(key) === null && soundsSecret(key) } : { key })
      }
    />
  );
}

function ValueField({ row, sight, need, isMissing, name, disabled, onChange, onPastedText, describedBy }: FieldProps) {
  const common = {
    "data-takes-focus": row.key === "" ? undefined : "",
    "aria-label": `Value of ${name}`,
    "aria-required": isMissing || undefined,
    "aria-invalid": sight?.fault?.field === "value" || undefined,
    "aria-describedby": describedBy,
    disabled,
  };
  if (row.sensitive)
    return (
      <SecretInput
        {...common}
        name={name}
        value={row.value}
        placeholder={row.value === null ? "Stored, hidden. Type to replace it" : ""}
        onChange={(value) => onChange({ value: value === "" && row.before?.value === null ? null : value })}
        onPastedText={(text) => onPastedText(text, "value")}
      />
    );
  return (
    <textarea
      {...common}
      rows={1}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      placeholder={need?.example ?? ""}
      value={row.value ?? ""}
      className={`${fieldClass} lf:field-sizing-content lf:max-h-60 lf:resize-none lf:font-mono`}
      onPaste={takingFiles("value", onPastedText)}
      onChange={({ target }) => onChange({ value: target.value })}
    />
  );
}

function takingFiles(field: "name" | "value", taken: VariableRowFieldsProps["onPastedText"]) {
  return (event: ClipboardEvent): void => {
    if (taken(event.clipboardData.getData("text/plain"), field)) event.preventDefault();
  };
}

/** Why detection calls it required, or not: "The program stops without it." */
export function Reason({ because }: { because: string | undefined }) {
  if (because === undefined) return null;
  return (
    <p className="lf:mt-1 lf:mb-0 lf:text-xs lf:text-muted">
      {because[0]?.toUpperCase()}
      {because.slice(1)}.
    </p>
  );
}

/** Where the code reads it: the first place, and the others when asked. */
export function Places({ foundIn }: { foundIn: readonly string[] }) {
  const [first, ...others] = foundIn;
  if (first === undefined) return null;
  const place = <code className="lf:font-mono lf:break-all">{first}</code>;
  if (others.length === 0) return <p className="lf:mt-1 lf:mb-0 lf:text-xs lf:text-muted">Read in {place}</p>;
  return (
    <details className="lf:mt-1 lf:text-xs lf:text-muted">
      <summary className="lf:min-h-6 lf:cursor-pointer">
        Read in {place} and {others.length} more
      </summary>
      <ul className="lf:m-0 lf:ps-5 lf:font-mono lf:break-all">
        {others.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </details>
  );
}

export function IconButton({
  label,
  disabled,
  onClick,
  children,
}: {
  label: string;
  disabled: boolean;
  onClick(): void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
      className="lf:inline-flex lf:size-8 lf:cursor-pointer lf:items-center lf:justify-center lf:rounded-md lf:border lf:border-transparent lf:bg-transparent lf:text-text lf:hover:bg-neutral-soft lf:disabled:cursor-default lf:disabled:opacity-40"
    >
      {children}
    </button>
  );
}
