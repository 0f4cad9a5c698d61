/** What a failed build's log says about the cause, and what to do. The knowledge is in signatures/, one row per kind of failure. */
import type { Recovery } from "../error.ts";
import { signatures } from "./signatures/signatures.ts";
import type { Signature } from "./signatures/signature.ts";

export interface Failure {
  id: string;
  cause: string;
  /** Lines of the log, numbered from 1. */
  evidence: { line: number; text: string }[];
  /** What to do, the likeliest first. */
  next: string[];
  recovery: Recovery["kind"];
}

export interface FailureContext {
  packageManager?: string | undefined;
  framework?: string | undefined;
  nodeVersion?: string | undefined;
  command?: string;
  exitCode?: number | null;
  signal?: string | null;
  /** Paths of the project; a name that is there in other letter case is told. */
  files?: readonly string[];
}

const mostEvidence = 6;

/** The most likely cause, or null when no row fits. */
export function explainFailure(lines: readonly string[], context: FailureContext): Failure | null {
  const clean = lines.map(plain);
  return explainedBy(signatures, clean, context) ?? byEnd(clean, context);
}

/** Why a program ends when it is started, by what it printed, or null. */
export function explainStart(lines: readonly string[], context: FailureContext): Failure | null {
  return explainedBy(
    signatures.filter(({ atStart }) => atStart),
    lines.map(plain),
    context,
  );
}

function explainedBy(rows: readonly Signature[], clean: readonly string[], context: FailureContext): Failure | null {
  for (const signature of rows) {
    const at = clean.findIndex((line) => signature.pattern.test(line));
    if (at < 0) continue;
    if (signature.also && !clean.some((line) => signature.also?.test(line))) continue;
    const groups = groupsOf(signature, clean, at);
    const words = { ...wordsOf(context), ...groups };
    const evidence = clean
      .map((text, index) => ({ line: index + 1, text: text.trim().slice(0, 500) }))
      .filter(
        ({ text }, index) => index === at || signature.pattern.test(text) || signature.evidence?.test(text) === true,
      )
      .filter(({ text }, index, all) => all.findIndex((one) => one.text === text) === index)
      .slice(0, mostEvidence);
    return (
      otherCase(groups, evidence, context) ?? {
        id: signature.id,
        cause: filled(signature.cause, words),
        evidence,
        next: signature.next.map((text) => filled(text, words)),
        recovery: signature.recovery,
      }
    );
  }
  return null;
}

/** When no line says it, the way the program ended may. */
function byEnd(lines: readonly string[], { exitCode, signal }: FailureContext): Failure | null {
  if (signal !== "SIGKILL" && exitCode !== 137) return null;
  return {
    id: "killed",
    cause: "The build was killed from outside, as the system does when memory runs out.",
    evidence: lines
      .map((text, index) => ({ line: index + 1, text }))
      .filter(({ text }) => text.trim() !== "")
      .slice(-2),
    next: [
      "Give the machine more memory, or make the build use less: fewer parallel workers, source maps off, NODE_OPTIONS=--max-old-space-size=2048.",
    ],
    recovery: "manual",
  };
}

/** Groups of the first line that fits; a group that lists (`names`) collects from every line that fits. */
function groupsOf(signature: Signature, lines: readonly string[], at: number): Record<string, string> {
  const groups: Record<string, string> = {};
  for (const line of lines.slice(at)) {
    for (const [numbered, value] of Object.entries(signature.pattern.exec(line)?.groups ?? {})) {
      if (value === undefined) continue;
      const name = numbered.replace(/\d+$/, "");
      const text = name === "package" ? packageOf(value) : value;
      if (groups[name] === undefined) groups[name] = text;
      else if (name === "names" && !groups[name].split(", ").includes(text)) groups[name] += `, ${text}`;
    }
  }
  return groups;
}

/** `@scope/name/deep` and `name/deep` without what is inside the package. */
function packageOf(specifier: string): string {
  const parts = specifier.replace(/%2f/i, "/").split("/");
  return parts[0]?.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
}

function ends(path: string, end: string): boolean {
  return path === end || path.endsWith(`/${end}`);
}

/** The names a path can be imported by. */
function stems(path: string): string[] {
  return [path, path.replace(/\.\w+$/, ""), path.replace(/\/index\.\w+$/, "")];
}

/** A file that was not found is there under another letter case: macOS and Windows do not mind, Linux does. */
function otherCase(
  groups: Record<string, string>,
  evidence: Failure["evidence"],
  { files }: FailureContext,
): Failure | null {
  const wanted = groups["file"];
  if (wanted === undefined || files === undefined) return null;
  const tail = wanted.replace(/^([.@~]*\/)+/, "");
  if (tail === "") return null;
  if (files.some((path) => stems(path).some((stem) => ends(stem, tail)))) return null;
  const found = files.find((path) => stems(path).some((stem) => ends(stem.toLowerCase(), tail.toLowerCase())));
  if (found === undefined) return null;
  return {
    id: "file-case",
    cause: `${wanted} is imported, but the file is called ${found}: upper and lower case differ, and this system tells them apart.`,
    evidence,
    next: ["Write the import as the file is called, or rename the file (git mv), then deploy again."],
    recovery: "manual",
  };
}

/** Commands of the package manager. */
function wordsOf({ packageManager, nodeVersion }: FailureContext): Record<string, string> {
  const name = packageManager ?? "npm";
  const isNpm = name === "npm";
  return {
    add: isNpm ? "npm install" : `${name} add`,
    addDev: isNpm ? "npm install --save-dev" : `${name} add ${name === "bun" ? "--dev" : "-D"}`,
    install: `${name} install`,
    run: name === "yarn" ? "yarn" : `${name} run`,
    node: nodeVersion ?? "of this machine",
  };
}

function filled(text: string, words: Record<string, string>): string {
  return text.replace(/(?<!\$)\{(\w+)\}/g, (_, name: string) => words[name] ?? "(see the log)");
}

/** Without colour codes, and with npm's older prefix as its newer one. */
function plain(line: string): string {
  // oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
  return line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replace(/^npm ERR!/, "npm error");
}
