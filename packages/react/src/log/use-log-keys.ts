"use client";
/** Keys and presses inside the lines of a log. */
import { type FocusEvent, type KeyboardEvent, type MouseEvent, useRef } from "react";
import type { LineIndex } from "./line-index.ts";
import type { LineRange } from "./line-range.ts";
import type { LogView } from "./use-log-view.ts";

export interface LogKeys {
  listeners: {
    onKeyDown(event: KeyboardEvent<HTMLElement>): void;
    onClick(event: MouseEvent<HTMLElement>): void;
    onFocus(event: FocusEvent<HTMLElement>): void;
    onBlur(event: FocusEvent<HTMLElement>): void;
  };
}

export interface LogKeysOptions {
  index: LineIndex;
  view: LogView;
  selected: LineRange | null;
  choose(lines: LineRange | null): void;
  openSearch(): void;
}

/** Number of the row that an element is, or null. */
function lineOf(target: EventTarget): number | null {
  const line = target instanceof HTMLElement ? target.dataset["line"] : undefined;
  return line === undefined ? null : Number(line);
}

export function useLogKeys({ index, view, selected, choose, openSearch }: LogKeysOptions): LogKeys {
  /** Where a range began, which shift extends. */
  const anchor = useRef<number | null>(null);
  const focusedLine = useRef<number | null>(null);

  function select(line: number, isExtended: boolean): void {
    const from = isExtended ? (anchor.current ?? selected?.from ?? line) : line;
    anchor.current = from;
    choose({ from: Math.min(from, line), to: Math.max(from, line) });
  }

  function move(by: 1 | -1, isExtended: boolean): void {
    const focused = focusedLine.current;
    const { first, last } = view.visible();
    const row = focused === null ? (by === 1 ? first : last) : index.rowOf(focused) + by;
    if (row < 0 || row >= index.size) return;
    const line = index.lineAt(row);
    if (isExtended) {
      anchor.current ??= focused ?? line;
      select(line, true);
    }
    view.goTo(line, { align: "auto" });
  }

  /** Whether the key did something here. */
  function press({ key, shiftKey, target }: KeyboardEvent<HTMLElement>): boolean {
    const line = lineOf(target);
    switch (key) {
      case "End":
        view.follow();
        return true;
      case "Home":
        if (index.size > 0) view.goTo(index.lineAt(0), { align: "auto", focus: line !== null });
        return true;
      case "ArrowDown":
      case "ArrowUp":
        move(key === "ArrowDown" ? 1 : -1, shiftKey);
        return true;
      case "PageUp":
        view.stop();
        return false;
      case "Enter":
      case " ":
        if (line === null) return false;
        select(line, shiftKey);
        return true;
      case "Escape":
        if (selected === null) return false;
        anchor.current = null;
        choose(null);
        return true;
      default:
        return false;
    }
  }

  return {
    listeners: {
      onKeyDown(event) {
        const isFind = event.key.toLowerCase() === "f" && (event.ctrlKey || event.metaKey);
        if (isFind && !event.altKey && !event.shiftKey) {
          // The next one is pressed in the field of the search, and is the browser's.
          event.preventDefault();
          openSearch();
        } else if (!event.ctrlKey && !event.metaKey && !event.altKey && press(event)) {
          event.preventDefault();
          event.stopPropagation();
        }
      },
      onClick(event) {
        const number = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-number]") : null;
        // With Ctrl, ⌘ or the middle button it is a link like any other.
        if (number === null || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        const line = Number(number.dataset["number"]);
        select(line, event.shiftKey);
        view.goTo(line, { align: "auto" });
      },
      onFocus(event) {
        const line = lineOf(event.target);
        focusedLine.current = line;
        view.keep(line);
      },
      onBlur() {
        focusedLine.current = null;
        view.keep(null);
      },
    },
  };
}
