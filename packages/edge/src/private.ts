/** What only some may see is kept by nobody on the way to them: RFC 9111, section 5.2.2, and RFC 9213 for caches that have headers of their own. */
import type { ServerResponse } from "node:http";

/** Said to caches on the way, past `Cache-Control`. */
const forCaches = /^(?:(?:[\w-]+-)?cdn-cache-control|surrogate-control|edge-control|x-accel-expires)$/i;
/** Directives that let others keep an answer. `private` is said anew: of some fields alone it would let the rest be kept. */
const letsKeep = /^(?:public|s-maxage|proxy-revalidate|private)\b/i;

/** Headers of an answer, flat, with which browsers may keep it as before, and nobody else. */
export function privately(headers: readonly string[]): string[] {
  const kept: string[] = [];
  const directives: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const [name, value] = [headers[index]!, headers[index + 1]!];
    if (forCaches.test(name)) continue;
    if (name.toLowerCase() !== "cache-control") kept.push(name, value);
    // A comma in quotes is none between directives.
    else directives.push(...(value.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g) ?? []).map((one) => one.trim()));
  }
  const rest = directives.filter((one) => one !== "" && !letsKeep.test(one));
  return [...kept, "Cache-Control", ["private", ...rest].join(", ")];
}

/** However the answer begins, from here on: every one of ours does with a list of headers. */
export function keepPrivate(response: ServerResponse): void {
  const begin = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse;
  response.writeHead = (...given: unknown[]) => {
    const headers = given.at(-1);
    return Array.isArray(headers)
      ? begin(...given.slice(0, -1), privately(headers as string[]))
      : begin(...given, ["Cache-Control", "private"]);
  };
}
