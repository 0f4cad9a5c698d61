/** The classes of a style: the sixteen colours are tokens, and everything is readable on every background. */
import { type Style, styleParts } from "./ansi.ts";

const foregrounds = [
  "lf:text-(color:--lf-ansi-0)",
  "lf:text-(color:--lf-ansi-1)",
  "lf:text-(color:--lf-ansi-2)",
  "lf:text-(color:--lf-ansi-3)",
  "lf:text-(color:--lf-ansi-4)",
  "lf:text-(color:--lf-ansi-5)",
  "lf:text-(color:--lf-ansi-6)",
  "lf:text-(color:--lf-ansi-7)",
  "lf:text-(color:--lf-ansi-8)",
  "lf:text-(color:--lf-ansi-9)",
  "lf:text-(color:--lf-ansi-10)",
  "lf:text-(color:--lf-ansi-11)",
  "lf:text-(color:--lf-ansi-12)",
  "lf:text-(color:--lf-ansi-13)",
  "lf:text-(color:--lf-ansi-14)",
  "lf:text-(color:--lf-ansi-15)",
] as const;
const backgrounds = [
  "lf:bg-(--lf-ansi-bg-0)",
  "lf:bg-(--lf-ansi-bg-1)",
  "lf:bg-(--lf-ansi-bg-2)",
  "lf:bg-(--lf-ansi-bg-3)",
  "lf:bg-(--lf-ansi-bg-4)",
  "lf:bg-(--lf-ansi-bg-5)",
  "lf:bg-(--lf-ansi-bg-6)",
  "lf:bg-(--lf-ansi-bg-7)",
] as const;

const known = new Map<Style, string>();

function compose(style: Style): string {
  const { foreground, background, bold, dim, italic, underline, strike, inverse } = styleParts(style);
  const classes: string[] = [];
  if (inverse && foreground === null) classes.push("lf:bg-text lf:text-page");
  else if (inverse) {
    classes.push(backgrounds[foreground! & 7]!);
    if (background !== null) classes.push(foregrounds[background]!);
  } else {
    if (foreground !== null) classes.push(foregrounds[foreground]!);
    else if (dim) classes.push("lf:text-muted");
    if (background !== null) classes.push(backgrounds[background]!);
  }
  if (bold) classes.push("lf:font-bold");
  if (italic) classes.push("lf:italic");
  if (underline) classes.push("lf:underline");
  if (strike) classes.push("lf:line-through");
  return classes.join(" ");
}

/** Few styles are ever used, and each by many lines. */
export function classOfStyle(style: Style): string {
  let classes = known.get(style);
  if (classes === undefined) known.set(style, (classes = compose(style)));
  return classes;
}
