/** Variables that code names by a constant instead of a text: `process.env[Keys.API_KEY]`, `configService.get(ENV_API_KEY)`. */
import { closing } from "../code.ts";
import type { Found } from "./links.ts";
import { type Script, useOf } from "./need.ts";

/** A member of an object of names, or a constant; the place where a variable is asked for by it. */
const asked =
  /(?:\bprocess\.env\s*\[|onfigService\s*[?!]?\.\s*(?:get|getOrThrow)\s*(?:<[^<>()]*(?:<[^<>()]*>)?[^<>()]*>)?\(\s*)\s*(?:([A-Za-z_$][\w$]*)\s*\.\s*)?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\s*(?=([\],)]))/g;
/** Names of objects that hold names of variables: `EnvKeys`, `ENV`, `ConfigKey`, `Environment`. */
const holdsNames = /env|key|config|variable|secret/i;

export function readNamedKeys(script: Script, found: Found[]): void {
  const { code, text } = script;
  let said: Map<string, string> | undefined;
  for (const match of code.matchAll(asked)) {
    const [whole, owner, constant, end] = match;
    const key =
      owner === undefined
        ? valueOf(constant!, (said ??= constantsIn(text)))
        : holdsNames.test(owner)
          ? constant!
          : undefined;
    if (key === undefined) continue;
    const last = match.index + whole.length;
    const isCall = end !== "]";
    const open = isCall ? code.lastIndexOf("(", last) : last;
    const span = { start: match.index, end: (isCall ? closing(code, open) : last) + 1 };
    const use = /getOrThrow/.test(whole)
      ? { need: "checked" as const }
      : end === ","
        ? { need: "default" as const }
        : useOf(script, span);
    found.push({ key, use, when: "run", offset: match.index });
  }
}

/** What a constant of the script says, or one that a name for variables marks: `ENV_API_KEY` of another file. */
function valueOf(constant: string, said: ReadonlyMap<string, string>): string | undefined {
  return said.get(constant) ?? /^ENV_([A-Z]\w+)$/.exec(constant)?.[1];
}

/** What the constants of the script say, each where it is first said. */
function constantsIn(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name, value] of text.matchAll(
    /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b(?=[^=\n;]{0,40}=\s*["'`]([A-Z][A-Z0-9_]+)["'`])/g,
  ))
    if (!found.has(name!)) found.set(name!, value!);
  return found;
}

/** Sequelize reads the variable its settings name. */
export function readSequelize({ code, text }: Script, found: Found[]): void {
  if (!code.includes("use_env_variable")) return;
  for (const match of code.matchAll(/\buse_env_variable\s*:\s*["'`]/g)) {
    const key = /^[A-Z_]\w*/.exec(text.slice(match.index + match[0].length))?.[0];
    if (key !== undefined) found.push({ key, use: { need: "plain" }, when: "run", offset: match.index });
  }
}
