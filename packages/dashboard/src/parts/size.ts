const sizeUnits = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** "4.1 MB", in the reader's language. */
export function sizeInWords(bytes: number): string {
  const step = Math.min(sizeUnits.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: sizeUnits[step]!,
    unitDisplay: "short",
    maximumSignificantDigits: 3,
  }).format(bytes / 1_000 ** step);
}
