import { describe, expect, it } from "vitest";
import { mayReadVariables, readJavaScript } from "../../src/env/javascript/javascript.ts";
import { maskJavaScript } from "../../src/env/mask.ts";
import type { Sighting } from "../../src/env/sighting.ts";

function read(text: string, path = "src/a.ts"): Sighting[] {
  return mayReadVariables(text) ? readJavaScript({ path, text, code: maskJavaScript(text) }) : [];
}

/** `X` of the source as the strongest claim made of it, or what is listed when there are several. */
function needsOf(text: string, key = "X_KEY"): string[] {
  return [...new Set(read(text).flatMap((one) => (one.key === key ? [one.need] : [])))];
}

const uses: [source: string, ...needs: string[]][] = [
  // Nothing in its place.
  ["const client = create(process.env.X_KEY);", "plain"],
  ["const client = create({ key: process.env.X_KEY });", "plain"],
  [`const key = process.env["X_KEY"];`, "plain"],
  ["const key = process.env['X_KEY'];", "plain"],
  ["const key = process.env[`X_KEY`];", "plain"],
  ["const key = process?.env?.X_KEY;", "plain"],
  ["const key = globalThis.process.env.X_KEY;", "plain"],
  ["const key = (process.env as any).X_KEY;", "plain"],
  ["const key = import.meta.env.X_KEY;", "plain"],
  ["const key = Bun.env.X_KEY;", "plain"],
  [`const key = Deno.env.get("X_KEY");`, "plain"],
  ["const { X_KEY } = process.env;", "plain"],
  // A text that only asks for one.
  [`const key = process.env.X_KEY || "enter-your-key-here";`, "quieted"],
  [`const key = process.env.X_KEY ?? "undefined";`, "quieted"],
  [`const key = !!process.env.X_KEY ? process.env.X_KEY : "no api key found";`, "quieted", "plain"],
  [`if (!process.env.X_KEY.startsWith("a")) warn();`, "plain"],
  ["const { A, X_KEY: key, B } = process.env;", "plain"],
  ["const env = process.env;\nuse(env.X_KEY);", "plain"],
  [`import { env } from "node:process";\nuse(env.X_KEY);`, "plain"],
  [`import { env } from "$env/dynamic/private";\nuse(env.X_KEY);`, "plain"],
  ["fetch(`https://x.com/?key=${process.env.X_KEY}`);", "plain"],
  ["if (given !== process.env.X_KEY) return refuse();", "plain"],
  ["const port = parseInt(process.env.X_KEY, 10);", "plain"],
  ["const key = mode ? process.env.X_KEY : other;", "plain"],
  [`const key = configService.get<string>("X_KEY");`, "plain"],
  [`const key = this.config.get('X_KEY', { infer: true });`, "plain"],
  [`module.exports = { production: { use_env_variable: "X_KEY" } };`, "plain"],
  // A token may be wrong; what it is checked with must be there.
  ["function who(t) { try { return jwt.verify(t, process.env.X_KEY); } catch (error) { return; } }", "asserted"],
  ["function who() { try { return parse(process.env.X_KEY); } catch { return null; } }", "guarded"],
  ["const list = process.env.X_KEY.split(',');", "asserted"],
  ["const config = process.env.X_KEY ? parse(process.env.X_KEY) : missing('no');", "checked", "guarded"],
  // Claimed to be there.
  ["const key = process.env.X_KEY!;", "asserted"],
  ["create(process.env.X_KEY!, 1);", "asserted"],
  ["const key = process.env.X_KEY as string;", "asserted"],
  ["if (!process.env.X_KEY) { return res.status(500).json({ message: 'no key' }); }", "asserted"],
  ["function validate() { if (!process.env.X_KEY) { return { valid: false, message: 'Missing' }; } }", "asserted"],
  // Throws without it.
  ["const url = new URL(process.env.X_KEY);", "asserted"],
  // Demanded.
  ["if (!process.env.X_KEY) { throw new Error('missing'); }", "checked"],
  ["if (!process.env.X_KEY || !process.env.Y_KEY) throw new Error('missing');", "checked"],
  ["if (process.env.X_KEY === undefined) { process.exit(1); }", "checked"],
  ["const key = process.env.X_KEY ?? (() => { throw new Error('no') })();", "checked"],
  ["const key = process.env.X_KEY || raise('no');", "checked"],
  ["invariant(process.env.X_KEY, 'no');", "checked"],
  ["assert(process.env.X_KEY);", "checked"],
  ["const key = process.env.X_KEY;\nif (!key) throw new Error('no');", "plain", "checked"],
  ["const { X_KEY } = process.env;\nif (!X_KEY) {\n  console.error('no');\n  process.exit(1);\n}", "plain", "checked"],
  [`const key = requireEnv("X_KEY");`, "checked"],
  [`const key = configService.getOrThrow("X_KEY");`, "checked"],
  [`const key = env.get("X_KEY").required().asString();`, "checked"],
  [
    `const required = ["A_KEY", "X_KEY"];\nfor (const name of required) if (!process.env[name]) throw new Error(name);`,
    "checked",
  ],
  [`import { X_KEY } from "$env/static/private";`, "checked"],
  // Replaced.
  ["const key = process.env.X_KEY || 'default';", "default"],
  ["const key = process.env.X_KEY ?? fallback;", "default"],
  ["const port = Number(process.env.X_KEY) || 3000;", "default"],
  ["const port = parseInt(process.env.X_KEY || '3000', 10);", "default"],
  ["const port = +(process.env.X_KEY ?? 3000);", "default"],
  ["const key = process.env.X_KEY || context.env.Y_KEY;", "default"],
  ["const { X_KEY = 'a' } = process.env;", "default"],
  ["const most = numberOrDefault(process.env.X_KEY, 600);", "default"],
  ["const most = toInt(process.env.X_KEY, 10);", "default"],
  [`const name = orElse(process.env.X_KEY, "a");`, "default"],
  [`const token = sign(process.env.X_KEY, "a");`, "plain"],
  ["const most = parseInt(process.env.X_KEY, 10);", "plain"],
  ["const mode = (process.env.X_KEY as 'live' | 'trial') || 'live';", "default"],
  ["const list = process.env.X_KEY?.split(',') ?? [];", "default"],
  [`const key = config.get("X_KEY", "default");`, "default"],
  [`const key = env("X_KEY", 3000);`, "default"],
  [`const on = env.bool("X_KEY", true);`, "default"],
  [`const key = getEnv("X_KEY", true);`, "asserted"],
  [`const key = env.get("X_KEY").default("a").asString();`, "default"],
  ["const key = process.env.X_KEY;\nconst used = key || 'a';", "plain", "default"],
  // The program gives it itself.
  ["process.env.X_KEY ||= 'a';", "given"],
  ["process.env.X_KEY = process.env.X_KEY ?? addressOf(folder);", "given", "default"],
  ["process.env.X_KEY ??= process.env.Y_KEY;", "default"],
  // The same variable from wherever the program runs.
  ["const key = env.X_KEY || context.env.X_KEY;\nimport { env } from 'node:process';", "plain", "quieted"],
  // Given to a Worker.
  ["export default { async fetch(request, env) { if (!env?.X_KEY) throw new Error('no'); } };", "checked"],
  ["export default { async fetch(request: Request, env: Env) { start(env.X_KEY, env.STORE.get('a')); } };", "quieted"],
  // Only quieted.
  ["const key = process.env.X_KEY || '';", "quieted"],
  [`const key = process.env.X_KEY ?? "";`, "quieted"],
  // Asked for first.
  ["if (process.env.X_KEY) start();", "guarded"],
  ["if (process.env.X_KEY) { start(process.env.X_KEY!); }", "guarded"],
  ["const on = !!process.env.X_KEY;", "guarded"],
  ["const on = Boolean(process.env.X_KEY);", "guarded"],
  ["const on = process.env.X_KEY === 'true';", "guarded"],
  ["const on = 'true' === process.env.X_KEY;", "guarded"],
  ["const a = process.env.X_KEY ? make(process.env.X_KEY) : null;", "guarded"],
  ["process.env.X_KEY && start(process.env.X_KEY);", "guarded"],
  ["const all = [...(process.env.X_KEY ? [make({ key: process.env.X_KEY! })] : [])];", "guarded"],
  ["if (!process.env.X_KEY) return null;", "skipped"],
  ["const all = !_.isEmpty(process.env.X_KEY) ? a : b;", "guarded"],
  ["const on = (a && process.env.X_KEY) || 'b';", "default"],
  ["const port = parseInt(process.env.X_KEY!) || 3000;", "default"],
  [`const on = Deno.env.has("X_KEY");`, "guarded"],
  ["if (!(process.env.X_KEY && process.env.Y_KEY)) throw new Error('no');", "checked"],
  ["try { return parse(process.env.X_KEY); } catch { return null; }", "guarded"],
  ["try { return parse(process.env.X_KEY); } catch { throw new Error('no'); }", "plain"],
  // No text, but a store.
  ["const db = process.env.X_KEY as unknown as D1Database;", "given"],
  // What is made of it is asked for.
  [
    "const key = process.env.X_KEY ? Buffer.from(process.env.X_KEY) : null;\nif (!key) throw new Error('no');",
    "guarded",
    "checked",
  ],
  // In development alone.
  ["module.exports = { development: { host: process.env.X_KEY }, production: {} };", "tooling"],
  ["module.exports = { development: { host: 'a' }, production: { host: process.env.X_KEY } };", "plain"],
  ["module.exports = { development: { host: process.env.X_KEY } };", "plain"],
  ["const key = process.env.NODE_ENV === 'production' ? a : process.env.X_KEY;", "tooling"],
  ["if (process.env.NODE_ENV !== 'production') { start(process.env.X_KEY); }", "tooling"],
  ["const isDev = process.env.NODE_ENV !== 'production';\nuse(isDev ? process.env.X_KEY : 'a');", "tooling"],
  ["const isDev = process.env.NODE_ENV === 'development';\nuse(isDev ? 'a' : process.env.X_KEY);", "plain"],
  ["const live = process.env.NODE_ENV === 'production';\nif (!live) { start(process.env.X_KEY); }", "tooling"],
  ["const key = process.env.NODE_ENV === 'production' ? process.env.X_KEY : a;", "plain"],
  ["if (!process.env.X_KEY) { console.warn('no key'); return; }", "guarded"],
  ["if (ready && process.env.X_KEY) start();", "guarded"],
  ["const key = process.env.X_KEY ?? undefined;", "guarded"],
  ["if (typeof process.env.X_KEY !== 'undefined') start();", "guarded"],
  ["if (process.env.ON) { start(process.env.X_KEY); }", "guarded"],
  ["const key = process.env.ON ? process.env.X_KEY : 'a';", "guarded"],
  // Not read.
  ["process.env.X_KEY = 'a';"],
  ["delete process.env.X_KEY;"],
  ["// process.env.X_KEY"],
  ["/* process.env.X_KEY */"],
  ["const text = 'process.env.X_KEY';"],
  ["<p>Set <code>{'process.env.X_KEY'}</code></p>"],
  [`vi.stubEnv("X_KEY", "a");`],
];

