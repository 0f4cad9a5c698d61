"use client";
import { type CSSProperties, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { ConnectionState } from "../types.ts";
import { createLineIndex, type LevelFilter, nextOfLevel } from "./line-index.ts";
import { formatLines, type LineRange, parseLines } from "./line-range.ts";
import { LogActions } from "./log-actions.tsx";
import { LogRow, type Times } from "./log-row.tsx";
import { LogSearchBar } from "./log-search-bar.tsx";
import { LogSelection } from "./log-selection.tsx";
import { LogPlace, LogState } from "./log-state.tsx";
import type { LogStore } from "./log-store.ts";
import { textOf } from "./log-text.ts";
import { LogToolbar } from "./log-toolbar.tsx";
import { counted } from "./log-words.ts";
import { useLogKeys } from "./use-log-keys.ts";
import { useLogSearch } from "./use-log-search.ts";
import { type LogView, useLogView } from "./use-log-view.ts";

export interface BuildLogViewerProps {
  /** Lines as they arrive; they are outside React's state. */
  log: LogStore;
  /** How current it is; absent for a log that has ended. */
  connection?: ConnectionState;
  /** No more lines will come. */
  ended?: boolean;
  /** Show this step alone; null for all. */
  step?: string | null;
  onStep?(step: string | null): void;
  /** Lines of the address, such as `L120` or `L120-L140`; opening with one turns following off and focuses it. */
  lines?: string | null;
  /** Going to `lines` takes the focus there. Default true; false for lines that nobody asked for. */
  takesFocus?: boolean;
  /** A person chose lines: to be put in the address. */
  onLines?(lines: string | null): void;
  /** Where the whole log is as text, for "Plain text" and "Download". */
  plainTextUrl?: string;
  /** Height of the scrolling part. Default `24rem`. */
  height?: string;
  /** How many lines at its end were not kept, because it was too long. Those missing at its beginning are known by the numbers. */
  truncated?: number;
  /** It was kept once and is not any more. */
  expired?: boolean;
  /** What it is the log of, for people who cannot see where it stands. Default "Build log". */
  label?: string;
}

/** Where it is narrow and nothing more comes, a few lines leave no room empty. In full screen there is room for all. */
const asHighAsItsLines = "lf:@max-xl:h-auto! lf:@max-xl:max-h-(--lf-log-height) lf:[:fullscreen>&]:max-h-none";

/** Elements all rows together may have for their text. */
const textElements = 700;

/** A value that the product may hold, or leave to us. */
function useHeld<T>(held: T | undefined, told: ((value: T) => void) | undefined, first: T): [T, (value: T) => void] {
  const [own, setOwn] = useState(first);
  return [
    held === undefined ? own : held,
    (value) => {
      setOwn(value);
      told?.(value);
    },
  ];
}

/** The log of a deployment, as it is written: search, filters, links to lines. */
export function BuildLogViewer(props: BuildLogViewerProps) {
  const {
    log,
    connection,
    truncated = 0,
    expired = false,
    plainTextUrl,
    height = "24rem",
    label = "Build log",
    takesFocus = true,
  } = props;
  useSyncExternalStore(log.subscribe, log.version, log.version);
  const ended = props.ended === true || connection?.kind === "ended" || expired;
  const [step, setStep] = useHeld(props.step, props.onStep, null);
  const [address, setAddress] = useHeld(props.lines, props.onLines, null);
  const selected = useMemo(() => parseLines(address), [address]);
  const [level, setLevel] = useState<LevelFilter>("all");
  const [times, setTimes] = useState<Times>("off");
  const [isWrapped, setWrapped] = useState(false);
  const [isReadAloud, setReadAloud] = useState(false);
  const [isSearching, setSearching] = useState(false);
  const frame = useRef<HTMLDivElement | null>(null);
  /** The error or warning that was gone to last. */
  const gone = useRef<number | null>(null);
  const searchField = useRef<HTMLInputElement | null>(null);

  const index = useMemo(() => createLineIndex(log, { step, level }), [log, step, level]);
  const view = useLogView(index, { isWrapped, startsFollowing: !ended && selected === null });
  const search = useLogSearch(log, index, (line) => view.goTo(line, { focus: false }));
  const { size } = index;
  const firstSeen = (): number => (size === 0 ? 1 : index.lineAt(Math.min(view.visible().first, size - 1)));

  const choose = useOpening({ log, address, selected, setAddress, ended, view, takesFocus });
  const openSearch = (): void => {
    setSearching(true);
    // After it is there.
    requestAnimationFrame(() => searchField.current?.select());
  };
  const closeSearch = (): void => {
    setSearching(false);
    search.look("", 1);
    view.scroller.current?.focus();
  };
  const keys = useLogKeys({ index, view, selected, choose, openSearch });
  const digits = String(log.first + log.size).length;
  const most = Math.max(3, Math.floor(textElements / Math.max(1, view.rows.length)));

  return (
    <div
      ref={frame}
      className="lf:@container lf:flex lf:flex-col lf:overflow-hidden lf:rounded-lg lf:border lf:border-line lf:bg-page lf:text-text"
    >
      <div className="lf:flex lf:flex-col lf:gap-2 lf:border-b lf:border-line lf:bg-surface lf:p-2">
        <div className="lf:flex lf:flex-wrap lf:items-center lf:justify-between lf:gap-x-4 lf:gap-y-1">
          <LogState
            connection={connection}
            ended={ended}
            size={log.size}
            isFollowing={view.isFollowing}
            missed={view.missed}
          />
          <LogToolbar
            errors={log.errors}
            warnings={log.warnings}
            onNext={(wanted) => {
              const from = firstSeen();
              // Pressed again, it goes on from the line it went to, which is in the middle of what is seen.
              const isNear =
                gone.current !== null && Math.abs(index.rowOf(gone.current) - index.rowOf(from)) < view.rows.length;
              const line = nextOfLevel(log, index, wanted, isNear ? gone.current! : from - 1);
              gone.current = line;
              if (line !== null) view.goTo(line);
            }}
            level={level}
            onLevel={setLevel}
            steps={log.steps}
            step={step}
            onStep={setStep}
            times={times}
            onTimes={setTimes}
            isWrapped={isWrapped}
            onWrap={() => setWrapped(!isWrapped)}
            isReadAloud={isReadAloud}
            onReadAloud={() => setReadAloud(!isReadAloud)}
            isSearching={isSearching}
            onSearch={isSearching ? closeSearch : openSearch}
            following={ended ? undefined : { isOn: view.isFollowing, onFollow: view.follow, onStop: view.stop }}
          >
            <LogActions text={() => textOf(log, index)} plainTextUrl={plainTextUrl} frame={frame} />
          </LogToolbar>
        </div>
        {isSearching ? (
          <LogSearchBar
            field={searchField}
            query={search.query}
            onQuery={(query) => search.look(query, firstSeen())}
            place={search.place}
            found={search.found}
            isBusy={search.isBusy}
            onGo={(by) => search.go(by, firstSeen())}
            onClose={closeSearch}
          />
        ) : null}
        {selected === null ? null : (
          <LogSelection lines={selected} text={() => textOf(log, index, selected)} onClear={() => choose(null)} />
        )}
      </div>
      <Missing first={log.first} truncated={truncated} />
      <div
        ref={view.scroller}
        role="log"
        // New lines and only those: with following off, rows are new whenever they are scrolled to.
        aria-live={isReadAloud && view.isFollowing ? "polite" : "off"}
        aria-label={label}
        tabIndex={0}
        dir="ltr"
        onScroll={view.onScroll}
        onWheel={view.onWheel}
        {...keys.listeners}
        className={`lf:relative lf:grow lf:contain-content lf:overflow-auto lf:overscroll-contain lf:font-mono lf:text-xs lf:leading-[calc(20/12)] lf:[overflow-anchor:none] lf:focus-visible:-outline-offset-2 ${ended ? asHighAsItsLines : ""}`}
        style={{ height, "--lf-log-height": height } as CSSProperties}
      >
        <div ref={view.probe} aria-hidden className="lf:invisible lf:absolute lf:w-px">
          {"\u00a0"}
        </div>
        <div role={size === 0 ? undefined : "list"} className="lf:relative" style={{ height: view.height }}>
          {view.rows.map(({ index: row, start }) => {
            const line = index.lineAt(row);
            return (
              <LogRow
                key={view.isFollowing ? view.keyOf(row) : line}
                log={log}
                line={line}
                row={row}
                size={size}
                top={start}
                height={view.rowHeight}
                times={times}
                withStep={step === null && log.steps.length > 1}
                isWrapped={isWrapped}
                isSelected={selected !== null && line >= selected.from && line <= selected.to}
                isCurrent={line === search.current}
                matcher={search.matcher}
                most={most}
                digits={digits}
                measure={view.measure}
              />
            );
          })}
        </div>
        <LogPlace
          size={log.size}
          shown={size}
          ended={ended}
          expired={expired}
          onShowAll={() => {
            setLevel("all");
            if (step !== null) setStep(null);
          }}
        />
      </div>
    </div>
  );
}

/** Goes to the lines of the address once they are there; what a person chooses here is where they are already. */
function useOpening(options: {
  log: LogStore;
  address: string | null;
  selected: LineRange | null;
  setAddress(address: string | null): void;
  ended: boolean;
  view: LogView;
  takesFocus: boolean;
}): (range: LineRange | null) => void {
  const { log, address, selected, setAddress, ended, view, takesFocus } = options;
  const opened = useRef<string | null>(null);
  useEffect(() => {
    if (selected === null || opened.current === address || !view.isReady) return;
    if (selected.from >= log.first + log.size && !ended) return;
    opened.current = address;
    view.goTo(selected.from, { focus: takesFocus });
  });
  return (range) => {
    const text = range === null ? null : formatLines(range);
    opened.current = text;
    setAddress(text);
  };
}

/** Lines that are not here. */
function Missing({ first, truncated }: { first: number; truncated: number }) {
  if (first === 1 && truncated === 0) return null;
  return (
    <p className="lf:m-0 lf:border-b lf:border-warning-line lf:bg-warning-soft lf:px-3 lf:py-2 lf:text-sm lf:text-warning">
      {first > 1 ? `No longer kept: the first ${counted(first - 1, "line")}. ` : ""}
      {truncated > 0 ? `Not kept, because the log was too long: the last ${counted(truncated, "line")}.` : ""}
    </p>
  );
}
