"use client";
/** The search of a viewer: what is looked for, and which of the lines found is looked at. */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { LineIndex } from "./line-index.ts";
import type { LogStore } from "./log-store.ts";
import type { NumberList } from "./number-list.ts";
import { matcherOf } from "./row-text.ts";
import { createLogSearch } from "./search.ts";

export interface SearchView {
  query: string;
  matcher: RegExp | null;
  found: number;
  /** From 1; 0 when none is looked at. */
  place: number;
  current: number | null;
  isBusy: boolean;
  /** The first match from `line` on is gone to as soon as it is known. */
  look(query: string, line: number): void;
  go(by: 1 | -1, line: number): void;
}

export function useLogSearch(log: LogStore, index: LineIndex, goTo: (line: number) => void): SearchView {
  const search = useMemo(() => createLogSearch(log), [log]);
  const version = useSyncExternalStore(search.subscribe, search.version, search.version);
  const [query, setQuery] = useState("");
  const [current, setCurrent] = useState<number | null>(null);
  const origin = useRef<number | null>(null);
  const matcher = useMemo(() => matcherOf(query), [query]);
  const { matches } = search;
  const show = (line: number): void => {
    setCurrent(line);
    goTo(line);
  };

  useEffect(() => {
    search.look(query, index.accepts);
    return () => search.look("", index.accepts);
  }, [search, query, index]);
  useEffect(() => {
    if (origin.current === null || matches.length === 0) return;
    const next = matches.lowerBound(origin.current);
    // Nothing further down is known yet: the first of all is right only when all was looked at.
    if (next === matches.length && search.isBusy) return;
    origin.current = null;
    show(matches.at(next % matches.length));
    // oxlint-disable-next-line exhaustive-deps -- once for each news of the search
  }, [version]);

  return {
    query,
    matcher,
    found: matches.length,
    place: current === null ? 0 : placeOf(matches, current),
    current,
    isBusy: search.isBusy,
    look(wanted, line) {
      origin.current = wanted === "" ? null : line;
      setCurrent(null);
      setQuery(wanted);
    },
    go(by, line) {
      const { length } = matches;
      if (length === 0) return;
      const at = matches.lowerBound(current ?? line);
      // Without a current one, the next from here on is the first.
      const next = by === -1 ? at - 1 : placeOf(matches, current ?? 0) > 0 ? at + 1 : at;
      show(matches.at((next + length) % length));
    },
  };
}

/** Which match a line is, from 1; 0 when it is none. */
function placeOf(matches: NumberList, line: number): number {
  const at = matches.lowerBound(line);
  return at < matches.length && matches.at(at) === line ? at + 1 : 0;
}
