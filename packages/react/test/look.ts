/**
 * What a photograph looks like, small enough to keep: cells of 16 × 16 px, each with its mean colour and the straight lines that run through it.
 * Colours tell what is where; lines tell borders and boxes to the pixel. Neither depends on how the edges of letters are smoothed.
 */
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

export interface Picture {
  width: number;
  height: number;
  /** Red, green, blue and opacity of each pixel, row by row. */
  data: Uint8Array;
}

/** Every list has one value per cell, row by row. */
export interface Look {
  width: number;
  height: number;
  /** How light, 0 to 254; then how red and how blue against green, 128 is neither; all in steps of 2. */
  light: Uint8Array;
  red: Uint8Array;
  blue: Uint8Array;
  /** Bit n: a line along x at the top of the cell's nth row of pixels; along y at the left of its nth column. */
  across: Uint16Array;
  down: Uint16Array;
}

/** A place that differs, in pixels of the picture, and by what. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
  what: Kind[];
}

type Kind = "colour" | "line";

export const cell = 16;
/** A line is at least this long, in pixels: longer than the strokes of letters. */
const lineLength = 16;
/** A step between neighbours that is an edge, in levels of 255: the faintest surface differs from its page by 8. */
const edgeStep = 4;
/** So much of a line must be in a cell, in pixels, to be noted there. */
const noted = 4;
/** What the mean of a cell may differ by: letters are smoothed otherwise elsewhere, a plain surface is what it is. */
const allowed = { light: 4, red: 2, blue: 2, plain: 2 };

export const columnsOf = ({ width }: { width: number }): number => Math.ceil(width / cell);
const rowsOf = ({ height }: { height: number }): number => Math.ceil(height / cell);

export function lookOf(picture: Picture): Look {
  const [width, height] = [picture.width, picture.height];
  const pixels = new Uint32Array(picture.data.buffer, picture.data.byteOffset, width * height);
  const rows = Array.from({ length: height }, (_, y) => pixels.subarray(y * width, (y + 1) * width));
  return { width, height, ...meansOf(rows, width), ...linesOf(rows, width) };
}

/** Of a pixel as the four bytes lie in memory. */
const redOf = (pixel: number): number => pixel & 255;
const greenOf = (pixel: number): number => (pixel >> 8) & 255;
const blueOf = (pixel: number): number => (pixel >> 16) & 255;

function meansOf(rows: Uint32Array[], width: number): Pick<Look, "light" | "red" | "blue"> {
  const columns = columnsOf({ width });
  const size = columns * rowsOf({ height: rows.length });
  const sums = new Float64Array(size * 3);
  // Most rows are as the one above: their sums are taken over.
  let ofRow = new Float64Array(columns * 3);
  rows.forEach((row, y) => {
    if (y === 0 || !isSame(row, rows[y - 1]!)) {
      ofRow = new Float64Array(columns * 3);
      for (let x = 0; x < width; x++) {
        const into = (x >> 4) * 3;
        ofRow[into]! += redOf(row[x]!);
        ofRow[into + 1]! += greenOf(row[x]!);
        ofRow[into + 2]! += blueOf(row[x]!);
      }
    }
    const from = Math.floor(y / cell) * columns * 3;
    for (let index = 0; index < ofRow.length; index++) sums[from + index]! += ofRow[index]!;
  });
  const means = [new Uint8Array(size), new Uint8Array(size), new Uint8Array(size)] as const;
  for (let index = 0; index < size; index++) {
    const wide = Math.min(cell, width - (index % columns) * cell);
    const high = Math.min(cell, rows.length - Math.floor(index / columns) * cell);
    const values = valuesOf(sums.subarray(index * 3, index * 3 + 3), wide * high);
    means.forEach((list, channel) => (list[index] = values[channel]!));
  }
  const [light, red, blue] = means;
  return { light, red, blue };
}

/** Light, red and blue as they are kept, of sums over so many pixels. */
function valuesOf(sums: ArrayLike<number>, pixels: number): [number, number, number] {
  const [r, g, b] = [sums[0]! / pixels, sums[1]! / pixels, sums[2]! / pixels];
  return [
    Math.min(254, Math.round((r + 2 * g + b) / 8) * 2),
    128 + Math.round((r - g) / 4) * 2,
    128 + Math.round((b - g) / 4) * 2,
  ];
}

function isSame(row: Uint32Array, other: Uint32Array): boolean {
  const bytes = (list: Uint32Array): Buffer => Buffer.from(list.buffer, list.byteOffset, list.byteLength);
  return bytes(row).equals(bytes(other));
}

