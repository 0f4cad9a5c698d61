/** Finding one's way in masked code (mask.ts) without a parser: brackets, statements, branches, conditions. All places are offsets. */

export interface Span {
  start: number;
  end: number;
}

/** The parentheses of the `if` or `while` the offset is in the condition of; `isNegated`: inside `!( … )`. */
export function conditionAround(code: string, at: number): (Span & { isNegated: boolean }) | null {
  let depth = 0;
  let isNegated = false;
  const limit = Math.max(0, at - 600);
  for (let index = at; index >= limit; index--) {
    const char = code[index];
    if (char === ")") depth++;
    else if (char === "(") {
      if (depth > 0) depth--;
      else if (/\b(?:if|while)\s*$/.test(code.slice(Math.max(0, index - 8), index))) {
        return { start: index, end: closing(code, index), isNegated };
      } else if (code[index - 1] === "!") isNegated = !isNegated;
    } else if ((char === ";" || char === "{" || char === "}") && depth === 0) return null;
  }
  return null;
}

/** Offset of the `(` that `at` stands inside, or -1. */
export function opening(code: string, at: number): number {
  let depth = 0;
  for (let index = at - 1; index >= Math.max(0, at - 400); index--) {
    if (code[index] === ")") depth++;
    else if (code[index] === "(" && depth-- === 0) return index;
  }
  return -1;
}

/** Offset of the `{` that `at` stands inside, at most so far before it, or -1. */
export function braceAround(code: string, at: number, farthest: number): number {
  let depth = 0;
  for (let index = at - 1; index >= Math.max(0, at - farthest); index--) {
    const char = code.charCodeAt(index);
    if (char === 125) depth++;
    else if (char === 123 && depth-- === 0) return index;
  }
  return -1;
}

/** The statement or block that starts at `from`. */
export function blockAfter(code: string, from: number): Span {
  const start = skipSpace(code, from);
  if (code[start] === "{") return { start, end: closing(code, start) };
  return { start, end: endOfExpression(code, start) };
}

/** Offset of the bracket that closes the one at `open`, or the end of the code. */
export function closing(code: string, open: number): number {
  return endOfLevel(code, open + 1, () => false);
}

/** Where the expression at `from` ends: a comma, semicolon or closing bracket of its own level. */
export function endOfExpression(code: string, from: number): number {
  return endOfLevel(
    code,
    from,
    (char, index) => char === comma || char === semicolon || (char === newline && startsStatement(code, index)),
  );
}

/** A line that begins a new statement ends the one before, semicolon or not. */
function startsStatement(code: string, newlineAt: number): boolean {
  return /^\s*(?:const|let|var|if|return|export|import|function|async|type|interface|class)\b/.test(
    code.slice(newlineAt, newlineAt + 40),
  );
}

export function endOfTernaryBranch(code: string, from: number): number {
  let open = 0;
  return endOfLevel(code, from, (char, index) => {
    if (char === question && code[index + 1] !== "." && code[index + 1] !== "?" && code[index - 1] !== "?") open++;
    return char === semicolon || (char === colon && open-- === 0);
  });
}

const [newline, comma, colon, semicolon, question] = [10, 44, 58, 59, 63];

/** First offset from `from` on, outside of brackets opened since, that `isEnd` accepts or that closes a bracket; else the end of the code. */
function endOfLevel(code: string, from: number, isEnd: (char: number, index: number) => boolean): number {
  let depth = 0;
  for (let index = from; index < code.length; index++) {
    const char = code.charCodeAt(index);
    switch (char) {
      case 40:
      case 91:
      case 123:
        depth++;
        break;
      case 41:
      case 93:
      case 125:
        if (--depth < 0) return index;
        break;
      default:
        if (depth === 0 && isEnd(char, index)) return index;
    }
  }
  return code.length;
}

export function skipSpace(code: string, from: number): number {
  let at = from;
  while (at < code.length && code.charCodeAt(at) <= 32) at++;
  return at;
}

export function skipSpaceBack(code: string, from: number): number {
  let at = from - 1;
  while (at >= 0 && code.charCodeAt(at) <= 32) at--;
  return at;
}

/** Offset of the brace that closes the block `from` is in, or the end of the code. */
export function endOfScope(code: string, from: number): number {
  let depth = 0;
  for (let index = from; index < code.length; index++) {
    const char = code.charCodeAt(index);
    if (char === 123) depth++;
    else if (char === 125 && --depth < 0) return index;
  }
  return code.length;
}
