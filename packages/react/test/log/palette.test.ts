import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const css = readFileSync(new URL("../../src/tokens.css", import.meta.url), "utf8");

/** Values of a theme's tokens: dark ones come second, and over the light ones. */
function tokens(theme: "light" | "dark"): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, selector = "", body = ""] of css.matchAll(/(:where[^{]*)\{([^}]*)\}/g)) {
    if (selector.includes("dark") && theme === "light") continue;
    for (const [, name = "", value = ""] of body.matchAll(/--lf-([\w-]+):\s*(#[0-9a-f]{6})/g)) found.set(name, value);
  }
  return found;
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

it.each(["light", "dark"] as const)("every colour of a line is readable on every ground, in %s", (theme) => {
  const values = tokens(theme);
  const text = ["text", "text-muted", ...Array.from({ length: 16 }, (_, index) => `ansi-${index}`)];
  const grounds = [
    "bg",
    "surface",
    "running-bg",
    "failure-bg",
    "warning-bg",
    ...Array.from({ length: 8 }, (_, index) => `ansi-bg-${index}`),
  ];
  const faults = text.flatMap((over) =>
    grounds.flatMap((under) => {
      const ratio = contrast(values.get(over)!, values.get(under)!);
      return ratio >= 4.5 ? [] : [`${over} on ${under}: ${ratio.toFixed(2)}`];
    }),
  );
  expect(faults).toEqual([]);
});