/** By how much two pixels differ, in the channel where they differ most. */
function step(one: number, other: number): number {
  if (one === other) return 0;
  return Math.max(
    Math.abs(redOf(one) - redOf(other)),
    Math.abs(greenOf(one) - greenOf(other)),
    Math.abs(blueOf(one) - blueOf(other)),
  );
}

function linesOf(rows: Uint32Array[], width: number): Pick<Look, "across" | "down"> {
  const columns = columnsOf({ width });
  const size = columns * rowsOf({ height: rows.length });
  const [across, down] = [new Uint16Array(size), new Uint16Array(size)];
  /** Calls with each part of a line that is in a cell of its own: where it is noted, counted in cells along the line. */
  const parts = (from: number, to: number, note: (at: number) => void): void => {
    if (to - from < lineLength) return;
    for (let at = Math.floor(from / cell); at * cell < to; at++)
      if (Math.min(to, (at + 1) * cell) - Math.max(from, at * cell) >= noted) note(at);
  };
  // A line goes on for as long as the pixels on either side of it stay what they are: letters do not do that.
  const began = new Int32Array(width).fill(-1);
  rows.forEach((row, y) => {
    const above = rows[y - 1];
    if (above && isSame(row, above)) return;
    if (above)
      for (let x = 0, start = 0; x < width; x = start)
        if (step(above[x]!, row[x]!) < edgeStep) start = x + 1;
        else {
          for (start = x + 1; above[start] === above[x] && row[start] === row[x]; start++);
          parts(x, start, (at) => (across[Math.floor(y / cell) * columns + at]! |= 1 << (y % cell)));
        }
    for (let x = 1; x < width; x++) {
      const isOn = began[x]! >= 0 && row[x] === above![x] && row[x - 1] === above![x - 1];
      if (!isOn) turn(x, y, step(row[x - 1]!, row[x]!) >= edgeStep);
    }
  });
  for (let x = 1; x < width; x++) turn(x, rows.length, false);
  return { across, down };

  /** At the left of a column, what went on ends and what begins begins. */
  function turn(x: number, y: number, begins: boolean): void {
    if (began[x]! >= 0) parts(began[x]!, y, (at) => (down[at * columns + Math.floor(x / cell)]! |= 1 << (x % cell)));
    began[x] = begins ? y : -1;
  }
}

/** Where a picture differs from a look of the same width by more than smoothing or a pixel's shift explains; cells that touch are one place. */
export function differences(kept: Look, picture: Picture): Place[] {
  const now = lookOf(picture);
  const columns = columnsOf(kept);
  // One that is taller ends in nothing: no colour of its own and no line.
  const rows = Math.max(rowsOf(kept), rowsOf(now));
  const [one, other] = [kept, now].map((look) => padded(look, columns * rows)) as [Look, Look];
  const found = new Map<number, Set<Kind>>();
  const note = (index: number, kind: Kind): void => {
    found.set(index, (found.get(index) ?? new Set()).add(kind));
  };
  for (let index = 0; index < columns * rows; index++)
    if (channels.some((channel) => one[channel][index] !== other[channel][index]))
      if (!isExplained(one, picture, index)) note(index, "colour");
  for (const [direction, along, beside] of [
    ["across", 1, columns],
    ["down", columns, 1],
  ] as const)
    for (const [has, lacks] of [
      [one[direction], other[direction]],
      [other[direction], one[direction]],
    ] as const)
      has.forEach((lines, index) => {
        // A line that ends in this cell is judged by the next: its end may be a corner that is smoothed otherwise.
        const lasting = lines & ((has[index - along] ?? 0) | (has[index + along] ?? 0));
        if (lasting !== 0 && (lasting & ~near(lacks, index, along, beside)) !== 0) note(index, "line");
      });
  return places(found, columns, rows);
}

const channels = ["light", "red", "blue"] as const;

/** Whether a cell as it is kept is what the picture would show there if what it shows were moved by up to a pixel. */
function isExplained(kept: Look, { width, height, data }: Picture, index: number): boolean {
  const columns = columnsOf(kept);
  const [left, top] = [(index % columns) * cell, Math.floor(index / columns) * cell];
  if (left >= width || top >= height) return false;
  const [wide, high] = [Math.min(cell, width - left), Math.min(cell, height - top)];
  let isPlain = true;
  const values = shifts.map(([dx, dy]) => {
    const sums = [0, 0, 0];
    for (let y = top + dy; y < top + dy + high; y++)
      for (let x = left + dx; x < left + dx + wide; x++) {
        const at = (inside(y, height) * width + inside(x, width)) * 4;
        for (let channel = 0; channel < 3; channel++) {
          sums[channel]! += data[at + channel]!;
          isPlain &&= data[at + channel] === data[(top * width + left) * 4 + channel];
        }
      }
    return valuesOf(sums, wide * high);
  });
  return channels.every((channel, at) => {
    const allowance = isPlain ? allowed.plain : allowed[channel];
    const shown = values.map((value) => value[at]!);
    const value = kept[channel][index]!;
    return value >= Math.min(...shown) - allowance && value <= Math.max(...shown) + allowance;
  });
}

