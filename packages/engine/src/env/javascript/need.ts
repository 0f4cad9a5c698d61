/**
 * How a place in JavaScript needs the variable it reads: decided from the code around the expression, not from types or flow.
 * All offsets are into masked code (mask.ts).
 */
import {
  blockAfter,
  closing,
  conditionAround,
  endOfExpression,
  endOfTernaryBranch,
  opening,
  skipSpace,
  skipSpaceBack,
  type Span,
} from "../code.ts";
import type { Need } from "../sighting.ts";
import { blocksOf } from "./names-in.ts";

/** A source file, masked, beside its text: strings are empty in `code` and readable in `text`. */
export interface Script {
  path: string;
  text: string;
  code: string;
}

export interface Use {
  need: Need | "set";
  /** Code that runs only when the variable is there: other variables read in it are needed only together with this one. */
  guards?: Span;
  /** Code that runs in development alone: what is read in it is not needed by what is deployed. */
  developmentOnly?: Span;
  /** Code that runs for one value of the variable, and what runs for all others. */
  choice?: Choice;
  /** Name the value is given, when the expression is all of what is assigned. */
  boundTo?: string;
  /** Offset of the expression that takes its place (`A || B`). */
  alternativeAt?: number;
  /** Named among what the program refuses to start without. */
  isInsisted?: true;
  /** Put on a list of what is missing. */
  isReported?: true;
  /** Asks whether a feature is set up. */
  asksFeature?: true;
}

export interface Choice {
  value: string;
  chosen: Span | null;
  others: Span | null;
}

/** Functions that change the type of a value and not whether it is there. */
const conversions =
  /(?:^|[^\w$.])(?:Number|parseInt|parseFloat|String|BigInt|Number\.parseInt|Number\.parseFloat|JSON\.parse|decodeURIComponent|new\s+URL|atob|trim)\s*$/;
/** Functions that ask whether a value is there. */
const questions =
  /(?:^|[^\w$])(?:Boolean|isEmpty|isNil|isUndefined|isNull|isString|isDefined|isTruthy|isSet|hasValue)\s*$/;
/** What is missing is off. */
const switchReader = /(?:(?:to|as|is|parse|read|get)?Bool(?:ean)?|isTrue|isOn|toFlag|parseFlag)\s*$/;
/** Functions of a project's own that are given a value and what takes its place: `numberOr(process.env.X, 5)`. */
const replacers =
  /(?:[dD]efault\w*|[fF]allback\w*|Or(?:[A-Z]\w*)?|(?<!\w)or[A-Z]\w*|(?<!\w)(?!parse(?:Int|Float)\b)(?:to|as|get|read|parse)(?:Env)?(?:Pos\w*|Int|Integer|Number|Num|Bool|Boolean|Port|Float|Flag|List|Array|String|Str|Csv|Duration|Ms)\w*)\s*$/;
const checks =
  /(?:invariant|assert\w*|ensure\w*|require[ds]?|mustExist|must|nonNull|notNull|nullthrows|check\w*)(?:\.ok|\.strictEqual|\.equal)?\s*$/i;
