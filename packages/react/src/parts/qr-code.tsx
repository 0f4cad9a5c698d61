"use client";
import { useMemo } from "react";
import { encode } from "uqr";

export interface QrCodeProps {
  /** What a camera reads from it, an address as a rule. */
  text: string;
  /** Its name, for those who do not see it: "QR code of acme.example.com". */
  label: string;
  /** Side, in CSS pixels. */
  sizePx?: number;
}

/** Light modules a reader needs around the code. Source: ISO/IEC 18004, "quiet zone". */
const quietZone = 4;

/** A code for the camera of a phone. Black on white in every theme: many readers refuse it the other way round. */
export function QrCode({ text, label, sizePx = 160 }: QrCodeProps) {
  const code = useMemo(() => outlineOf(text), [text]);
  if (code === null) return null;
  return (
    <svg
      role="img"
      aria-label={label}
      width={sizePx}
      height={sizePx}
      viewBox={`0 0 ${code.side} ${code.side}`}
      shapeRendering="crispEdges"
      className="lf:max-w-full lf:rounded-md lf:forced-color-adjust-none"
    >
      <path fill="#fff" d={`M0 0h${code.side}v${code.side}H0z`} />
      <path fill="#000" d={code.path} />
    </svg>
  );
}

/** The dark modules as one path, a stroke for each run of a row; null for a text that is too long for any code. */
export function outlineOf(text: string): { side: number; path: string } | null {
  let rows: boolean[][];
  try {
    rows = encode(text, { ecc: "M", border: quietZone }).data;
  } catch {
    return null; // The address stays readable beside it.
  }
  let path = "";
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x += 1;
      path += `M${from} ${y}h${x - from + 1}v1H${from}z`;
    }
  }
  return { side: rows.length, path };
}