const inside = (at: number, size: number): number => Math.min(size - 1, Math.max(0, at));

const shifts = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const));

function padded(look: Look, size: number): Look {
  const pad = <List extends Uint8Array | Uint16Array>(list: List): List => {
    const longer = new (list.constructor as new (length: number) => List)(size);
    longer.set(list);
    return longer;
  };
  const { light, red, blue, across, down } = look;
  return { ...look, light: pad(light), red: pad(red), blue: pad(blue), across: pad(across), down: pad(down) };
}

/** The cell and those around it, as far as there are any. */
function neighbours(index: number, columns: number, rows: number): number[] {
  const [x, y] = [index % columns, Math.floor(index / columns)];
  const all: number[] = [];
  for (let row = Math.max(0, y - 1); row <= Math.min(rows - 1, y + 1); row++)
    for (let column = Math.max(0, x - 1); column <= Math.min(columns - 1, x + 1); column++)
      all.push(row * columns + column);
  return all;
}

/** The lines at a cell or the next along them, each also a pixel to either side. */
function near(list: Uint16Array, index: number, along: number, beside: number): number {
  const around = [index, index - along, index + along];
  const own = around.reduce((lines, at) => lines | (list[at] ?? 0), 0);
  const before = around.reduce((lines, at) => lines | (list[at - beside] ?? 0), 0);
  const after = around.reduce((lines, at) => lines | (list[at + beside] ?? 0), 0);
  return own | (own << 1) | (own >> 1) | (before >> (cell - 1)) | ((after & 1) << (cell - 1));
}

function places(found: Map<number, Set<Kind>>, columns: number, rows: number): Place[] {
  const left = new Set(found.keys());
  const all: Place[] = [];
  for (const first of left) {
    const kinds = new Set<Kind>();
    let [x, y, right, bottom] = [columns, rows, 0, 0];
    const open = [first];
    left.delete(first);
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      for (const kind of found.get(index)!) kinds.add(kind);
      [x, y] = [Math.min(x, index % columns), Math.min(y, Math.floor(index / columns))];
      [right, bottom] = [Math.max(right, (index % columns) + 1), Math.max(bottom, Math.floor(index / columns) + 1)];
      open.push(...neighbours(index, columns, rows).filter((at) => left.delete(at)));
    }
    all.push({
      x: x * cell,
      y: y * cell,
      width: (right - x) * cell,
      height: (bottom - y) * cell,
      what: [...kinds].sort(),
    });
  }
  return all;
}

/** A look as one line of text, some hundred characters of a page. */
export function written(look: Look): string {
  const { width, height, light, red, blue, across, down } = look;
  // Most cells are as the one before: what is kept is by how much they are not.
  const lists = [light, red, blue].map((list) => list.map((value, index) => value - (list[index - 1] ?? 0)));
  const bytes = [...lists, ...[across, down].map((list) => new Uint8Array(list.buffer))];
  const packed = brotliCompressSync(Buffer.concat(bytes), { params: { [constants.BROTLI_PARAM_LGWIN]: 18 } });
  return `${width}x${height} ${packed.toString("base64")}`;
}

export function read(text: string): Look {
  const [size, packed] = text.split(" ") as [string, string];
  const [width, height] = size.split("x").map(Number) as [number, number];
  const cells = columnsOf({ width }) * rowsOf({ height });
  // A copy of its own: a list of pairs of bytes must begin at an even place.
  const bytes = Uint8Array.from(brotliDecompressSync(Buffer.from(packed, "base64")));
  const list = (at: number): Uint8Array => {
    let value = 0;
    return bytes.slice(at * cells, (at + 1) * cells).map((by) => (value = (value + by) & 255));
  };
  const pairs = (at: number): Uint16Array => new Uint16Array(bytes.slice(at * cells, (at + 2) * cells).buffer);
  return { width, height, light: list(0), red: list(1), blue: list(2), across: pairs(3), down: pairs(5) };
}