/** Clients that throw when they are made, or sign in, without their key. */
const insists = /(?:\b(?:client|bot|this|\w*[cC]lient)\??\.login|\bnew\s+(?:Telegraf|Stripe|Resend))\s*$/;
/** Code that ends the program, or what it was doing. */
export const stops: RegExp =
  /\bthrow\b|process\.exit|Deno\.exit|\b(?:reject|fail|fatal|abort|panic|die|invariant)\s*\(/;
const refuses =
  /status(?:Code)?\s*[:=(]\s*(?:5\d\d|40\d)|createError|\bnew\s+Error|\b(?:is)?[vV]alid\s*:\s*false|(?<!console\.|logger\.)\berror\s*[:(]|not\s+configured|\breturn\s+(?:err(?:Async)?|fail(?:ure)?)\s*\(/i;

/** A block that says that something is wrong, and does nothing about it. */
const complains = /^\W*(?:console|logger|log)\.error\s*\([^()]*\)\s*;?(?:\s*[\w$]+\s*(?:\+\+|\+=\s*\d+)\s*;?)?\W*$/;

/** What a platform binds to a program, which is no text: a store, a queue, another program. */
const isBinding =
  /^\s*as\s+(?:unknown\s+as\s+)?(?:D1Database|KVNamespace|R2Bucket|DurableObjectNamespace|Queue|Fetcher|Hyperdrive|Vectorize\w*|Ai|AnalyticsEngineDataset)\b/;

/** The use made of the expression at `span`. */
export function useOf(script: Script, span: Span): Use {
  const { code } = script;
  if (isBinding.test(code.slice(span.end, span.end + 60))) return { need: "given" };
  if (isHandedAtOnce(script, span)) return { need: "asserted", isInsisted: true };
  const claim = claimAfter(code, span.end);
  if (claim > 0) {
    // `X!` and `X as string` change nothing about what follows: parseInt(process.env.PORT!) || 3000.
    const use = useOf(script, { start: span.start, end: claim });
    return use.need === "plain" ? { ...use, need: "asserted" } : use;
  }
  // `X as string | undefined`: whoever reads it so knows that it may be missing.
  const doubt = /^\s*as\s+string\s*\|\s*(?:undefined|null)\b/.exec(code.slice(span.end, span.end + 60));
  if (doubt) {
    const use = useOf(script, { start: span.start, end: span.end + doubt[0].length });
    return use.need === "plain" ? { ...use, need: "guarded" } : use;
  }
  // What is trimmed is the same value.
  const trimmed = /^\s*\??\.\s*trim\(\s*\)/.exec(code.slice(span.end, span.end + 60));
  if (trimmed) return useOf(script, { start: span.start, end: span.end + trimmed[0].length });
  let { start, end } = span;
  /** `new URL(X)`, `X.split(",")` and `jwt.sign(token, X)` throw without it. */
  let isParsed = false;
  // Widen over parentheses and conversions: Number(process.env.PORT) || 3000.
  for (let round = 0; round < 4; round++) {
    const after = skipSpace(code, end);
    const before = skipSpaceBack(code, start);
    if (code[before] !== "(") break;
    const head = code.slice(Math.max(0, before - 40), before);
    if (code[after] === "," && replacers.test(head) && isLiteralAt(script.text, skipSpace(code, after + 1)))
      return { need: "default" };
    const isRadix = code[after] === "," && /parseInt\s*$/.test(head);
    const close = isRadix ? code.indexOf(")", after) : after;
    if (close < 0 || code[close] !== ")") break;
    if (/\b(?:if|while)\s*$/.test(head)) return askedFor(script, close + 1);
    // What a function of the project's own answers is there, or the function has stopped.
    const isRead = code[span.end - 1] !== ")";
    if (questions.test(head) || (isRead && switchReader.test(head))) return { need: "guarded" };
    const converter = conversions.exec(head);
    if (converter && /\bURL\s*$/.test(converter[0])) isParsed = true;
    if (converter) start = before - converter[0].length + (/^[^\w$.]/.test(converter[0]) ? 1 : 0);
    else if (/[\w$\]]\s*(?:<[^<>()]*>\s*)?$/.test(head) && !/\b(?:return|await|typeof|in|of|case)\s*$/.test(head)) {
      const or = /^\s*(?:\|\||\?\?)/.exec(code.slice(close + 1, close + 20));
      if (or && isLiteralAt(script.text, skipSpace(code, close + 1 + or[0].length))) return { need: "default" };
      break;
    } else start = before;
    end = close + 1;
  }
  const before = skipSpaceBack(code, start);
  const previous = code[before];
  // `!key.startsWith("a")` asks something else, and fails without a key.
  if (previous === "!" && code[before - 1] !== "=" && code[skipSpace(code, end)] !== ".") {
    let first = before;
    while (code[first - 1] === "!") first--;
    return (before - first) % 2 === 1 ? guardUse(script, end) : negated(script, first, end);
  }
  const head = code.slice(Math.max(0, before - 12), before + 1);
  if (/\btypeof$/.test(head)) {
    const test = conditionAround(code, start);
    if (test && /^\s*===?\s*["'`]undefined["'`]\s*$/.test(script.text.slice(end, test.end)))
      return { need: consequence(script, test.end + 1) };
    return { need: "guarded", ...(test && !test.isNegated ? { guards: blockAfter(code, test.end + 1) } : {}) };
  }
  if (/\bdelete$/.test(head)) return { need: "set" };
  const at = skipSpace(code, end);
  const next = code[at];
  if (next === ")" && (previous === "&" || previous === "|") && !conditionAround(code, start)) {
    // `(a && X) || "b"`: what follows the parentheses decides.
    const open = opening(code, start);
    const converter = open < 0 ? null : conversions.exec(code.slice(Math.max(0, open - 40), open));
    if (open >= 0 && (converter || !/[\w$\])]\s*$/.test(code.slice(Math.max(0, open - 10), open)))) {
      const whole = useOf(script, { start: converter ? open - converter[0].trimStart().length : open, end: at + 1 });
      if (whole.need === "default" || whole.need === "quieted") return whole;
    }
  }
  const two = code.slice(at, at + 2);
  if (next === "=" && two !== "==" && two !== "=>") return { need: givesItself(code, span, at + 1) ? "given" : "set" };
  if (two === "||" || two === "??") {
    if (code[at + 2] === "=") return { need: readsEnvironment(code, at + 3) ? "default" : "given" };
    if (isSameElsewhere(code, span, at + 2)) return { need: "plain" };
    const use = replacement(script, at + 2);
    // `const key = A || B`: what is asked of the name is asked of both; `const kind = A || "local"` is chosen by.
    const isNamed = use.alternativeAt !== undefined || use.need === "default" || use.need === "quieted";
    return isNamed ? { ...use, ...bound(code, start, () => endOfExpression(code, at + 2)) } : use;
  }
  if (two === "&&") {
    const test = conditionAround(code, start);
    if (test?.isNegated) return { need: consequence(script, test.end + 1) };
    if (test) return { need: "guarded", guards: blockAfter(code, test.end + 1) };
    return { need: "guarded", guards: { start: at + 2, end: endOfExpression(code, at + 2) } };
  }
  if (two === "==" || two === "!=") return compared(script, at, start);
  if (next === "?") {
    if (code[at + 1] === ".") return chained(script, at);
    return { ...chosenBy(script, at), ...bound(code, start, () => endOfExpression(code, at)) };
  }
  // More, or less, than nothing is never reached: `if (count > process.env.LIMIT)`.
  if (/[^=]>$|[^=]<$|[<>]=$/.test(head) && /[\w$)\]]\s*[<>]=?$/.test(head)) return { need: "guarded" };
  if (previous === "=" && /[=!]==?$/.test(head) && isLiteralBefore(code, before)) return { need: "guarded" };
  if (previous === "(" && checks.test(code.slice(Math.max(0, before - 30), before))) return { need: "checked" };
  if (previous === "(" && insists.test(code.slice(Math.max(0, before - 30), before))) return { need: "asserted" };
  // `mode !== "production" || process.env.X`: the question is answered either way.
  if (previous === "|" && /[=!]==?\s*["'`\w.\s]+\|\|$/.test(code.slice(Math.max(0, before - 60), before + 1)))
    return { need: "guarded" };
  if (previous === "&" || previous === "|") {
    const test = conditionAround(code, start);
    if (test?.isNegated) return { need: consequence(script, test.end + 1) };
    if (test) return { need: "guarded", guards: blockAfter(code, test.end + 1) };
  }
  if (/^\.\s*(?:split|replace(?:All)?)\s*\(/.test(code.slice(at, at + 16))) isParsed = true;
  const isExpected = /:\s*string\s*\|\s*(?:undefined|null)\s*=\s*$/.test(code.slice(Math.max(0, start - 60), start));
  isParsed ||= throwsWithout.test(code.slice(Math.max(0, start - 200), start));
  if (next === "," && endsInValue(script, start)) return { need: "default" };
  return { need: isParsed ? "asserted" : isExpected ? "guarded" : "plain", ...bound(code, start, () => end) };
}

/** Clients that do not come into being without their key, tokens without theirs, and who signs people in. */
const throwsWithout =
  /\bnew\s+(?:OpenAI|Stripe|Resend)\s*\(\s*(?:\{[^{}]*?\bapiKey\s*:\s*)?$|\b(?:jwt|JWT|jsonwebtoken)\.(?:sign|verify)\s*\((?:[^(){};]|\{[^{}]*\}|\([^()]*\))*,\s*$|<(?:Auth0Provider\b[^<>]*\b(?:domain|clientId)|ClerkProvider\b[^<>]*\bpublishableKey)=\{\s*$/;

/** `const client = require("stripe")(X, Y);` at the head of a file: it is made, or fails, as the file is loaded. */
function isHandedAtOnce({ code, text }: Script, { start, end }: Span): boolean {
  if (!/^\s*[,)]/.test(code.slice(end, end + 20))) return false;
  const line = text.slice(text.lastIndexOf("\n", start) + 1, start);
  return /^(?:const|let|var)\s[^;]*\brequire\(\s*["'](?:stripe|twilio)["']\s*\)\s*\([^;{}()]*$/.test(line);
}

/** `[X, Y, 3000].find(…)`: the first that is there is taken, and the last always is. */
function endsInValue({ code, text }: Script, start: number): boolean {
  const close = code.indexOf("]", start);
  if (close < 0 || !/\[[^[\](){};]*$/.test(code.slice(Math.max(0, start - 200), start))) return false;
  const last = skipSpace(code, code.lastIndexOf(",", close) + 1);
  return isLiteralAt(text, last) && /^\s*\.\s*(?:map|find|filter)\s*\(/.test(code.slice(close + 1, close + 30));
}

/** What follows `if (X)`: it can be done without, unless the other branch stops, at least in production. */
function askedFor(script: Script, from: number): Use {
  const { code, text } = script;
  const then = blockAfter(code, from);
  const other = /^[\s;}]*else\b(\s*if\s*(?=\())?/.exec(code.slice(then.end, then.end + 60));
  if (other) {
    const at = then.end + other[0].length;
    const condition = other[1] === undefined ? null : { start: at, end: closing(code, at) };
    const isMeant = condition === null || /["'`]production["'`]/.test(text.slice(condition.start, condition.end));
    const block = blockAfter(code, condition === null ? at : condition.end + 1);
    if (isMeant && stops.test(code.slice(block.start, block.end))) return { need: "checked" };
  }
  return { need: "guarded", guards: then };
}

/** `env.X = env.X ?? "…"`: from here on everything finds a value. */
function givesItself(code: string, { start, end }: Span, from: number): boolean {
  const self = code.slice(start, end).replace(/[.$?[\]]/g, "\\$&");
  const again = new RegExp(`^\\s*${self}\\s*(?:\\?\\?|\\|\\|)`).exec(code.slice(from, from + 120));
  if (again === null || readsEnvironment(code, from + again[0].length)) return false;
  return !/^\s*(?:undefined|null)\b/.test(code.slice(from + again[0].length));
}

function readsEnvironment(code: string, from: number): boolean {
  return /\benv\b/.test(code.slice(from, endOfExpression(code, from)));
}

/** `env.KEY || context.env.KEY`: the same variable, from wherever the program runs. */
function isSameElsewhere(code: string, { start, end }: Span, from: number): boolean {
  const key = /\.\s*(\w+)$/.exec(code.slice(start, end))?.[1];
  if (key === undefined) return false;
  const other = /^\s*[\w$]+(?:\??\.\w+)*\??\.(\w+)\b(?!\s*(?:[.(|[]|\?\?))/.exec(code.slice(from, from + 120));
  return other?.[1] === key;
}

/** Offset behind `!` or `as string` at `from`, or 0. */
function claimAfter(code: string, from: number): number {
  const at = skipSpace(code, from);
  if (code[at] === "!" && code[at + 1] !== "=") return at + 1;
  const cast =
    /^as\s+(?:unknown\s+as\s+)?(?:(?:string|any|[A-Z]\w*)\b(?!\s*\|(?!\|)|\.)|["'][^"']*["'](?:\s*\|\s*["'][^"']*["'])*(?!\s*\|))/.exec(
      code.slice(at, at + 160),
    );
  return cast ? at + cast[0].length : 0;
}

function guardUse(script: Script, end: number): Use {
  const { code } = script;
  const at = skipSpace(code, end);
  if (code.slice(at, at + 2) === "&&")
    return { need: "guarded", guards: { start: at, end: endOfExpression(code, at + 2) } };
  return code[at] === "?" ? chosenBy(script, at) : { need: "guarded" };
}

/** `X ? a : b`, from the question mark on. */
function chosenBy({ code, text }: Script, at: number): Use {
  const middle = endOfTernaryBranch(code, at + 1);
  const otherwise = skipSpace(code, middle + 1);
  if (isNoValue(text.slice(otherwise, otherwise + 60))) return { need: "quieted" };
  if (demands.test(code.slice(otherwise, otherwise + 40)))
    return { need: "checked", guards: { start: at + 1, end: middle } };
  const isStoodIn =
    nameOfClass.test(code.slice(at + 1, at + 60)) && nameOfClass.test(code.slice(middle + 1, middle + 60));
  return { need: "guarded", guards: { start: at + 1, end: middle }, ...(isStoodIn ? { asksFeature: true } : {}) };
}

/** `X ? parse(X) : missing("X")` */
const demands = /^(?:(?:throw|raise|fail|die|panic|never|missing|required)\w*)\s*\(/;

/** `X ? StripePayments : FakePayments`: without it another one takes its place. */
const nameOfClass = /^[ \t]*(?:new\s+)?[A-Z]\w*[a-z]\w*\s*(?:[:;,)(]|$)/m;

/** A text in place of a value that only tells people to give one: `"enter-your-key-here"`, `"https://example.supabase.co"`. */
const saysNothing =
  /^(["'`])(?:(?:(?:my|super|top|jwt|session)[-_ ]?){0,2}secret(?:[-_ ]?key)?|https?:\/\/(?:example|your[\w-]*|x{3,}|placeholder)\.(?!com\b|org\b|net\b)[\w.-]+|(?=[^"'`\n]*\b(?:your(?! (?:app|application|company|name|site|store|shop|brand|project|team)["'`])|change[-_ ]?me|replace[-_ ]?me|no (?:api[-_ ]?)?key|not[-_ ](?:set|found|defined|configured)|placeholder|dummy|undefined)\b)[^"'`\n]*)\1/i;

/** `"JWT_SECRET"`: the name, its own or another's, and no value. */
const saysName = /^(["'`])(?:[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*(?:SECRET|KEY|TOKEN|PASSWORD)|your_\w*)\1/;

function isNoValue(text: string): boolean {
  return saysNothing.test(text) || saysName.test(text);
}

/** What stands in for a missing value: `|| "x"` replaces it, `|| ""` only quiets the compiler, `?? throw…` demands it. */
function replacement(script: Script, from: number): Use {
  const { code, text } = script;
  const at = skipSpace(code, from);
  const rest = code.slice(at, at + 160);
  if (/^(?:\(\s*)?(?:""|''|``)/.test(text.slice(at, at + 4))) {
    const after = skipSpace(code, at + 2);
    // `(X ?? "").split(",")`: an empty list is as good as any.
    if (/^\)\s*\.\s*split\b/.test(code.slice(after, after + 20))) return { need: "default" };
    return code.slice(after, after + 2) === "||" ? replacement(script, after + 2) : { need: "quieted" };
  }
  if (isNoValue(text.slice(at, at + 120))) return { need: "quieted" };
  if (/^(?:undefined|null|void 0)\b/.test(rest)) return { need: "guarded" };
  if (/^(?:\(\s*(?:\(\)|function)|throw\b|raise|fail|die|panic|never|missing\w*\(|required\w*\()/.test(rest)) {
    return stops.test(code.slice(at, endOfExpression(code, at))) ||
      /^(?:throw|raise|fail|die|panic|never|missing|required)/.test(rest)
      ? { need: "checked" }
      : { need: "default" };
  }
  if (/^(?:process\.env|import\.meta\.env|Bun\.env|env)\b/.test(rest)) return { need: "plain", alternativeAt: at };
  return { need: "default" };
}

function negated(script: Script, mark: number, end: number): Use {
  const { code } = script;
  const test = conditionAround(code, mark);
  if (test) {
    const condition = code.slice(test.start, test.end);
    // `!a && !b`: one of the two is enough.
    const isOneOfSeveral =
      /&&/.test(condition) && (condition.match(/!\s*(?:process|import|Bun|env)\b/g) ?? []).length > 1;
    if (isOneOfSeveral) return { need: "guarded" };
    const need = consequence(script, test.end + 1);
    // `if (!key || request.key !== key) return 401`: without a key nobody is let in, and the rest works.
    const isComparedWithRequest = need === "asserted" && /\|\|[^|]*!==?/.test(condition);
    if (isComparedWithRequest) return { need: "guarded" };
    if (need === "guarded" && givesInDevelopment(script, test)) return { need: "plain" };
    const rest = need === "skipped" || need === "guarded" ? restBehind(script, test.end + 1) : null;
    return { need, ...(rest ? { guards: rest } : {}) };
  }
  const at = skipSpace(code, end);
  // `const missing = !process.env.X` and `!process.env.X && …` say nothing of failing; `!x ? die() : …` is rare.
  if (code.slice(at, at + 2) === "&&" && stops.test(code.slice(at, endOfExpression(code, at + 2))))
    return { need: "checked" };
  return { need: "guarded" };
}

/** What happens when the variable is missing, from the statement after the condition. */
function consequence(script: Script, from: number): Need {
  const block = blockAfter(script.code, from);
  const code = script.code.slice(block.start, block.end);
  if (stops.test(code)) return "checked";
  const isWarned = /console\.(?:warn|log|info)|logger?\.warn/.test(code);
  if (refuses.test(script.text.slice(block.start, block.end)) && !isWarned) return "asserted";
  // Who only complains of it goes on to use it.
  if (complains.test(code)) return "plain";
  return /^\W*return\b/.test(code) && !isWarned ? "skipped" : "guarded";
}

/** `if (!secret && process.env.NODE_ENV !== "production") secret = random();` leaves what is deployed without one. */
function givesInDevelopment({ code, text }: Script, { start, end }: Span): boolean {
  if (!developing.test(text.slice(start, end))) return false;
  const block = blockAfter(code, end + 1);
  return /^\W*[\w$.]+\s*(?:\|\||\?\?)?=(?![=>])/.test(code.slice(block.start, block.end));
}

const developing =
  /&&[^&|]*(?:!==?\s*["']prod\w*["']|===?\s*["'](?:dev|test|local)\w*["']|!\s*(?:\w+\.)*is_?Prod\w*)|(?:!==?\s*["']prod\w*["']|===?\s*["'](?:dev|test|local)\w*["']|!\s*(?:\w+\.)*is_?Prod\w*)\s*&&/i;

/** What runs only when the block at `from` does not, which ends in a return. */
function restBehind(script: Script, from: number): Span | null {
  const { code } = script;
  const block = blockAfter(code, from);
  const isLeft = /\breturn\b[^;{}]*;?\s*$/.test(code.slice(block.start, block.end));
  return isLeft ? { start: block.end, end: blocksOf(script).endAt(block.end + 1) } : null;
}

function compared(script: Script, at: number, start: number): Use {
  const { code } = script;
  const operator = /^[=!]==?/.exec(code.slice(at, at + 3))![0];
  const right = code.slice(skipSpace(code, at + operator.length), at + operator.length + 30);
  const development = developmentCode(script, { at, operator, start });
  if (development) return { need: "guarded", developmentOnly: development };
  const isAbsent = /^(?:undefined|null|""|'')/.test(right.trimStart());
  if (!isAbsent) {
    const choice = choiceOf(script, { at, operator, start });
    return { need: "guarded", ...(choice ? { choice } : {}) };
  }
  const test = conditionAround(code, start);
  if (operator.startsWith("=") && test) return { need: consequence(script, test.end + 1) };
  return test ? { need: "guarded", guards: blockAfter(code, test.end + 1) } : { need: "guarded" };
}

/** `if (STORE === "s3") { … } else { … }`, with nothing else in the condition. */
function choiceOf(
  script: Script,
  { at, operator, start }: { at: number; operator: string; start: number },
): Choice | null {
  const { code, text } = script;
  const right = skipSpace(code, at + operator.length);
  const literal = /^(["'`])([\w.-]+)\1/.exec(text.slice(right, right + 60));
  const test = literal ? conditionAround(code, start) : null;
  if (!literal || !test || test.isNegated || skipSpace(code, right + literal[0].length) !== test.end) return null;
  if (/&&|\|\|/.test(code.slice(test.start, test.end))) return null;
  const then = blockAfter(code, test.end + 1);
  const after = skipSpace(code, then.end + 1);
  const otherwise = /^else\b/.test(code.slice(after, after + 5)) ? blockAfter(code, after + 4) : null;
  const isEqual = operator.startsWith("=");
  const other = otherwise ?? restBehind(script, test.end + 1);
  return { value: literal[2]!, chosen: isEqual ? then : other, others: isEqual ? other : then };
}

/** `MODE === "production" ? a : b` makes b a matter of development; `if (MODE !== "production") { … }` all of the block. */
function developmentCode(
  { code, text }: Script,
  { at, operator, start }: { at: number; operator: string; start: number },
): Span | null {
  const right = skipSpace(code, at + operator.length);
  const word = /^["'`](production|development|test|local|dev)["'`]/.exec(text.slice(right, right + 14));
  if (!word) return null;
  const isProduction = (word[1] === "production") === operator.startsWith("=");
  const after = skipSpace(code, right + word[0].length);
  if (code[after] === "?" && code[after + 1] !== "." && code[after + 1] !== "?") {
    const middle = endOfTernaryBranch(code, after + 1);
    return isProduction ? { start: middle, end: endOfExpression(code, middle + 1) } : { start: after, end: middle };
  }
  const test = conditionAround(code, start);
  if (!test || isProduction || code[after] !== ")") return null;
  return blockAfter(code, test.end + 1);
}

function chained(script: Script, at: number): Use {
  const { code } = script;
  const end = endOfExpression(code, at);
  return { need: /\|\||\?\?/.test(code.slice(at, end)) ? "default" : "guarded" };
}

/** The whole of `const name = <expression>`: later uses of `name` are uses of the variable. */
function bound(code: string, start: number, end: () => number): { boundTo?: string } {
  const found = /(?:const|let|var|,)\s+([A-Za-z_$][\w$]*)\s*(?::\s*[\w\s|]+)?=\s*$/.exec(
    code.slice(Math.max(0, start - 90), start),
  );
  if (!found) return {};
  const last = end();
  const at = skipSpace(code, last);
  const isEnd = at >= code.length || code[at] === ";" || code[at] === "," || code.slice(last, at).includes("\n");
  return isEnd ? { boundTo: found[1]! } : {};
}

function isLiteralAt(text: string, at: number): boolean {
  return /^(?:["'`](?!["'`])|\d|true\b|false\b|\[)/.test(text.slice(at, at + 6));
}

function isLiteralBefore(code: string, at: number): boolean {
  const left = code.slice(Math.max(0, at - 30), at + 1).replace(/\s*[=!]==?$/, "");
  return /["'`\d]$|\b(?:true|false|undefined|null)$/.test(left);
}
