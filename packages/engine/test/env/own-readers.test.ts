import { expect, it } from "vitest";
import { ownReadersIn } from "../../src/env/javascript/own-readers.ts";

const functions: [what: string, code: string, readers: Record<string, string>][] = [
  ["one that answers nothing", "function read(key) { return process.env[key]; }", { read: "never" }],
  ["an arrow", "const need = (name: string): string => { if (!env[name]) throw 0; };", { need: "always" }],
  [
    "one that fails when it is told to",
    "function read(name, required, value) { if (required && !process.env[name]) throw 0; }",
    { read: "told" },
  ],
  [
    "methods, one of which asks the other",
    "class Config {\n  getNumber(key: string) { return Number(this.getString(key)); }\n  getString(key: string) { const value = this.configService.get<string>(key); if (!value) throw 0; }\n}",
    { getString: "always", getNumber: "always" },
  ],
  ["none that looks up something else", "function read(key) { return cache[key]; }", {}],
  [
    "none that loops over names",
    "function check(list) { for (const key of list) if (!process.env[key]) throw 0; }",
    {},
  ],
];

for (const [what, code, readers] of functions) {
  it(`finds ${what}`, () => {
    expect(Object.fromEntries(ownReadersIn(code).map(({ name, demands }) => [name, demands]))).toEqual(readers);
  });
}
