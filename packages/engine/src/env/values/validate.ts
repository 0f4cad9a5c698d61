/** Whether values can be right: one by one by kind, and together. Says what is wrong without repeating a value. */
import type { EnvVariable } from "../../detect/detection.ts";
import { DeployError } from "../../error.ts";
import { isPlaceholder } from "../told/example.ts";
import { kindOf } from "./kinds.ts";
import { checkName, checkValue, faultsOfAmount, namesThatDifferInCase } from "./names.ts";
import { isPublic, isSensitive, type VariableRule, ruleFor, splitPrefix } from "../rules.ts";

export type Verdict = { ok: true } | { ok: false; message: string; hint?: string };

/**
 * Whether `value` can be the value of `key`. The kind is that given, else the one the name implies, else any text is right.
 * An empty value is no kind's. Throws INVALID_CONFIG for a kind that does not exist.
 */
export function validateVariable(key: string, value: string, kind?: string): Verdict {
  const id = kind ?? ruleFor(key)?.kind;
  const checker = id === undefined ? null : kindOf(id);
  if (kind !== undefined && checker === null) {
    throw new DeployError("INVALID_CONFIG", {
      what: `There is no kind of value called ${JSON.stringify(kind)}.`,
      where: key,
      next: "Leave it out, or use pattern:<regular expression>.",
    });
  }
  if (value === "") return { ok: false, message: "is empty" };
  if (checker === null) return { ok: true };
  const fault = checker.check(value);
  if (fault === null) return { ok: true };
  if (value !== value.trim() && checker.check(value.trim()) === null) {
    return {
      ok: false,
      message: "has white space before or after it",
      hint: "A line break at the end comes from echo; use printf %s",
    };
  }
  if (/^(["']).*\1$/s.test(value) && checker.check(value.slice(1, -1)) === null) {
    return { ok: false, message: "has quotes around it that belong to a file or shell, not to the value" };
  }
  return { ok: false, ...fault };
}

export interface Remark {
  key: string;
  /** A predicate without the key, such as `is empty`: print them side by side. */
  message: string;
  hint?: string;
}

export interface CheckedVariables {
  /** Required and not there, or empty. */
  missing: Remark[];
  /** There, and cannot be right. */
  invalid: Remark[];
  /** There, and useless without another that is not. */
  dependencies: (Remark & { needs: string[] })[];
  /** There, and read by nothing that was seen. */
  unused: Remark[];
  /** May be right; look at it. */
  warnings: Remark[];
}

/** What is wrong with `values` for a project that reads `variables`. Every list is sorted by key. */
export function checkVariables({
  variables,
  values,
  allowEmpty = false,
}: {
  variables: readonly EnvVariable[];
  values: Readonly<Record<string, string>>;
  /** An empty value of a required variable counts as given. */
  allowEmpty?: boolean;
}): CheckedVariables {
  const known = new Map(variables.map((variable) => [variable.key, variable]));
  const result: CheckedVariables = { missing: [], invalid: [], dependencies: [], unused: [], warnings: [] };
  for (const variable of variables) {
    const value = values[variable.key];
    if (!variable.required || (value !== undefined && (value !== "" || allowEmpty))) continue;
    const rule = ruleFor(variable.key);
    result.missing.push(
      remark(variable.key, value === undefined ? "is not set" : "is empty", rule?.from ?? variable.description),
    );
  }
  for (const [key, value] of Object.entries(values)) {
    const fault = faultOf(key, value, known.get(key)?.validation);
    if (fault) result.invalid.push(fault);
    else result.warnings.push(...warningsFor(key, value, known.get(key)));
    if (value !== "") result.dependencies.push(...missingCompanions(key, values));
    if (variables.length > 0 && !known.has(key))
      result.unused.push({ key, message: "is set and read by nothing that was found" });
  }
  for (const message of faultsOfAmount(values)) result.invalid.push({ key: "variables", message });
  for (const group of namesThatDifferInCase(Object.keys(values))) {
    result.warnings.push({ key: group[0]!, message: `differs from ${group.slice(1).join(", ")} only in case` });
  }
  result.warnings.push(...mixedModes(values));
  for (const remarks of Object.values(result))
    remarks.sort((a: Remark, b: Remark) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return result;
}

function faultOf(key: string, value: string, kind: string | undefined): Remark | null {
  for (const check of [() => checkName(key), () => checkValue(value)]) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      return remark(key, error.text.what.replace(/^The value /, "").replace(/\.$/, ""), error.text.next);
    }
  }
  if (value === "") return null;
  const verdict = validateVariable(key, value, kind !== undefined && kindOf(kind) !== null ? kind : undefined);
  return verdict.ok ? null : remark(key, verdict.message, verdict.hint);
}

function warningsFor(key: string, value: string, variable: EnvVariable | undefined): Remark[] {
  const warnings: Remark[] = [];
  const rule = ruleFor(key);
  if (value === "") return warnings;
  if (value !== value.trim())
    warnings.push(remark(key, "has white space before or after it", "It is kept exactly as it is"));
  if (
    isPublic(key) &&
    (rule?.sensitive === true || /_(?:SECRET|PASSWORD|PRIVATE_KEY|SERVICE_ROLE(?:_KEY)?)$/.test(key))
  ) {
    warnings.push(
      remark(key, "reaches the browser by its name, and looks like a secret", `Take off ${splitPrefix(key).prefix}`),
    );
  }
  const isAddress = /^(?:[a-z][a-z0-9+]*:)?\/\//i.test(value) || rule?.kind === "hostname";
  if (isAddress && /(?:\/\/|@|^)(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?=[:/]|$)/i.test(value)) {
    warnings.push(remark(key, "names this machine, which means another one where the program runs"));
  }
  if ((variable?.sensitive ?? isSensitive(key)) && value.length < 200 && isObviousPlaceholder(value)) {
    warnings.push(remark(key, "looks like the placeholder of an example"));
  }
  if (rule?.kind === "secret" && value.length < 32) {
    warnings.push(remark(key, `has ${value.length} characters; 32 or more are better`));
  }
  return warnings;
}

function isObviousPlaceholder(value: string): boolean {
  return (
    isPlaceholder(value) &&
    /your|change[-_ ]?(?:me|this)|replace|placeholder|xxxx|^<.*>$|^\.\.\.$|todo|_here$/i.test(value)
  );
}

/** What else must be set beside `key`: `OAuth id` needs its secret, a Clerk key its other half. */
function missingCompanions(key: string, values: Readonly<Record<string, string>>): (Remark & { needs: string[] })[] {
  const rule = ruleFor(key);
  if (!rule?.needs) return [];
  const bare = splitPrefix(key).bare.replace(/^NUXT_/, "");
  const set = new Set(
    Object.entries(values).flatMap(([name, value]) =>
      value === "" ? [] : [name, splitPrefix(name).bare.replace(/^NUXT_/, "")],
    ),
  );
  return rule.needs.flatMap((needs) => {
    const names = filled(needs, rule, bare).split("|");
    if (names.some((name) => set.has(name))) return [];
    const wanted = names[0]!;
    const callback = rule.callback?.startsWith("/")
      ? `, and the vendor ${filled(rule.callback, rule, bare).toLowerCase()} as callback address`
      : "";
    return [{ ...remark(key, `needs ${wanted} beside it${callback}`, ruleFor(wanted)?.from), needs: names }];
  });
}

function filled(text: string, rule: VariableRule, bare: string): string {
  return text.replaceAll("$1", rule.name.exec(bare)?.[1] ?? "");
}

/** A live key beside a test key of the same vendor: payments that seem to work and do not. */
function mixedModes(values: Readonly<Record<string, string>>): Remark[] {
  return ["STRIPE", "CLERK"].flatMap((vendor) => {
    const modes = Object.entries(values).flatMap(([key, value]) => {
      const mode = key.includes(vendor) ? /^[psr]k_(live|test)_/.exec(value)?.[1] : undefined;
      return mode === undefined ? [] : [{ key, mode }];
    });
    const [first, ...rest] = modes;
    return rest
      .filter(({ mode }) => mode !== first!.mode)
      .map(({ key, mode }) => remark(key, `is a ${mode} key, and ${first!.key} is a ${first!.mode} key`));
  });
}

function remark(key: string, message: string, hint?: string): Remark {
  return { key, message, ...(hint === undefined ? {} : { hint }) };
}

/** The result as lines of text for a terminal, worst first; empty when there is nothing to say. */
export function printChecked(result: CheckedVariables): string[] {
  return [
    ...result.missing.map((one) => line("missing", one)),
    ...result.invalid.map((one) => line("invalid", one)),
    ...result.dependencies.map((one) => line("incomplete", one)),
    ...result.warnings.map((one) => line("look at", one)),
    ...result.unused.map((one) => line("unused", one)),
  ];
}

function line(label: string, { key, message, hint }: Remark): string {
  return `${label}: ${key} ${message}${hint === undefined ? "" : ` (${hint})`}`;
}
