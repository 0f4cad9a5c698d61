/** Numbers that only grow in number: in pages, so that a longer list copies nothing. */

export interface NumberList {
  readonly length: number;
  push(value: number): void;
  at(index: number): number;
  /** Of an ascending list: the first index whose value is not below `value`. */
  lowerBound(value: number): number;
}

const pageBits = 12;
const pageSize = 1 << pageBits;

export function createNumberList(): NumberList {
  const pages: Uint32Array[] = [];
  let length = 0;
  const at = (index: number): number => {
    if (index < 0 || index >= length) throw new RangeError(`${index} of ${length}`);
    return pages[index >> pageBits]![index & (pageSize - 1)]!;
  };
  return {
    get length() {
      return length;
    },
    at,
    push(value) {
      if (length === pages.length * pageSize) pages.push(new Uint32Array(pageSize));
      pages[length >> pageBits]![length & (pageSize - 1)] = value;
      length += 1;
    },
    lowerBound(value) {
      let low = 0;
      let high = length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (at(middle) < value) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}
