"use client";
import { Eye, EyeOff } from "lucide-react";
import { type ClipboardEvent, type ComponentProps, useEffect, useRef, useState } from "react";

export const fieldClass =
  "lf:min-h-8 lf:w-full lf:min-w-0 lf:rounded-md lf:border lf:border-line-strong lf:bg-page lf:px-2 lf:py-1 lf:text-sm lf:text-text lf:placeholder:text-muted lf:aria-invalid:border-failure lf:disabled:opacity-60";

export interface SecretInputProps
  extends Omit<ComponentProps<"input">, "value" | "onChange" | "type" | "defaultValue" | "onPaste"> {
  /** Null: it is stored and nobody reads it back; what is typed takes its place. */
  value: string | null;
  onChange(value: string): void;
  /** Of what is in it, for the button: "Show DATABASE_URL". */
  name: string;
  /** Takes a paste for itself by answering true. */
  onPastedText?(text: string): boolean;
}

/**
 * A field for a secret: hidden until it is asked to be shown. The value is a property of the field alone, never an attribute, so that no
 * copy of the page's markup has it. One of several lines (a private key) is kept byte for byte, and shown as several lines.
 */
export function SecretInput({ value, onChange, name, onPastedText, className = "", ...rest }: SecretInputProps) {
  const [shown, setShown] = useState<"line" | "lines" | null>(null);
  const lines = value === null ? 0 : value.split("\n").length;
  const isLong = lines > 1;
  const paste = (event: ClipboardEvent<HTMLInputElement | HTMLTextAreaElement>): void => {
    const text = event.clipboardData.getData("text/plain");
    if (onPastedText?.(text) === true) return event.preventDefault();
    // A one-line field would drop the line breaks.
    if (!/[\r\n]/.test(text) || event.currentTarget instanceof HTMLTextAreaElement) return undefined;
    event.preventDefault();
    const { selectionStart, selectionEnd, value: there } = event.currentTarget;
    onChange(isLong ? text : there.slice(0, selectionStart ?? 0) + text + there.slice(selectionEnd ?? there.length));
    if (shown !== null) setShown("lines");
    return undefined;
  };
  return (
    <span className="lf:flex lf:min-w-0 lf:items-start lf:gap-1">
      {shown === "lines" ? (
        <Kept
          key="lines"
          as="textarea"
          {...(rest as ComponentProps<"textarea">)}
          kept={value ?? ""}
          onKept={onChange}
          onPaste={paste}
          rows={Math.min(Math.max(lines, 2), 12)}
          className={`${fieldClass} lf:font-mono ${className}`}
        />
      ) : (
        <Kept
          key="line"
          as="input"
          {...rest}
          type={shown === null ? "password" : "text"}
          // Of several lines only their number is shown: in one line they would be spoilt.
          kept={isLong ? "" : (value ?? "")}
          onKept={onChange}
          onPaste={paste}
          placeholder={isLong ? `${lines} lines, hidden` : rest.placeholder}
          className={`${fieldClass} lf:font-mono ${className}`}
        />
      )}
      <button
        type="button"
        aria-label={`${shown === null ? "Show" : "Hide"} ${name}`}
        disabled={value === null || value === "" || rest.disabled === true}
        className="lf:inline-flex lf:size-8 lf:shrink-0 lf:cursor-pointer lf:items-center lf:justify-center lf:rounded-md lf:border lf:border-transparent lf:bg-transparent lf:hover:bg-neutral-soft lf:disabled:cursor-default lf:disabled:opacity-40"
        onClick={() => setShown(shown === null ? (isLong ? "lines" : "line") : null)}
      >
        {shown === null ? <Eye aria-hidden size={16} /> : <EyeOff aria-hidden size={16} />}
      </button>
    </span>
  );
}

type KeptProps = { kept: string; onKept(value: string): void } & (
  | ({ as: "input" } & ComponentProps<"input">)
  | ({ as: "textarea" } & ComponentProps<"textarea">)
);

/** Uncontrolled on purpose: React writes the value of a controlled field into its markup. */
function Kept({ as, kept, onKept, ...rest }: KeptProps) {
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  useEffect(() => {
    if (field.current && field.current.value !== kept) field.current.value = kept;
  });
  const common = {
    ref: field,
    autoComplete: "off",
    autoCapitalize: "off",
    spellCheck: false,
    onInput: () => onKept(field.current?.value ?? ""),
  };
  return as === "textarea" ? (
    <textarea {...(rest as ComponentProps<"textarea">)} {...common} />
  ) : (
    <input {...(rest as ComponentProps<"input">)} {...common} />
  );
}
