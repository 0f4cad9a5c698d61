"use client";
import { Fragment, useEffect, useState } from "react";

/** Names of keys whose sign is not a word. */
const spoken: Record<string, string> = { "⌘": "Command", Ctrl: "Control", Esc: "Escape" };

/** A shortcut as it is pressed: `Mod+K`, `Shift+Enter`, `?`. `Mod` is ⌘ where the system is Apple's, and Ctrl elsewhere. */
export function KeyHint({ keys }: { keys: string }) {
  const [isApple, setIsApple] = useState(false);
  useEffect(() => setIsApple(/mac|iphone|ipad/i.test(navigator.platform)), []);
  const names = keys.split(/\+(?=.)/).map((key) => (key === "Mod" ? (isApple ? "⌘" : "Ctrl") : key));
  return (
    <span className="lf:inline-flex lf:items-center lf:gap-0.5 lf:whitespace-nowrap">
      {names.map((name) => (
        <Fragment key={name}>
          <kbd
            aria-hidden
            className="lf:min-w-5 lf:rounded-sm lf:border lf:border-line lf:bg-surface lf:px-1 lf:text-center lf:font-mono lf:text-xs lf:text-muted"
          >
            {name}
          </kbd>
          <span className="lf:sr-only">{spoken[name] ?? name}</span>
        </Fragment>
      ))}
    </span>
  );
}
