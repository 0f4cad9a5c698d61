/**
 * What a framework's configuration file sets, read from its syntax tree without running it. Calls of unknown functions keep their
 * name, where it is imported from and what their object arguments say; what only a run could tell is left out.
 */
import { createRequire } from "node:module";
import { inside, type Json, type JsonObject, isObject, type Project } from "./reading.ts";

interface Node {
  type: string;
  [key: string]: unknown;
}

interface Parser {
  parseSync(name: string, text: string): { program: Node; errors: unknown[] };
}

let parser: Parser | undefined;
/** Loaded when the first configuration file is read: most projects in a batch have none, and loading takes longer than detecting. */
function parserOf(): Parser {
  parser ??= createRequire(import.meta.url)("oxc-parser") as Parser;
  return parser;
}

export interface Config {
  /** Path of the file. */
  at: string;
  /** What it exports. An object made by a call has `$call` (name) and `$from` (module it is imported from). */
  value: JsonObject;
  text: string;
}

/** In the order in which Next, Vite and Nuxt look for theirs: of two that lie side by side the first is read. */
const endings = ["js", "mjs", "ts", "mts", "cjs", "cts"];
const known = new WeakMap<Project, Map<string, Config | null>>();

/** The first of `names` (without ending, such as `vite.config`) in `directory`, read; null when there is none. A file that cannot be parsed reads as empty. */
export function configOf(project: Project, directory: string, names: readonly string[]): Config | null {
  for (const name of names) {
    const slash = name.lastIndexOf("/");
    const folder = slash < 0 ? directory : inside(directory, name.slice(0, slash));
    if (!project.tree.hasStem(folder, name.slice(slash + 1))) continue;
    for (const ending of endings) {
      const at = inside(directory, `${name}.${ending}`);
      if (project.tree.has(at)) return configAt(project, at);
    }
  }
  return null;
}

/** One configuration file by its path. */
export function configAt(project: Project, at: string): Config | null {
  let files = known.get(project);
  if (!files) known.set(project, (files = new Map()));
  const cached = files.get(at);
  if (cached !== undefined) return cached;
  const text = project.tree.text(at);
  let config: Config | null = null;
  if (text !== null) {
    let value: JsonObject = {};
    try {
      value = exportedOf(parserOf().parseSync(at, text).program);
    } catch {
      project.warnings.push({ at, message: "cannot be parsed; what it sets is not known" });
    }
    config = { at, value, text };
  }
  files.set(at, config);
  return config;
}

/** The value at `path` in `value`, or undefined. */
export function valueAt(value: Json | undefined, ...path: string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const key of path) current = isObject(current) ? current[key] : undefined;
  return current;
}

