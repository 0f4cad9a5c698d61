/** Tar files byte by byte, right or wrong wherever a test wants. */

export interface TarPart {
  name: string | Buffer;
  content?: string | Buffer;
  /** `0` file (default), `1` hard link, `2` link, `3` `4` devices, `5` folder, `6` pipe … */
  type?: string;
  mode?: number;
  target?: string;
  /** Records of a pax header in front. */
  pax?: Record<string, string>;
  /** In place of the content's length. */
  size?: number | Buffer;
  /** Spoil the header after its checksum was made. */
  damage?: boolean;
}

export function tarOf(parts: TarPart[], options: { end?: Buffer } = {}): Buffer {
  const blocks = parts.flatMap((part) => {
    const pax = part.pax ? entry({ name: "pax", type: "x", content: paxOf(part.pax) }) : [];
    return [...pax, ...entry(part)];
  });
  return Buffer.concat([...blocks, options.end ?? Buffer.alloc(1024)]);
}

export function paxOf(records: Record<string, string>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      let length = Buffer.byteLength(rest) + 1;
      while (String(length).length + Buffer.byteLength(rest) !== length)
        length = String(length).length + Buffer.byteLength(rest);
      return `${length}${rest}`;
    })
    .join("");
}

function entry(part: TarPart): Buffer[] {
  const content = Buffer.from(part.content ?? "");
  const header = Buffer.alloc(512);
  Buffer.from(part.name).copy(header, 0, 0, 100);
  header.write(`${(part.mode ?? 0o644).toString(8).padStart(7, "0")}\0`, 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  const { size = content.length } = part;
  if (typeof size === "number") header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  else size.copy(header, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(part.type ?? "0", 156);
  header.write(part.target ?? "", 157, 100);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  if (part.damage) header[0] = header[0]! ^ 0xff;
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
