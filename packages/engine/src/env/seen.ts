/** What is known of one variable when it is decided whether a deployment must set it. */
import type { ExampleEntry } from "./told/example.ts";
import { isSensitive, ruleFor, type VariableRule } from "./rules.ts";
import type { Need, Sighting } from "./sighting.ts";
import type { Surroundings } from "./surroundings.ts";

/** Without these an application of many features does not start or is not safe. */
const core =
  /(?:(?:^|_)(?:SESSION|JWT|AUTH|COOKIE|CSRF|ENCRYPTION|NEXTAUTH|PAYLOAD)|^APP)_?(?:JWT_)?(?:SECRET|KEY|PASSWORD|SALT)|(?:^|_)(?:JWT_(?:[A-Z]+_){1,3}|(?:ACCESS|REFRESH)_(?:TOKEN|JWT)_|^TOKEN_)(?:SECRET|KEY)|^(?:SECRET|SECRET_KEY|BASE_URL|APP_URL|SITE_URL|(?:NEXT)?AUTH_URL)$/;
const signs = /(?:SECRET|KEY|TOKEN|PASSWORD|SALT)$/;
const databaseKinds = new Set(["database-url", "postgres-url", "mysql-url", "mongodb-url", "libsql-url"]);

/** One variable: where it was seen, what examples say of it, and what follows from both. */
export class SeenVariable {
  readonly key: string;
  readonly examples: readonly ExampleEntry[];
  readonly around: Surroundings;
  readonly rule: VariableRule | null;
  readonly sensitive: boolean;
  /** Where it is read, but by tests and tools. */
  readonly reads: readonly Sighting[];
  /** All that reads it is done for a choice that the example does not make. */
  readonly isNotChosen: boolean;
  readonly #needs: ReadonlySet<Need>;

  constructor(key: string, sightings: readonly Sighting[], examples: readonly ExampleEntry[], around: Surroundings) {
    this.key = key;
    this.examples = examples;
    this.around = around;
    this.rule = ruleFor(key);
    this.sensitive = isSensitive(key, this.rule);
    this.reads = sightings.filter(({ need }) => need !== "tooling");
    this.isNotChosen = this.reads.length === 0 && sightings.some(({ onlyFor }) => onlyFor !== undefined);
    this.#needs = new Set(this.reads.map(({ need }) => need));
  }

  /** Whether some place needs it in this way. */
  is(need: Need): boolean {
    return this.#needs.has(need);
  }

  get isDatabase(): boolean {
    return this.rule?.kind !== undefined && databaseKinds.has(this.rule.kind);
  }

  get isCore(): boolean {
    return core.test(this.key);
  }

  /** A secret with which an application signs or encrypts. */
  get isSigning(): boolean {
    return this.isCore && signs.test(this.key);
  }

  /** A schema of the environment or of the database insists on it, or the framework itself, or nothing can be built without it. */
  get isInSchema(): boolean {
    return this.reads.some(isDemanded);
  }

  /** Named among what the program refuses to start without. */
  get isInsisted(): boolean {
    return this.reads.some((one) => one.isInsisted || (one.isReported && one.need === "checked"));
  }

  /** An example asks for it. */
  get isListed(): boolean {
    return this.examples.some((one) => !one.isOptional && !one.isCommentedOut);
  }

  /** An example asks for it, with a value that people are to replace. */
  get isMeant(): boolean {
    return this.examples.some((one) => !one.isOptional && !one.isCommentedOut && one.hasPlaceholder);
  }

  /** An example calls it required, in words. */
  get isCalledRequired(): boolean {
    return this.examples.some((one) => one.isRequired && !one.isCommentedOut);
  }

  /** The example calls it optional in words, and no schema says otherwise: what stops then is a feature, not the program. */
  get isCalledOptional(): boolean {
    if (this.examples.length === 0 || !this.examples.every((one) => one.isOptional || one.isCommentedOut)) return false;
    const isTold = this.examples.every((one) => one.isOptional);
    return !this.reads.some((one) => isDemanded(one) && !(isTold && one.path.endsWith(".prisma")));
  }

  /** How each file needs it: one that asks first is careful with all its reads. */
  get byFile(): Need[] {
    const order: Need[] = ["checked", "default", "skipped", "guarded", "asserted", "plain", "quieted"];
    const found = new Map<string, Need>();
    // An image is built with a connection that only has to parse.
    for (const { path, need } of this.isDatabase ? this.reads.filter(isNoImage) : this.reads) {
      const known = found.get(path);
      if (known === undefined || order.indexOf(need) < order.indexOf(known)) found.set(path, need);
    }
    return [...found.values()];
  }
}

/** What decides of a variable where it holds. */
export interface Ruling {
  /** Whether a deployment must set the variable. */
  required: boolean;
  /** Said behind the variable's name, a clause in the present tense: "the program stops without it". */
  because: string;
  holds(one: SeenVariable): boolean;
}

function isNoImage({ path }: Sighting): boolean {
  return !path.endsWith("Dockerfile");
}

function isDemanded({ need, inSchema, path, when }: Sighting): boolean {
  return need === "checked" && (inSchema === true || when === "build" || /\.prisma$|(?:^|\/)artisan$/.test(path));
}
