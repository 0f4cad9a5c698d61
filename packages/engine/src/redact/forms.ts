/**
 * The shapes in which a secret shows up in text: as it is, in base64, in a URL, in JSON, in hex, quoted for a shell or a page; and the
 * parts of it that are secret on their own. A table of spellings; nothing here looks at text.
 */

/** Shorter values are not treated as secret: they occur everywhere by accident. In UTF-16 units, white space apart. */
const shortestSecret = 6;

/** A line of a value with several lines (a PEM key) is secret on its own from this length on. */
const shortestLine = 12;

/** So many bytes of a value are looked for when it is encoded: more of it is known by what follows in the same alphabet. */
const encodedBytes = 96;

/** A spelling of a secret. */
export interface Form {
  text: string;
  /** Characters that follow `text` when the secret is printed whole; of these only the alphabet is known (see `isEncoded`). */
  rest: number;
}

/** Whether a UTF-16 unit may stand in hex or base64, either alphabet, also in a URL. */
export function isEncoded(unit: number): boolean {
  return (
    (unit >= 0x30 && unit <= 0x39) || // 0-9
    (unit >= 0x41 && unit <= 0x5a) || // A-Z
    (unit >= 0x61 && unit <= 0x7a) || // a-z
    [0x2b, 0x2f, 0x2d, 0x5f, 0x3d, 0x25].includes(unit) // + / - _ = %
  );
}

/** Values that stand in configuration everywhere and protect nothing. */
const trivialWords = new Set(
  (
    "undefined default production development staging preview testing localhost 127.0.0.1 0.0.0.0 password changeme " +
    "change-me secret example username postgres postgresql mongodb mysqld public private verbose warning enabled disabled"
  ).split(" "),
);

/** Whether a value is worth hiding: long enough, not a word of everyday configuration, not a small number, not one character repeated. */
function isWorthHiding(value: string): boolean {
  const text = value.trim();
  if (text.replace(/\s+/g, "").length < shortestSecret || trivialWords.has(text.toLowerCase())) return false;
  if (/^\d{1,7}$/.test(text) || /^(.)\1*$/s.test(text)) return false;
  return !/^https?:\/\/(localhost|127\.0\.0\.1|0\.0\.0\.0)(:\d+)?\/?$/.test(text);
}

/**
 * Every spelling of `value` to look for, without duplicates; empty when the value is not worth hiding.
 * Includes those of its secret parts: the password of a URL, keys inside a JSON document, the long lines of a text.
 */
export function formsOf(value: string): Form[] {
  const text = value.trim();
  if (!isWorthHiding(text)) return [];
  const forms = new Set<string>(spellings(text));
  const encoded = new Map(encodings(text));
  for (const part of partsOf(text)) {
    if (!isWorthHiding(part)) continue;
    for (const form of spellings(part)) forms.add(form);
    for (const [form, rest] of encodings(part)) encoded.set(form, Math.max(rest, encoded.get(form) ?? 0));
  }
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.length > 1 && jsonLeaves(text) === null) {
    for (const line of lines) {
      const trimmed = line.trim();
      if (trimmed.length < shortestLine || !isWorthHiding(trimmed) || /^-----(BEGIN|END) .*-----$/.test(trimmed))
        continue;
      for (const form of spellings(trimmed)) forms.add(form);
    }
  }
  for (const form of forms) encoded.set(form, 0);
  return Array.from(encoded, ([form, rest]) => ({ text: form, rest }));
}

