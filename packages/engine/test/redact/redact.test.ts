import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createRedactor, type Redactor } from "../../src/redact/redact.ts";

const token = `sk-live/9f+Q?"x'y\\z é$1`;
const redactor = createRedactor([{ name: "TOKEN", value: token }]);

/** Lines out for lines in, all of them. */
function linesOf(from: Redactor, input: string[]): string[] {
  const stream = from.lines();
  return [...input.flatMap((line) => stream.push(line)), ...stream.flush()];
}

describe("a secret in a text", () => {
  it.each<[string, string]>([
    ["as it is", token],
    ["JSON-escaped", JSON.stringify(token).slice(1, -1)],
    ["JSON-escaped twice", JSON.stringify(JSON.stringify(token)).slice(3, -3)],
    ["JSON-escaped with escaped slashes", JSON.stringify(token).slice(1, -1).replaceAll("/", "\\/")],
    ["JSON-escaped in ASCII", JSON.stringify(token).slice(1, -1).replace("é", "\\u00e9")],
    ["URL-encoded", encodeURIComponent(token)],
    ["URL-encoded in lower-case hex", encodeURIComponent(token).replace(/%../g, (escape) => escape.toLowerCase())],
    ["as a form field", new URLSearchParams({ v: token }).toString().slice(2)],
    ["in hex", Buffer.from(token).toString("hex")],
    ["in upper-case hex", Buffer.from(token).toString("hex").toUpperCase()],
    ["in single quotes of a shell", token.replaceAll("'", "'\\''")],
    ["in double quotes of a shell", token.replace(/["$\\]/g, "\\$&")],
    ["on a page", token.replaceAll('"', "&quot;").replaceAll("'", "&#39;")],
    ["in colour", token.split("").join("\u001b[1;31m")],
    ["one character per line", token.split("").join("\n")],
    ["one character per line, indented, CRLF", token.split("").join("\r\n    ")],
  ])("is replaced %s", (_, shown) => {
    expect(redactor.text(`before ${shown}|after`)).toBe("before [secret TOKEN]|after");
  });

  it("is replaced as a program inspects it", () => {
    expect(redactor.text(inspect({ token }))).not.toContain("9f+Q");
  });

  it("is replaced in base64 wherever it stands in what was encoded, in both alphabets, with and without padding", () => {
    const secret = "hunter2??>>secret";
    const hides = createRedactor([{ name: "S", value: secret }]);
    for (const before of ["", "u", "u:", "u:p", "user:"]) {
      for (const after of ["", "\n", "\n\n", "-and more"]) {
        for (const encoding of ["base64", "base64url"] as const) {
          const encoded = Buffer.from(before + secret + after).toString(encoding);
          const shown = hides.text(`Basic ${encoded} end`);
          expect(shown, encoded).toMatch(/^Basic .*\[secret S\].* end$/);
          const kept = shown.replace("[secret S]", "");
          for (let at = 0; at + 5 <= encoded.length; at++) {
            const piece = encoded.slice(at, at + 5);
            const decoded = Buffer.from(piece, encoding).toString("latin1");
            if (kept.includes(piece)) expect(secret).not.toContain(decoded.slice(0, 3));
          }
        }
      }
    }
    expect(hides.text(Buffer.from(secret).toString("base64"))).toBe("[secret S]");
  });

  it("is replaced in base64 wrapped at 76 columns", () => {
    const long = createHash("sha512").update("x").digest("hex");
    const wrapped = Buffer.from(long).toString("base64").replace(/.{76}/g, "$&\n");
    expect(createRedactor([{ name: "LONG", value: long }]).text(wrapped)).toBe("[secret LONG]");
  });

  it("of many letters is replaced whole in base64 and hex, wrapped, in pieces, and cut short", () => {
    const long = Array.from({ length: 3_000 }, (_, at) => String.fromCharCode(33 + ((at * 37 + (at >> 4)) % 90))).join(
      "",
    );
    const telling = createRedactor([{ name: "LONG", value: long }]);
    const wrapped = (text: string): string[] => text.match(/.{1,76}/g)!;
    for (const bytes of [long, `x${long}`, `xy${long}`].map((text) => Buffer.from(text)))
      for (const encoding of ["base64", "base64url", "hex"] as const) {
        const encoded = bytes.toString(encoding);
        const shown = [
          telling.text(`key: ${encoded}. Done.`),
          telling.text(`key: ${encodeURIComponent(encoded)}; Done.`),
        ];
        for (const text of shown) {
          expect(text).toMatch(/^key: \S{0,4}\[secret LONG\]\S{0,4} Done\.$/);
          expect(text.length).toBeLessThan(40);
        }
        expect(telling.text(`${encoded.slice(0, 1_000)} … and more`)).toMatch(/^\S{0,4}\[secret LONG\] … and more$/);
        const lines = linesOf(telling, ["first", ...wrapped(encoded), ". last"]);
        expect(lines[0]).toBe("first");
        expect(lines.join("\n").length).toBeLessThan(40);
        // A pause in the middle shows no more than the line that was begun.
        const stream = telling.lines();
        const told = wrapped(encoded).flatMap((line) => [...stream.push(line), ...stream.idle()]);
        expect([...told, ...stream.flush()].slice(1).join("").length).toBeLessThan(30);
      }
    expect(telling.text(`${long} and on`)).toBe("[secret LONG] and on");
  });

  it("of many letters is replaced whole however it is quoted, with another that begins the same", () => {
    const first = `{"name": "${"a b'c\\d/".repeat(60)}", "emoji": "🫖"}${"tail of it ".repeat(40)}z`;
    const secrets = [first, `${first}, and more <of> it`, first.replace("🫖", "ü")];
    const telling = createRedactor(secrets.map((value, index) => ({ name: `LONG${index}`, value })));
    for (const value of secrets) {
      const json = JSON.stringify(value);
      const shapes = [
        value,
        json,
        JSON.stringify(json),
        json.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`),
        inspect(value),
        encodeURIComponent(value),
        encodeURIComponent(value).toLowerCase(),
        `'${value.replaceAll("'", "'\\''")}'`,
        value.replace(/[^\w@%+=:,./-]/g, "\\$&"),
        value
          .replaceAll("&", "&amp;")
          .replaceAll("<", "&lt;")
          .replaceAll(">", "&gt;")
          .replaceAll('"', "&quot;")
          .replaceAll("'", "&#39;"),
      ];
      for (const shape of shapes)
        expect(telling.text(`key ${shape} end`)).toMatch(/^key [\\'"`]*\[secret LONG\d\][\\'"`]* end$/);
    }
  });

  it("is replaced every time, side by side too", () => {
    expect(redactor.text(`${token}${token} ${token}`)).toBe("[secret TOKEN][secret TOKEN] [secret TOKEN]");
  });

  it("is found after the mark of a terminal title and after a lone escape", () => {
    expect(redactor.text(`\u001b]0;${token}\u0007 \u001b${token}`)).toBe(
      "\u001b]0;[secret TOKEN]\u0007 \u001b[secret TOKEN]",
    );
  });

  it("leaves JSON valid", () => {
    const text = JSON.stringify({ message: `failed with ${token}`, inner: JSON.stringify({ token }) });
    expect(JSON.parse(redactor.text(text))).toEqual({
      message: "failed with [secret TOKEN]",
      inner: '{"token":"[secret TOKEN]"}',
    });
  });
});

describe("several secrets", () => {
  it("finds the longer of two when one begins, ends or is within the other", () => {
    const nested = createRedactor([
      { name: "SHORT", value: "abcdef-1" },
      { name: "LONG", value: "abcdef-1-and-2" },
      { name: "INNER", value: "def-1-and" },
    ]);
    expect(nested.text("abcdef-1 abcdef-1-and-2 def-1-and abcdef-1-and-x")).toBe(
      "[secret SHORT] [secret LONG] [secret INNER] [secret SHORT][secret INNER]-x",
    );
  });

  it("leaves nothing of two that overlap", () => {
    const overlapping = createRedactor([
      { name: "A", value: "first-middle" },
      { name: "B", value: "middle-last" },
    ]);
    expect(overlapping.text("<first-middle-last>")).toBe("<[secret A][secret B]>");
  });

  it("names the first of two with the same value", () => {
    const same = createRedactor([
      { name: "A", value: "the same value" },
      { name: "B", value: "the same value" },
    ]);
    expect(same.text("the same value")).toBe("[secret A]");
  });
});

describe("parts of a secret", () => {
  const pem = `-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\nAg==\n-----END PRIVATE KEY-----\n`;

  it("hides a PEM key whole, escaped, and each long line of it behind a prefix", () => {
    const hides = createRedactor([{ name: "KEY", value: pem }]);
    expect(hides.text(`a\n${pem}b`)).toBe("a\n[secret KEY]\nb");
    expect(hides.text(JSON.stringify({ pem }))).toBe('{"pem":"[secret KEY]\\n"}');
    expect(hides.text("12:00 | MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n12:01 | BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj")).toBe(
      "12:00 | [secret KEY]\n12:01 | [secret KEY]",
    );
    expect(hides.text("-----BEGIN PRIVATE KEY-----")).toBe("-----BEGIN PRIVATE KEY-----");
  });

  it("hides the password of a URL on its own, encoded and decoded", () => {
    const hides = createRedactor([{ name: "DATABASE_URL", value: "postgres://app:s3cr%21t-pw@db.internal:5432/app" }]);
    expect(hides.text("postgres://app:s3cr%21t-pw@db.internal:5432/app")).toBe("[secret DATABASE_URL]");
    expect(hides.text("password s3cr!t-pw or s3cr%21t-pw at db.internal")).toBe(
      "password [secret DATABASE_URL] or [secret DATABASE_URL] at db.internal",
    );
  });

  it("hides the key inside a JSON document, and not its public fields", () => {
    const account = JSON.stringify({ type: "service_account", client_email: "a@b.example", private_key: pem }, null, 2);
    const hides = createRedactor([{ name: "ACCOUNT", value: account }]);
    expect(hides.text(account)).toBe("[secret ACCOUNT]");
    expect(hides.text("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC for a@b.example")).toBe("[secret ACCOUNT] for a@b.example");
  });
});

describe("what is no secret", () => {
  it.each([
    "true",
    "3000",
    "production",
    "localhost",
    "abcde",
    "1234567",
    "aaaaaaaa",
    "http://localhost:3000",
    "",
    "  x  ",
  ])("leaves %j alone", (value) => {
    const text = `the value ${value} is here`;
    expect(createRedactor([{ name: "X", value }]).text(text)).toBe(text);
  });

  it("gives back any other text unchanged", () => {
    const text = "é\r\n\u001b[31mred\u001b[0m\t\u0000 sk-live/9f+Q\n\n  s\n";
    expect(redactor.text(text)).toBe(text);
  });
});

describe("a stream of lines", () => {
  it("gives a line out at once when its end begins no secret", () => {
    expect(redactor.lines().push("compiled in 3 s.")).toEqual(["compiled in 3 s."]);
  });

  it("holds a line whose end may begin a secret, until the next decides", () => {
    const stream = redactor.lines();
    expect(stream.push("tokens")).toEqual([]);
    expect(stream.push("done.")).toEqual(["tokens", "done."]);
  });

  it("hides a secret spread over lines, one character each too, and keeps what stands around it", () => {
    expect(linesOf(redactor, [`key=${token.slice(0, 5)}`, `${token.slice(5)} end`, "next"])).toEqual([
      "key=[secret TOKEN] end",
      "next",
    ]);
    expect(linesOf(redactor, ["first", ...token.split(""), "last"])).toEqual(["first", "[secret TOKEN]", "last"]);
  });

  it("gives back every line unchanged and in order when there is no secret", () => {
    const lines = ["", "s", "sk-", "", "", "  sk-live/9f+Q", "x", "s"];
    expect(linesOf(redactor, lines)).toEqual(lines);
  });

  it("gives held lines out when idle, but not while a secret comes line by line", () => {
    const stream = redactor.lines();
    expect(stream.push("these are tokens")).toEqual([]);
    expect(stream.idle()).toEqual(["these are tokens"]);
    const slow = redactor.lines();
    const shown = token.split("").flatMap((character) => [...slow.push(character), ...slow.idle()]);
    // The first character had gone out before anybody could know.
    expect([...shown, ...slow.flush()]).toEqual([token[0], "[secret TOKEN]"]);
  });

  it("hides the rest of a secret whose beginning was given out", () => {
    const stream = redactor.lines();
    stream.push(token.slice(0, 4));
    expect(stream.flush()).toEqual([token.slice(0, 4)]);
    expect([...stream.push(`${token.slice(4)}!`), ...stream.flush()]).toEqual(["[secret TOKEN]!"]);
  });

  it("cut anywhere, never shows more than one whole text would", () => {
    const text = `a ${token} b ${encodeURIComponent(token)} ${token.split("").join("\n")} c ${Buffer.from(token).toString("base64")} d`;
    const whole = redactor.text(text);
    for (let at = 0; at <= text.length; at++) {
      const cut = linesOf(redactor, [text.slice(0, at), text.slice(at)]);
      expect(cut.join("").replaceAll("\n", "")).toBe(whole.replaceAll("\n", ""));
    }
  });

  it("reads 20,000 lines with 50 secrets in less than a second", () => {
    const secrets = Array.from({ length: 50 }, (_, i) => ({
      name: `SECRET_${i}`,
      value: createHash("sha256")
        .update(`${i}`)
        .digest(i % 2 === 0 ? "hex" : "base64"),
    }));
    const many = createRedactor(secrets);
    const lines = Array.from({ length: 20_000 }, (_, i) =>
      i % 1000 === 0
        ? `password is ${secrets[i % 50]!.value}`
        : `[${i}] dist/assets/index-${i}.js  143.21 kB │ gzip: 46.14 kB`,
    );
    const startedAt = performance.now();
    const out = linesOf(many, lines);
    const elapsedMs = performance.now() - startedAt;
    expect(out.filter((line) => line.includes("[secret SECRET_"))).toHaveLength(20);
    expect(elapsedMs).toBeLessThan(1000);
  });
});

describe("a secret that is added later", () => {
  const added = { name: "RENEWED", value: "vca_renewed0123456789" };

  it("is hidden from then on, in texts and in streams that are open, and so are those before", () => {
    const growing = createRedactor([{ name: "TOKEN", value: "the-first-token-1" }]);
    const stream = growing.lines();
    expect(stream.push("the-first-token-1 begins")).toEqual(["[secret TOKEN] begins"]);
    growing.add([added, added]);
    growing.add([added]);
    expect(growing.text(`the-first-token-1 ${added.value}`)).toBe("[secret TOKEN] [secret RENEWED]");
    const shown = [...stream.push(`a ${added.value} the-first-token-1`), ...stream.flush()];
    expect(shown).toEqual(["a [secret RENEWED] [secret TOKEN]"]);
  });

  it("does not let go a secret that is spread over the lines before and after", () => {
    const growing = createRedactor([{ name: "TOKEN", value: "the-first-token-1" }]);
    const stream = growing.lines();
    const shown = stream.push("the-first");
    growing.add([added]);
    shown.push(...stream.push("-token-1!"), ...stream.flush());
    expect(shown.join("\n")).toBe("[secret TOKEN]!");
  });
});
