/** Answers of a size an assistant can read. */

/** Characters of an answer as JSON; some 10,000 of the units models count in. */
const mostCharacters = 40_000;

/** Elements of a list, and characters of a text, that are left; the first measure that is enough is taken. */
const measures: { elements: number; characters: number }[] = [
  { elements: 200, characters: 4000 },
  { elements: 50, characters: 2000 },
  { elements: 15, characters: 500 },
  { elements: 4, characters: 200 },
];

/** The answer, or what fits of it with `cut` naming what was shortened and to how much. */
export function bounded(answer: object): Record<string, unknown> {
  if (JSON.stringify(answer).length <= mostCharacters) return { ...answer };
  for (const measure of measures) {
    const cut: string[] = [];
    const shorter = shortened(answer, { ...measure, at: "", cut }) as Record<string, unknown>;
    if (JSON.stringify(shorter).length <= mostCharacters) return { ...shorter, cut: cut.slice(0, 20) };
  }
  return { cut: ["The answer is too long to be shown."] };
}

function shortened(
  value: unknown,
  { elements, characters, at, cut }: { elements: number; characters: number; at: string; cut: string[] },
): unknown {
  if (typeof value === "string") {
    if (value.length <= characters) return value;
    cut.push(`${at}: ${characters} of ${value.length} characters`);
    return `${value.slice(0, characters)}…`;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    if (value.length > elements) cut.push(`${at}: ${elements} of ${value.length}`);
    return value.slice(0, elements).map((one) => shortened(one, { elements, characters, at: `${at}[]`, cut }));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      shortened(one, { elements, characters, at: at === "" ? key : `${at}.${key}`, cut }),
    ]),
  );
}
