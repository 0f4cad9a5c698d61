"use client";
import type { ComponentProps } from "react";

const looks = {
  /** The one thing to do here. */
  primary: "lf:border-transparent lf:bg-action lf:text-on-action lf:hover:opacity-90",
  plain: "lf:border-line-strong lf:bg-raised lf:text-text lf:hover:bg-surface",
  quiet: "lf:border-transparent lf:bg-transparent lf:text-text lf:hover:bg-neutral-soft",
  danger: "lf:border-failure-line lf:bg-failure-soft lf:text-failure lf:hover:border-failure",
} as const;

export interface ButtonProps extends ComponentProps<"button"> {
  look?: keyof typeof looks;
  /** Why it cannot be used now: it stays reachable, says why, and does nothing. */
  unavailable?: string | undefined;
}

/** Classes of a button, for links that look like one. */
export function buttonClass(look: keyof typeof looks = "plain"): string {
  return `lf:inline-flex lf:min-h-8 lf:items-center lf:justify-center lf:gap-2 lf:rounded-md lf:border lf:px-3 lf:py-1 lf:text-sm lf:font-medium lf:no-underline lf:cursor-pointer lf:transition-colors lf:aria-disabled:cursor-not-allowed lf:aria-disabled:opacity-60 ${looks[look]}`;
}

export function Button({ look = "plain", unavailable, className = "", onClick, title, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`${buttonClass(look)} ${className}`}
      aria-disabled={unavailable !== undefined || rest["aria-disabled"] === true || undefined}
      title={unavailable ?? title}
      onClick={(event) => (unavailable === undefined ? onClick?.(event) : event.preventDefault())}
    />
  );
}