describe("readJavaScript", () => {
  for (const [source, ...needs] of uses) {
    it(`${needs.join(" and ") || "nothing"}: ${source.replaceAll("\n", " ")}`, () => {
      expect(needsOf(source)).toEqual(needs);
    });
  }

  it("does not take production for a switch", () => {
    expect(needsOf("if (process.env.NODE_ENV === 'production') { start(process.env.X_KEY); }")).toEqual(["plain"]);
  });
  it("takes the second of two names as the other way", () => {
    const sightings = read("const a = process.env.A_URL || process.env.B_URL;");
    expect(sightings.find(({ key }) => key === "B_URL")?.alternativeOf).toBe("A_URL");
  });
  it("hands a replacement at the end of a chain to all of it", () => {
    const sightings = read("const a = process.env.A_URL || process.env.B_URL || 'x';");
    expect(sightings.map(({ key, need }) => [key, need])).toEqual([
      ["A_URL", "default"],
      ["B_URL", "default"],
    ]);
  });
  it("stops following a name where its scope ends", () => {
    const source =
      "function a() { const key = process.env.X_KEY; use(key); }\nfunction b(key) { if (!key) throw new Error(); }";
    expect(needsOf(source)).toEqual(["plain"]);
  });
  it("knows what a configuration file gives itself", () => {
    const source = "export default { env: { version: pkg.version, X_KEY: process.env.X_KEY } }";
    expect(read(source, "next.config.ts").map(({ key, need }) => [key, need])).toEqual([
      ["X_KEY", "plain"],
      ["version", "given"],
    ]);
  });
  it("takes no setting of what a configuration file gives for a variable", () => {
    const source = `export default { env: { ...more, browser: true, nested: { X_KEY: "a" }, LIST: ["B_KEY: x"] } }`;
    expect(read(source, "vite.config.ts").map(({ key, need }) => [key, need])).toEqual([
      ["nested", "given"],
      ["LIST", "given"],
    ]);
  });
  it("says where, and that import.meta.env is inlined", () => {
    expect(read("\nuse(import.meta.env.X_KEY)")[0]).toMatchObject({ offset: 5, when: "build", path: "src/a.ts" });
  });
  it("reads 100,000 lines without choking", () => {
    const source = `${"const a = f(b.c, 'text', `x ${y}`); // why\n".repeat(100_000)}use(process.env.X_KEY);`;
    const start = performance.now();
    expect(needsOf(source)).toEqual(["plain"]);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
