/**
 * Many strings looked for at once in one pass (Aho and Corasick, 1975). Memory is linear in the strings, some 30 bytes a character;
 * time does not depend on how many there are. The depth of a state is how much of the text just read may be the beginning of a string,
 * which is what a stream must hold back.
 */

export interface Automaton {
  /** The state after one more UTF-16 unit. State 0 is the beginning. */
  step: (state: number, unit: number) => number;
  /** Units at the end of the text read that are the beginning of some string. */
  depth: Uint32Array;
  /** The longest string that ends here, counted from 1; 0 when none does. */
  found: Uint32Array;
}

/** `strings` in order: of two equal ones the first counts. Empty strings are passed over. */
export function automatonFor(strings: readonly string[]): Automaton {
  const size = 1 + strings.reduce((sum, { length }) => sum + length, 0);
  const unit = new Uint16Array(size);
  const child = new Uint32Array(size);
  const sibling = new Uint32Array(size);
  const fail = new Uint32Array(size);
  const depth = new Uint32Array(size);
  const found = new Uint32Array(size);
  let nodes = 1;

  function childOf(node: number, code: number): number {
    let next = child[node]!;
    while (next !== 0 && unit[next] !== code) next = sibling[next]!;
    return next;
  }

  for (const [index, string] of strings.entries()) {
    let node = 0;
    for (let i = 0; i < string.length; i++) {
      const code = string.charCodeAt(i);
      let next = childOf(node, code);
      if (next === 0) {
        next = nodes++;
        unit[next] = code;
        depth[next] = depth[node]! + 1;
        sibling[next] = child[node]!;
        child[node] = next;
      }
      node = next;
    }
    if (node !== 0 && found[node] === 0) found[node] = index + 1;
  }

  // States with many ways on get a row for ASCII in which every step is already resolved; text that holds no secret stays on these.
  const rowOf = new Uint32Array(nodes);
  let rows = new Uint32Array(128 * 64);
  // 0 is no row.
  let rowsUsed = 128;

  function step(state: number, code: number): number {
    for (let node = state; ; node = fail[node]!) {
      const row = rowOf[node]!;
      if (row !== 0 && code < 128) return rows[row + code]!;
      const next = childOf(node, code);
      if (next !== 0 || node === 0) return next;
    }
  }

  const queue = new Uint32Array(nodes);
  let queued = 1;
  for (let at = 0; at < queued; at++) {
    const node = queue[at]!;
    let children = 0;
    for (let next = child[node]!; next !== 0; next = sibling[next]!) {
      children++;
      queue[queued++] = next;
      if (node !== 0) fail[next] = step(fail[node]!, unit[next]!);
      if (found[next] === 0) found[next] = found[fail[next]!]!;
    }
    if (node !== 0 && children < 4) continue;
    if (rowsUsed + 128 > rows.length) {
      const larger = new Uint32Array(rows.length * 2);
      larger.set(rows);
      rows = larger;
    }
    for (let code = 0; code < 128; code++) {
      rows[rowsUsed + code] = childOf(node, code) || (node === 0 ? 0 : step(fail[node]!, code));
    }
    rowOf[node] = rowsUsed;
    rowsUsed += 128;
  }

  return { step, depth, found };
}
