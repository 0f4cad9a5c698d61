/**
 * multipart/form-data, read where it lies: a part's body is a view of the request's bytes, never a copy.
 * Source: RFC 7578 and RFC 2046, 5.1.1; names are escaped as the WHATWG form encoding does.
 */

export interface Part {
  name: string;
  filename: string | null;
  contentType: string | null;
  body: Buffer;
}

/** The parts in their order; null when the body is no multipart form or ends before its last boundary. */
export function partsOf(contentType: string | undefined, body: Buffer): Part[] | null {
  const [, quoted, plain] =
    /^multipart\/form-data\b.*?;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? "") ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return null;
  const parts: Part[] = [];
  let line = delimiter(body, { mark: `--${boundary}`, from: 0 });
  while (line && !line.last) {
    // From the line break that ends the delimiter: a part without any header begins with an empty line.
    const head = body.indexOf("\r\n\r\n", line.end - 2);
    const next = head < 0 ? null : delimiter(body, { mark: `\r\n--${boundary}`, from: head + 2 });
    if (!next) return null;
    parts.push({ ...headersOf(body.toString("utf8", line.end, head)), body: body.subarray(head + 4, next.start) });
    line = next;
  }
  return line ? parts : null;
}

/** Text of a field by its name; null when there is none. */
export function fieldOf(parts: readonly Part[], name: string): string | null {
  return parts.find((part) => part.name === name)?.body.toString("utf8") ?? null;
}

/** The next line that is a delimiter: `end` is where the part begins. Bytes that only begin like one are content. */
function delimiter(
  body: Buffer,
  { mark, from }: { mark: string; from: number },
): { start: number; end: number; last: boolean } | null {
  for (let start = body.indexOf(mark, from); start >= 0; start = body.indexOf(mark, start + 1)) {
    const rest = body.toString("latin1", start + mark.length, start + mark.length + 80);
    if (rest.startsWith("--")) return { start, end: start + mark.length + 2, last: true };
    const [breaking] = /^[ \t]*\r\n/.exec(rest) ?? [];
    if (breaking !== undefined) return { start, end: start + mark.length + breaking.length, last: false };
  }
  return null;
}

function headersOf(text: string): Omit<Part, "body"> {
  const disposition = /^content-disposition:(.*)$/im.exec(text)?.[1] ?? "";
  return {
    name: parameter(disposition, "name") ?? "",
    filename: parameter(disposition, "filename"),
    contentType: /^content-type:\s*(.*?)\s*$/im.exec(text)?.[1] ?? null,
  };
}

const escapes: Record<string, string> = { "%22": '"', "%0D": "\r", "%0A": "\n" };

function parameter(disposition: string, name: string): string | null {
  const [, quoted, plain] = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]+))`, "i").exec(disposition) ?? [];
  return (quoted ?? plain)?.replace(/%22|%0D|%0A/gi, (escape) => escapes[escape.toUpperCase()]!) ?? null;
}
