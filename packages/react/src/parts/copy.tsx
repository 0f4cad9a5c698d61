"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { Button } from "./button.tsx";

/** Copies a text, and for a moment has what there is to say of it; empty before and after. */
export function useCopy(): { told: string; isDone: boolean; copy(text: string): void } {
  const [told, setTold] = useState<keyof typeof outcomes>("none");
  useEffect(() => {
    if (told === "none") return undefined;
    const timer = setTimeout(() => setTold("none"), 2_000);
    return () => clearTimeout(timer);
  }, [told]);
  return {
    told: outcomes[told],
    isDone: told === "copied",
    copy: (text) =>
      void navigator.clipboard.writeText(text).then(
        () => setTold("copied"),
        () => setTold("refused"),
      ),
  };
}

const outcomes = { none: "", copied: "Copied", refused: "The browser did not allow it" };

/** A button that copies `text` and says so. `label` says what is copied: "Copy address". */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { told, isDone, copy } = useCopy();
  return (
    <Button look="quiet" aria-label={label} title={label} onClick={() => copy(text)}>
      {isDone ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
      <span role="status" className={told === "" ? "lf:sr-only" : "lf:text-xs"}>
        {told}
      </span>
    </Button>
  );
}

/** A line to take away: an address, a command, a DNS record. */
export function CopyField({ text, label }: { text: string; label: string }) {
  const id = useId();
  return (
    <span className="lf:inline-flex lf:max-w-full lf:items-center lf:gap-1 lf:rounded-md lf:border lf:border-line lf:bg-surface lf:ps-2">
      <code
        className="lf:min-w-0 lf:overflow-x-auto lf:whitespace-pre lf:font-mono lf:text-xs"
        tabIndex={0}
        role="group"
        aria-label={label}
        // Its name is what is said when it takes the focus; what is in it only so.
        aria-describedby={id}
      >
        <span id={id}>{text}</span>
      </code>
      <CopyButton text={text} label={`Copy ${label}`} />
    </span>
  );
}
