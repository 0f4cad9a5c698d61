"use client";
/** What of a log is on the screen: the rows there are elements for, following, and going to a line. */
import {
  observeElementOffset,
  type Range,
  useVirtualizer,
  type VirtualItem,
  type VirtualizerOptions,
} from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { LineIndex } from "./line-index.ts";

export interface LogView {
  scroller: RefObject<HTMLDivElement | null>;
  /** Holds one row of nothing, by which the height of all is known. */
  probe: RefObject<HTMLDivElement | null>;
  rows: VirtualItem[];
  /** Of a row's element, for who follows. */
  keyOf(row: number): string;
  rowHeight: number;
  /** Of all rows, in pixels. */
  height: number;
  measure: ((row: HTMLElement | null) => void) | undefined;
  isFollowing: boolean;
  /** Lines that came since following was stopped. */
  missed: number;
  /** There is something to go to a line in. */
  isReady: boolean;
  follow(): void;
  stop(): void;
  goTo(line: number, options?: { align?: "center" | "auto"; focus?: boolean }): void;
  /** Rows that can be seen. */
  visible(): { first: number; last: number };
  onScroll(): void;
  onWheel(event: { deltaY: number }): void;
  /** The line that has the focus keeps its element. */
  keep(line: number | null): void;
}

/** Rows beside those that can be seen, for who scrolls. Who follows does not, and each costs in every frame. */
const overscan = { scrolling: 8, following: 2 };
/** The virtualizer goes through all rows whenever their number changes: it is told of more than there are, seldom, and those are not shown. */
function roomFor(size: number): number {
  let room = 4_096;
  while (room < size) room = Math.ceil(room * 1.3);
  return size === 0 ? 0 : room;
}

type Options = VirtualizerOptions<HTMLDivElement, HTMLElement>;

export function useLogView(
  index: LineIndex,
  { isWrapped, startsFollowing }: { isWrapped: boolean; startsFollowing: boolean },
): LogView {
  const scroller = useRef<HTMLDivElement | null>(null);
  const probe = useRef<HTMLDivElement | null>(null);
  const rowHeight = useHeight(probe, 20);
  const [isFollowing, setFollowing] = useState(startsFollowing);
  const [kept, keep] = useState<number | null>(null);
  const lastTop = useRef(0);
  const stoppedAt = useRef(index.size);
  const wantsFocus = useRef<number | null>(null);
  const { size } = index;
  const capacity = roomFor(size);
  const page = useRef(0);

  const rangeExtractor = useCallback(
    ({ startIndex, endIndex }: Range) => {
      const seen = Math.max(endIndex - startIndex + 1, page.current);
      // Who follows is at the end, wherever the element was when it was last asked.
      const start = isFollowing ? size - seen : Math.min(startIndex, size - seen);
      const beside = isFollowing ? overscan.following : overscan.scrolling;
      const from = Math.max(0, start - beside);
      const to = Math.min(size, start + seen + beside);
      const rows = Array.from({ length: Math.max(0, to - from) }, (_, row) => from + row);
      const keptRow = kept === null || size === 0 ? -1 : index.rowOf(kept);
      if (keptRow !== -1 && keptRow < from) rows.unshift(keptRow);
      if (keptRow >= to) rows.push(keptRow);
      return rows;
    },
    [size, isFollowing, kept, index],
  );
  const follows = useRef(isFollowing);
  const tellOffset = useRef<(() => void) | null>(null);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count: capacity,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    rangeExtractor,
    observeElementOffset: useCallback<Options["observeElementOffset"]>((instance, tell) => {
      tellOffset.current = () => tell(scroller.current?.scrollTop ?? 0, false);
      return observeElementOffset(instance, (offset, isScrolling) => {
        if (!follows.current) tell(offset, isScrolling);
      });
    }, []),
  });
  page.current = Math.ceil((virtualizer.scrollRect?.height ?? 0) / rowHeight);
  // Other rows, or other heights: nothing that was measured holds.
  // oxlint-disable-next-line exhaustive-deps -- they are the reason
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, index, isWrapped, rowHeight]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!isFollowing || element === null) return;
    element.scrollTop = element.scrollHeight;
    lastTop.current = element.scrollTop;
  });
  useLayoutEffect(() => {
    if (wantsFocus.current === null) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-line="${wantsFocus.current}"]`);
    if (!row) return;
    wantsFocus.current = null;
    row.focus({ preventScroll: true });
  });

  const rows = virtualizer.getVirtualItems();
  const keyOf = useKeys(rows);
  const stop = (): void => {
    // What was there when a line was gone to is not new.
    if (isFollowing || stoppedAt.current === 0) stoppedAt.current = size;
    if (follows.current) {
      follows.current = false;
      tellOffset.current?.();
    }
    setFollowing(false);
  };
  return {
    scroller,
    probe,
    rows,
    keyOf,
    rowHeight,
    height: virtualizer.getTotalSize() - (capacity - size) * rowHeight,
    measure: isWrapped ? virtualizer.measureElement : undefined,
    isFollowing,
    missed: isFollowing ? 0 : Math.max(0, size - stoppedAt.current),
    isReady: size > 0 && (virtualizer.scrollRect?.height ?? 0) > 0,
    follow() {
      // The line that has the focus may go.
      if (kept !== null) scroller.current?.focus({ preventScroll: true });
      follows.current = true;
      setFollowing(true);
    },
    stop,
    goTo(line, { align = "center", focus = true } = {}) {
      if (size === 0) return;
      stop();
      const row = index.rowOf(line);
      const shown = index.lineAt(row);
      if (focus) {
        wantsFocus.current = shown;
        keep(shown);
      }
      virtualizer.scrollToIndex(row, { align });
    },
    visible() {
      if (isFollowing) return { first: Math.max(0, size - page.current), last: size - 1 };
      const range = virtualizer.calculateRange();
      return { first: range?.startIndex ?? 0, last: Math.min(size - 1, range?.endIndex ?? 0) };
    },
    onScroll() {
      const element = scroller.current;
      if (element === null) return;
      const left = element.scrollHeight - element.clientHeight - element.scrollTop;
      if (element.scrollTop < lastTop.current - 1 && left > rowHeight) stop();
      lastTop.current = element.scrollTop;
    },
    onWheel({ deltaY }) {
      const element = scroller.current;
      if (deltaY < 0 && element !== null && element.scrollHeight > element.clientHeight) stop();
    },
    keep,
  };
}

/**
 * Who follows sees other lines in every frame, in the same elements: a line that stays keeps its own, with what is selected in it. When none
 * stays, each element takes the line at its place, for it takes the browser long to move them.
 */
function useKeys(rows: VirtualItem[]): (row: number) => string {
  const shown = useRef({ from: 0, to: 0 });
  const { from, to } = shown.current;
  const last = rows.at(-1)?.index ?? 0;
  // One may be kept far above the others.
  const first = Math.max(rows[0]?.index ?? 0, last - rows.length + 1);
  shown.current = { from: first > to || first < from ? first : from, to: last };
  return (row) => (row < first ? `kept ${row}` : `row ${(row - shown.current.from) % rows.length}`);
}

/** Height of an element in pixels, as it changes with the reader's text size. */
function useHeight(element: RefObject<HTMLElement | null>, before: number): number {
  const [height, setHeight] = useState(before);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      const measured = entry?.borderBoxSize[0]?.blockSize ?? 0;
      if (measured > 0) setHeight(measured);
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return height;
}
