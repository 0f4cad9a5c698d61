/** A reading while it is being made: each fact goes in with its evidence, and a fact that is not known goes nowhere. */
import type { Kind } from "../detection.ts";
import type { Reading } from "../reading.ts";

export interface Proof {
  /** `path` or `path:line`. */
  at: string;
  /** Id of the row or rule. */
  rule: string;
  /** 0 to 1, 0.9 when absent. */
  confidence?: number;
}

type Fact =
  | "runtimeVersion"
  | "framework"
  | "packageManager"
  | "installCommand"
  | "buildCommand"
  | "startCommand"
  | "outputDir"
  | "adapter"
  | "port";

/** An empty reading of a runtime. Its kind is a first guess until `decide` is called. */
export function draftOf(runtime: string, proof: Proof): Reading {
  const evidence = [
    { field: "runtime", value: runtime, rule: proof.rule, at: proof.at, confidence: proof.confidence ?? 0.9 },
  ];
  return { runtime, kind: "worker", confidence: 0.1, database: [], evidence };
}

/** Put one fact into the reading; undefined leaves it as it was. A later statement replaces an earlier one. */
export function state<F extends Fact>(
  reading: Reading,
  field: F,
  value: NonNullable<Reading[F]> | undefined,
  proof: Proof,
): void {
  if (value === undefined) return;
  reading[field] = value;
  reading.evidence.push({
    field,
    value: String(value),
    rule: proof.rule,
    at: proof.at,
    confidence: proof.confidence ?? 0.9,
  });
}

/** Settle what kind of thing it is and how sure the reading is as a whole. */
export function decide(reading: Reading, kind: Kind, confidence: number, proof: Proof): Reading {
  reading.kind = kind;
  reading.confidence = confidence;
  reading.evidence.push({ field: "kind", value: kind, rule: proof.rule, at: proof.at, confidence });
  return reading;
}

/** Name a database once; a second proof of the same is kept as evidence. */
export function uses(reading: Reading, database: string, proof: Proof): void {
  if (!reading.database.includes(database)) reading.database.push(database);
  reading.evidence.push({
    field: "database",
    value: database,
    rule: proof.rule,
    at: proof.at,
    confidence: proof.confidence ?? 0.9,
  });
}

const servers = ["postgres", "mysql", "mssql", "oracle", "cockroachdb", "mongodb"];

/** The code names the file as what holds when nobody chooses: `SetDefault("DB", "sqlite")`. */
const choosesFile =
  /(?:[dD]efault\w{0,40}|[gG]et[eE]nv\w{0,40}|[eE]nvOr\w{0,40})\s*(?:\(\s*["']\w*["']\s*,|:?=)\s*["']sqlite3?["']|\b(?:envDefault|env-default|default):"(?:sqlite3?|[\w./-]{1,60}\.(?:db|sqlite3?))"/;

/**
 * A file database beside one server's is what the program falls back to on a developer's machine, so it is not what a deployment needs.
 * Beside several it is one of the choices the program offers, and stays.
 */
export function dropLocalDatabases(reading: Reading, sources: readonly { text: string }[] = []): void {
  if (reading.database.filter((name) => servers.includes(name)).length !== 1) return;
  if (sources.some(({ text }) => choosesFile.test(text))) return;
  reading.database = reading.database.filter((name) => name !== "sqlite" && name !== "h2");
}