/** The text as it is, and as various programs quote it. */
function* spellings(text: string): Generator<string> {
  yield text;

  const json = jsonEscaped(text);
  yield json;
  yield jsonEscaped(json);
  yield json.replaceAll("/", "\\/"); // PHP
  yield json.replace(/[<>&\u2028\u2029]/g, unicodeEscape); // Go
  const ascii = json.replace(/[^\x20-\x7e]/g, unicodeEscape); // Python
  yield ascii;
  yield jsonEscaped(ascii);

  yield text.replaceAll("'", "'\\''");
  yield text.replaceAll("'", `'"'"'`);
  yield text.replace(/["$`\\!]/g, "\\$&");
  yield text.replace(/["$`\\]/g, "\\$&");
  yield text.replace(/[^\w@%+=:,./-]/g, "\\$&"); // printf %q
  const inspected = json.replaceAll('\\"', '"'); // util.inspect, repr(), $'…' choose their quote by the content
  yield inspected;
  yield inspected.replaceAll("'", "\\'");
  yield inspected.replaceAll("`", "\\`");

  for (const url of [
    encodeUrl(text, encodeURIComponent),
    encodeUrl(text, encodeURI),
    encodeUrl(text, encodeURIComponent).replace(/[!'()*~]/g, percent),
    encodeUrl(text, encodeURIComponent)
      .replace(/[!'()~]/g, percent)
      .replaceAll("%20", "+"),
    encodeUrl(text, encodeURIComponent).replaceAll("%20", "+"),
  ]) {
    yield url;
    yield url.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  }

  const page = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  yield page;
  yield page.replaceAll('"', "&quot;").replaceAll("'", "&#39;");
  yield page.replaceAll('"', "&#34;").replaceAll("'", "&#x27;");
}

/**
 * Hex and base64, the latter at each of the three places a text can begin inside a longer one; with how many characters follow. In a
 * thousand long values the encodings would be many times all the rest.
 */
function* encodings(text: string): Generator<[form: string, rest: number]> {
  const all = Buffer.from(text, "utf8");
  const bytes = all.length > encodedBytes ? all.subarray(0, encodedBytes) : all;
  const left = all.length - bytes.length;
  const hex = bytes.toString("hex");
  yield [hex, left * 2];
  yield [hex.toUpperCase(), left * 2];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const bits = (before + bytes.length) * 8;
    // The first and the last character may hold bits of a neighbour, which nobody knows here: they stay, with at most four bits of the
    // secret. At the end of a text the last one is known, and padding may follow.
    const from = Math.ceil((before * 8) / 6);
    const core = encoded.slice(from, Math.floor(bits / 6));
    if (left > 0) {
      // Escapes in a URL take three characters, padding too.
      const rest = Math.ceil((left * 4) / 3) + 3;
      yield [core, rest];
      yield [core.replaceAll("+", "-").replaceAll("/", "_"), rest];
      yield [core.replaceAll("+", "%2B").replaceAll("/", "%2F"), rest * 3];
      continue;
    }
    const whole = encoded.slice(from);
    for (const form of new Set([core, whole.replace(/=+$/, ""), whole])) {
      yield [form, 0];
      yield [form.replaceAll("+", "-").replaceAll("/", "_"), 0];
    }
    if (whole.endsWith("=")) yield [whole.replaceAll("=", "%3D").replaceAll("+", "%2B").replaceAll("/", "%2F"), 0];
  }
}

/** What is secret inside a value: the password of a URL, and of a JSON document the strings under a telling name. */
function partsOf(text: string): string[] {
  const parts = jsonLeaves(text) ?? [];
  const userinfo = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@:]*:([^/?#]+)@/i.exec(text)?.[1];
  if (userinfo !== undefined) {
    parts.push(userinfo);
    try {
      parts.push(decodeURIComponent(userinfo));
    } catch {
      // Not percent-encoded text: the raw spelling is all there is.
    }
  }
  return parts;
}

/** Strings of a JSON object or array that are secret by their name or look; null when the text is not such a document. */
function jsonLeaves(text: string): string[] | null {
  if (!/^[{[]/.test(text)) return null;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null; // Only looks like JSON.
  }
  const leaves: string[] = [];
  const visit = (value: unknown, name: string): void => {
    if (typeof value === "string") {
      if (/key|secret|token|passw|pwd|credential|private/i.test(name) || value.includes("PRIVATE KEY-----"))
        leaves.push(value);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, Array.isArray(value) ? name : key);
    }
  };
  visit(document, "");
  return leaves.flatMap((leaf) => [
    leaf,
    ...leaf.split("\n").filter((line) => line.length >= shortestLine && !line.startsWith("-----")),
  ]);
}

function jsonEscaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function encodeUrl(text: string, encode: (text: string) => string): string {
  return encode(text.toWellFormed());
}
