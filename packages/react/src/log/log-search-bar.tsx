"use client";
import type { RefObject } from "react";
import { Button } from "../parts/button.tsx";

export interface LogSearchBarProps {
  field: RefObject<HTMLInputElement | null>;
  query: string;
  onQuery(query: string): void;
  /** Of the lines that hold it, the one that is looked at, from 1; 0 when none is. */
  place: number;
  found: number;
  isBusy: boolean;
  /** 1 to the next, -1 to the one before. */
  onGo(by: 1 | -1): void;
  onClose(): void;
}

function resultOf({ query, place, found, isBusy }: LogSearchBarProps): string {
  if (query === "") return "";
  if (found === 0) return isBusy ? "Searching" : "No lines";
  const count = `${found.toLocaleString()}${isBusy ? " so far" : ""}`;
  return place === 0 ? `${count} ${found === 1 ? "line" : "lines"}` : `${place.toLocaleString()} of ${count}`;
}

/** Finds text in every line received, not in those on the screen alone. */
export function LogSearchBar(props: LogSearchBarProps) {
  const { found, onGo, onClose } = props;
  return (
    <search className="lf:flex lf:flex-wrap lf:items-center lf:gap-1">
      <input
        ref={props.field}
        type="text"
        aria-label="Search the log"
        placeholder="Search the log"
        autoComplete="off"
        spellCheck={false}
        value={props.query}
        onChange={(event) => props.onQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onGo(event.shiftKey ? -1 : 1);
          else if (event.key === "Escape") onClose();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
        className="lf:h-8 lf:w-64 lf:min-w-0 lf:max-w-full lf:rounded-md lf:border lf:border-line-strong lf:bg-page lf:px-2 lf:text-sm lf:placeholder:text-muted"
      />
      <span role="status" className="lf:min-w-20 lf:text-sm lf:text-muted lf:tabular-nums">
        {resultOf(props)}
      </span>
      <Button look="quiet" aria-disabled={found === 0} onClick={() => onGo(-1)}>
        Previous
      </Button>
      <Button look="quiet" aria-disabled={found === 0} onClick={() => onGo(1)}>
        Next
      </Button>
      <Button look="quiet" onClick={onClose}>
        Close search
      </Button>
    </search>
  );
}
