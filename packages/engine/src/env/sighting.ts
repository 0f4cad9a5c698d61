/** What one place in a project says of one variable. Readers (code, schemas, examples, manifests) answer with these; weigh.ts decides. */

/**
 * How much a place needs the variable:
 * - `checked`: the program stops or answers an error when it is missing; a schema demands it; the build fails without it;
 * - `asserted`: the code claims it is there (`!`, `as string`, `os.environ["X"]`);
 * - `plain`: used as it is, with nothing in its place;
 * - `quieted`: `|| ""`, which calms the compiler and replaces nothing;
 * - `default`: something takes its place when it is missing;
 * - `skipped`: without it a function gives up quietly;
 * - `guarded`: asked for before it is used, so that the code works without it;
 * - `declared`: named by a schema or manifest as optional;
 * - `given`: the project gives the value itself;
 * - `tooling`: read only by tests, scripts or configuration of tools, or by code that does not run as the project is set up.
 */
export type Need =
  | "checked"
  | "asserted"
  | "plain"
  | "quieted"
  | "default"
  | "skipped"
  | "guarded"
  | "declared"
  | "given"
  | "tooling";

export interface Sighting {
  key: string;
  need: Need;
  /** Inlined or read while building, or read by the running program. */
  when: "build" | "run";
  /** Offset in `path`; the line is counted only for what is reported. */
  offset: number;
  path: string;
  /** Another variable that is read when this one is missing (`A || B`). */
  alternativeOf?: string;
  /** The variable that is read when this one is missing. */
  elseReads?: string;
  /** Read through this function, which takes the name. */
  callee?: string;
  /** Other names the same value may be given under; the one the project names is asked for. */
  alternatives?: string[];
  /** Only read when another variable has one of these values, or when it has none; `otherwise` is what the code takes for it. */
  onlyFor?: { key: string; values: readonly string[]; isValue: boolean; isOneOfSeveral?: true; otherwise?: string };
  /** A field of a schema of the whole environment. */
  inSchema?: true;
  /** A field of a structure that is filled from all variables at once, and says nothing more of them. */
  isFilled?: true;
  /** Of a schema that nothing imports. */
  isUnasked?: true;
  /** A setting that a file of the project may hold, and a variable of this name replaces. */
  isSetting?: true;
  /** Files of the project give it an address that nobody has but their author. */
  isNearby?: true;
  /** The schema has a value of its own for what is missing. */
  hasDefault?: true;
  /** Named among what the program refuses to start without, whatever part of it reads the value. */
  isInsisted?: true;
  /** Put on a list of what is missing, with which the program stops. */
  isReported?: true;
  /** The key is the name of a constant that holds it, until its value is looked up. */
  isConstant?: true;
  /** Asked for by what answers whether a feature is set up: `isMailConfigured()`. */
  asksFeature?: true;
  /** What the rest of the code calls it, where a schema gives it a name of its own: `API_URL` of `VITE_APP_API_URL`. */
  knownAs?: string;
  /** A text among the bindings that a Worker's requests come with. */
  isBound?: true;
  /** A platform binds a store, a queue or another program to that name: no variable at all. */
  isBinding?: true;
  /** A library reads it by itself, whatever the project's own settings hold. */
  isOfLibrary?: true;
  /** The name follows from a convention alone; an example that does not list it says that it is not needed. */
  isConvention?: true;
}

/** Names a program reads that are variables by their look; anything else is a method or a typing error. */
export const variableName: RegExp = /^[A-Za-z_][A-Za-z0-9_]*$/;