/** The string at `path`, or undefined. */
export function stringAt(value: Json | undefined, ...path: string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** Every value made by a call in `value`, at any depth; one that is in several places once. */
export function callsIn(value: Json | undefined): JsonObject[] {
  const seen = new Set<Json>();
  function gather(from: Json | undefined): JsonObject[] {
    if (typeof from !== "object" || from === null || seen.has(from)) return [];
    seen.add(from);
    const nested = Object.values(from).flatMap(gather);
    return isObject(from) && typeof from["$call"] === "string" ? [from, ...nested] : nested;
  }
  return gather(value);
}

/** Stands for the directory of the file in paths it computes (`__dirname`). */
const here = "<here>";

/**
 * A path a configuration file sets, relative to the directory it lies in: `base` is what the framework resolves plain paths against.
 * Undefined for an absolute path.
 */
export function placed(value: string, base: string): string | undefined {
  const at = value.lastIndexOf(here);
  const whole = at >= 0 ? value.slice(at + here.length) : value.startsWith("/") ? undefined : `${base}/${value}`;
  if (whole === undefined) return undefined;
  const parts: string[] = [];
  for (const part of whole.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/") || ".";
}

interface Scope {
  names: Map<string, Node>;
  imports: Map<string, string>;
  /** What the names of the file were found to stand for, by what they are bound to; one map for all scopes of a file. */
  values: Map<Node, Json | undefined>;
  depth: number;
}

function exportedOf(program: Node): JsonObject {
  const scope: Scope = { names: new Map(), imports: new Map(), values: new Map(), depth: 0 };
  const statements = program["body"] as Node[];
  let exported: Node | undefined;
  const named: [string, Node][] = [];
  const additions: [string[], Node][] = [];
  for (const statement of statements) {
    switch (statement.type) {
      case "ImportDeclaration":
        for (const specifier of statement["specifiers"] as Node[])
          scope.imports.set(
            (specifier["local"] as Node)["name"] as string,
            (statement["source"] as Node)["value"] as string,
          );
        break;
      case "ExportDefaultDeclaration":
        exported = statement["declaration"] as Node;
        break;
      case "ExportNamedDeclaration":
        if (statement["declaration"]) declare(statement["declaration"] as Node, scope, named);
        break;
      case "ExpressionStatement": {
        const expression = statement["expression"] as Node;
        if (expression.type !== "AssignmentExpression") break;
        const target = memberPath(expression["left"] as Node);
        if (target.join(".") === "module.exports" || target.join(".") === "exports.default")
          exported = expression["right"] as Node;
        else if (target[0] === "module" && target[1] === "exports")
          additions.push([target.slice(2), expression["right"] as Node]);
        else if (target[0] === "exports" && target.length > 1)
          additions.push([target.slice(1), expression["right"] as Node]);
        else if (target.length === 2) additions.push([[target[1]!], expression["right"] as Node]);
        break;
      }
      default:
        declare(statement, scope, []);
    }
  }
  const whole = exported ? evaluate(exported, scope) : null;
  const result: JsonObject = isObject(whole ?? null) ? { ...(whole as JsonObject) } : {};
  for (const [name, node] of named) {
    const value = evaluate(node, scope);
    if (value !== undefined && !(name in result)) result[name] = value;
  }
  for (const [path, node] of additions) {
    const value = evaluate(node, scope);
    if (value !== undefined && path.length === 1) result[path[0]!] = value;
  }
  return result;
}

function declare(statement: Node, scope: Scope, named: [string, Node][]): void {
  if (statement.type === "FunctionDeclaration" && statement["id"]) {
    scope.names.set((statement["id"] as Node)["name"] as string, statement);
    return;
  }
  if (statement.type !== "VariableDeclaration") return;
  for (const declaration of statement["declarations"] as Node[]) {
    const id = declaration["id"] as Node;
    const init = declaration["init"] as Node | null;
    if (!init) continue;
    if (id.type === "Identifier") {
      scope.names.set(id["name"] as string, init);
      named.push([id["name"] as string, init]);
    }
    const required = requiredModule(init);
    if (required === undefined) continue;
    if (id.type === "Identifier") scope.imports.set(id["name"] as string, required);
    else if (id.type === "ObjectPattern")
      for (const property of id["properties"] as Node[]) {
        const local = property["value"] as Node | undefined;
        if (local?.type === "Identifier") scope.imports.set(local["name"] as string, required);
      }
  }
}

function requiredModule(node: Node): string | undefined {
  let current = node;
  while (
    current.type === "MemberExpression" ||
    (current.type === "CallExpression" && (current["callee"] as Node).type !== "Identifier")
  )
    current = (current.type === "MemberExpression" ? current["object"] : current["callee"]) as Node;
  if (current.type !== "CallExpression" || (current["callee"] as Node)["name"] !== "require") return undefined;
  const first = (current["arguments"] as Node[])[0];
  return typeof first?.["value"] === "string" ? first["value"] : undefined;
}

function memberPath(node: Node): string[] {
  if (node.type === "Identifier") return [node["name"] as string];
  if (node.type !== "MemberExpression") return [];
  const before = memberPath(node["object"] as Node);
  const property = node["property"] as Node;
  const name = node["computed"] ? property["value"] : property["name"];
  return before.length > 0 && typeof name === "string" ? [...before, name] : [];
}

/** The value an expression has, as far as its text says. Undefined: not known. */
function evaluate(node: Node | null | undefined, scope: Scope): Json | undefined {
  if (!node || scope.depth > 60) return undefined;
  scope.depth += 1;
  try {
    return evaluateKnown(node, scope);
  } finally {
    scope.depth -= 1;
  }
}

/**
 * What a name that is bound to `node` stands for: worked out once, since a file may use a name in hundreds of places; not known while it is
 * being worked out, as in a function that calls itself.
 */
function boundTo(node: Node, scope: Scope): Json | undefined {
  const { values } = scope;
  if (!values.has(node)) {
    values.set(node, undefined);
    values.set(node, evaluate(node, scope));
  }
  return values.get(node);
}

function evaluateKnown(node: Node, scope: Scope): Json | undefined {
  switch (node.type) {
    case "Literal":
    case "StringLiteral":
    case "NumericLiteral":
    case "BooleanLiteral": {
      const value = node["value"];
      return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;
    }
    case "TemplateLiteral": {
      const parts = (node["quasis"] as Node[]).map((part) => (part["value"] as { cooked?: string }).cooked ?? "");
      const values = (node["expressions"] as Node[]).map((part) => evaluate(part, scope));
      if (values.some((value) => typeof value !== "string" && typeof value !== "number")) return undefined;
      return parts.map((part, index) => part + ((values[index] as string | number | undefined) ?? "")).join("");
    }
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "ParenthesizedExpression":
    case "AwaitExpression":
      return evaluate((node["expression"] ?? node["argument"]) as Node, scope);
    case "Identifier": {
      const name = node["name"] as string;
      if (name === "__dirname") return here;
      const bound = scope.names.get(name);
      if (bound) return boundTo(bound, scope);
      const from = scope.imports.get(name);
      return from === undefined ? undefined : { $name: name, $from: from };
    }
    case "ArrayExpression":
      return (node["elements"] as (Node | null)[]).map((element) =>
        element ? (evaluate(element, scope) ?? null) : null,
      );
    case "ObjectExpression":
      return objectOf(node, scope);
    case "LogicalExpression": {
      const left = evaluate(node["left"] as Node, scope);
      if (node["operator"] === "&&") return undefined;
      return left ?? evaluate(node["right"] as Node, scope);
    }
    case "ConditionalExpression":
      return undefined;
    case "BinaryExpression": {
      const left = evaluate(node["left"] as Node, scope);
      const right = evaluate(node["right"] as Node, scope);
      return node["operator"] === "+" && typeof left === "string" && typeof right === "string"
        ? left + right
        : undefined;
    }
    case "UnaryExpression": {
      const value = evaluate(node["argument"] as Node, scope);
      return node["operator"] === "!" && typeof value !== "object" && value !== undefined ? !value : undefined;
    }
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "FunctionDeclaration":
      return returnedBy(node, scope);
    case "MemberExpression": {
      const path = memberPath(node);
      if (path.length === 0) {
        const meta = (node["object"] as Node).type === "MetaProperty";
        return meta && (node["property"] as Node)["name"] !== "env" ? here : undefined;
      }
      const bound = scope.names.get(path[0]!);
      if (!bound || bound.type === "FunctionDeclaration") return undefined;
      return valueAt(boundTo(bound, scope), ...path.slice(1));
    }
    case "CallExpression":
    case "NewExpression":
      return called(node, scope);
    default:
      return undefined;
  }
}

function objectOf(node: Node, scope: Scope): JsonObject {
  const result: JsonObject = {};
  for (const property of node["properties"] as Node[]) {
    if (property.type === "SpreadElement") {
      const spread = evaluate(property["argument"] as Node, scope);
      if (isObject(spread)) Object.assign(result, spread);
      continue;
    }
    const key = property["key"] as Node;
    const name = key.type === "Identifier" && !property["computed"] ? key["name"] : key["value"];
    if (typeof name !== "string" || name === "__proto__") continue;
    const value = evaluate(property["value"] as Node, scope);
    if (value !== undefined) result[name] = value;
    else if (isCondition(property["value"] as Node)) result[`${name}?`] = true;
  }
  return result;
}

/** Set only under a condition: kept as `<key>?` so that a reader can tell it from not set at all. */
function isCondition(node: Node): boolean {
  return node.type === "ConditionalExpression" || node.type === "LogicalExpression";
}

function returnedBy(node: Node, scope: Scope): Json | undefined {
  const body = node["body"] as Node;
  if (body.type !== "BlockStatement") return evaluate(body, scope);
  const inner: Scope = { ...scope, names: new Map(scope.names) };
  let result: Json | undefined;
  const changes: [string[], Node][] = [];
  for (const statement of body["body"] as Node[]) {
    declare(statement, inner, []);
    if (statement.type === "ReturnStatement") result = evaluate(statement["argument"] as Node, inner) ?? result;
    else if (statement.type === "ExpressionStatement") {
      // Eleventy's configuration is set by calls and assignments as much as by what is returned.
      const change = statement["expression"] as Node;
      if (change.type === "CallExpression") changes.push([memberPath(change["callee"] as Node), change]);
      else if (change.type === "AssignmentExpression") changes.push([memberPath(change["left"] as Node), change]);
    }
  }
  const set: JsonObject = isObject(result ?? null) ? { ...(result as JsonObject) } : {};
  for (const [path, change] of changes) {
    const isCall = change.type === "CallExpression";
    const key = path.at(-1);
    const value = evaluate(isCall ? (change["arguments"] as Node[])[0] : (change["right"] as Node), inner);
    if (key !== undefined && value !== undefined && (isCall ? key.startsWith("set") : path.length === 2))
      set[key] = value;
  }
  return Object.keys(set).length > 0 ? set : result;
}

function called(node: Node, scope: Scope): Json | undefined {
  const callee = node["callee"] as Node;
  const path = memberPath(callee);
  const name = path.join(".");
  const values = (node["arguments"] as Node[]).map((argument) => evaluate(argument, scope));
  if (name === "process.cwd") return here;
  if (name === "URL" && typeof values[0] === "string") return `${here}/${values[0]}`;
  if (/(^|\.)(resolve|join|dirname|normalize|fileURLToPath)$/.test(name)) {
    const parts = values.filter((value) => typeof value === "string");
    // A part that is not known is nearly always the directory of the file.
    return parts.length === 0 ? undefined : `${parts.length < values.length ? `${here}/` : ""}${parts.join("/")}`;
  }
  if (callee.type === "Identifier" && scope.names.has(name)) {
    const bound = scope.names.get(name)!;
    if (bound.type === "FunctionDeclaration" || bound.type.endsWith("FunctionExpression")) {
      const returned = boundTo(bound, scope);
      // `const here = (...parts) => path.resolve(__dirname, ...parts)`.
      if (
        typeof returned === "string" &&
        returned.startsWith(here) &&
        values.every((value) => typeof value === "string")
      )
        return [here, ...values].join("/");
      if (returned !== undefined) return returned;
    }
  }
  const result: JsonObject = {};
  for (const value of values.toReversed()) if (isObject(value ?? null)) Object.assign(result, value);
  delete result["$name"];
  const inner = callee.type === "CallExpression" ? called(callee, scope) : undefined;
  const last = path.at(-1);
  result["$call"] = path.length > 0 ? name : (stringAt(inner, "$call") ?? "");
  const from = path[0] === undefined ? valueAt(inner, "$from") : scope.imports.get(path[0]);
  if (from !== undefined) result["$from"] = from;
  const required = requiredModule(node);
  if (required !== undefined && last !== "require") result["$from"] = required;
  return result;
}
