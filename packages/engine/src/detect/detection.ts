/** The shapes detection answers with. Printed by `landfall detect --json`, read by the planner. Types only. */

export type Kind = "static" | "server" | "worker" | "container" | "compose" | "package" | "monorepo";

/** One fact and why we believe it. */
export interface Evidence {
  /** The field it supports, such as `framework`, `outputDir`, `database`. */
  field: string;
  value: string;
  /** Id of the row or rule that says so, such as `framework/astro` or `script/build`. */
  rule: string;
  /** `path` or `path:line`, relative to the project directory, `/`-separated. */
  at: string;
  /** 0 to 1. */
  confidence: number;
}

export interface EnvVariable {
  key: string;
  /** A deployment must set it: the code has no fallback and fails without it. */
  required: boolean;
  /** Why it is required, or is not: a clause in the present tense, "the program stops without it". */
  because: string;
  sensitive: boolean;
  /** Reaches the browser by the framework's convention (NEXT_PUBLIC_, VITE_, PUBLIC_ …). */
  public: boolean;
  /** `build`: inlined or read while building, a change needs a rebuild; `run`: read by the running program. */
  class: "build" | "run";
  description?: string;
  example?: string;
  /** Id of a validation kind in env/values/validate.ts, such as `postgres-url`, `url`, `stripe-secret-key`. */
  validation?: string;
  foundIn: string[];
}

/** A process of a Procfile beside the one that answers. */
export interface Process {
  name: string;
  startCommand: string;
}

/** What a directory that is run or built on its own is. */
export interface ServiceFacts {
  kind: Kind;
  runtime: string;
  runtimeVersion?: string;
  framework?: string;
  packageManager?: string;
  installCommand?: string;
  buildCommand?: string;
  startCommand?: string;
  /** Run to its end once per release, before its program starts: migrations. */
  releaseCommand?: string;
  /** Other programs started from the same files for as long as it runs. */
  processes?: Process[];
  /** Relative to the service's directory. */
  outputDir?: string;
  /** By which the framework builds its server for one platform, where that is none Node starts: a package (`@astrojs/vercel`), a preset of Nitro. */
  adapter?: string;
  /** What the program listens on when PORT is not set. */
  port?: number;
  database: string[];
  env: EnvVariable[];
}

export interface DetectedService extends ServiceFacts {
  /** Relative to the detected directory, `.` for the root. */
  path: string;
  name: string;
  /** Paths of other services or workspace packages it is built from. */
  dependsOn?: string[];
}

/** One possible reading of a directory. */
export interface Candidate {
  framework?: string;
  runtime: string;
  kind: Kind;
  confidence: number;
}

export interface Detection extends ServiceFacts {
  /** The directory as it was given. */
  dir: string;
  services: DetectedService[];
  evidence: Evidence[];
  /** Best first; the first is the answer. */
  candidates: Candidate[];
  /** What could not be read (a broken manifest), and what else a person should know. Never spoils the rest of the answer. */
  warnings: { at: string; message: string }[];
}
