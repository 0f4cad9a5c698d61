/** Colours by what they mean; without colour the text as it is. */
export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  link(text: string): string;
}

const codes: Record<keyof Paint, [number, number]> = {
  strong: [1, 22],
  faint: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  link: [36, 39],
};

export function paintFor(color: boolean): Paint {
  const entries = Object.entries(codes).map(([name, [on, off]]) => [
    name,
    color ? (text: string) => `\u001b[${on}m${text}\u001b[${off}m` : (text: string) => text,
  ]);
  return Object.fromEntries(entries) as Paint;
}
