/** From what was seen of one variable to what is answered of it. */
import type { EnvVariable } from "../detect/detection.ts";
import type { ExampleEntry } from "./example.ts";
import { isProvided } from "./provided.ts";
import { isPublic, isSensitive, ruleFor, type VariableRule } from "./rules.ts";
import type { Verdict } from "./readme.ts";
import type { Need, Sighting } from "./sighting.ts";

/** The identifier and secret of a provider of sign-in. */
export const signIn: RegExp =
  /^(?:NEXT_PUBLIC_|NUXT_OAUTH_|OAUTH_|AUTH_)?(GITHUB|GOOGLE|DISCORD|TWITTER|FACEBOOK|APPLE|GITLAB|LINKEDIN|SPOTIFY|TWITCH|SLACK|AUTH0|KEYCLOAK|MICROSOFT(?:_ENTRA_ID)?|AZURE_AD|COGNITO|OKTA|NOTION|REDDIT|BITBUCKET|SNAPCHAT|INSTAGRAM|TIKTOK|STEAM|KAKAO|NAVER|LINE|WECHAT|QQ)_(?:OAUTH_|CLIENT_|APP_|CONSUMER_)?(?:ID|SECRET|KEY|ISSUER)$/;
/** The key to a vendor's language models. */
export const modelKey: RegExp =
  /^(?:OPENAI|ANTHROPIC|GOOGLE_GENERATIVE_AI|GOOGLE_AI|GEMINI|MISTRAL|GROQ|XAI|COHERE|PERPLEXITY|DEEPSEEK|FIREWORKS|TOGETHER|TOGETHER_AI|OPENROUTER|AZURE_OPENAI|HUGGINGFACE)_API_KEY$/;
/** From so many on, a project offers them to choose from. */
const manyProviders = 4;
/** Of these, what a schema without a default (or a program of Rust, which ends) insists on is needed all the same. */
const schemaMayAsk =
  /^(?:LOG_LEVEL|HTTP_PORT|SERVER_PORT|APP_ENV|BASE_PATH|URL|PUBLIC_URL|DEPLOY_URL|CONTEXT|TEST_\w+|GIT_\w+|BUILD_\w+|PROFILE)$/;
/** What a framework sets itself, or has a setting of that name for which nothing is as good as any value. */
const heldByFramework = new Map([
  ["vue-cli", /^BASE_URL$/],
  [
    "flask",
    /^(?:SERVER_NAME|APPLICATION_ROOT|PREFERRED_URL_SCHEME|MAX_CONTENT_LENGTH|PERMANENT_SESSION_LIFETIME|SESSION_COOKIE_\w+|MAIL_\w+)$/,
  ],
]);
/** Of these a program only asks where it is; they are not shown at all. */
const unshown =
  /^(?:NODE_ENV|PATH|HOME|PWD|USER|USERNAME|SHELL|TERM|TEMP|TMP|TMPDIR|npm_\w+|INIT_CWD|LANG|LC_ALL|DEV|PROD|MODE|SSR|VITEST\w*|JEST_\w+|COLORTERM|FORCE_COLOR|NO_COLOR|CI|APPDATA|LOCALAPPDATA|USERPROFILE|OUT_DIR|CARGO_\w+|XDG_\w+|PYTHON[A-Z0-9]*|__\w+)$/;
/** And what an example asks for: programs that call the platform's interface. */
const exampleMayAsk = /^VERCEL_(?:PROJECT|ORG)_ID$/;
/** Without these an application of many features does not start or is not safe. */
const core =
  /(?:(?:^|_)(?:SESSION|JWT|AUTH|COOKIE|CSRF|ENCRYPTION|NEXTAUTH|PAYLOAD)|^APP)_?(?:JWT_)?(?:SECRET|KEY|PASSWORD|SALT)|^(?:SECRET|SECRET_KEY|BASE_URL|APP_URL|SITE_URL|(?:NEXT)?AUTH_URL)$/;
const isSecret = /(?:SECRET|KEY|TOKEN|PASSWORD|SALT)$/;
const partOfDatabase = /^(?:DB|DATABASE|PG|POSTGRES|MYSQL|MONGO|MONGODB|TURSO|LIBSQL)_?/;
/** What bots are told, in whatever case their authors write. */
const ofBots = /^(?:(?:bot|discord|telegram)?_?token|client_?(?:id|secret)|mongo(?:db)?_?(?:ur[il]|connection)?)$/i;
/** Credentials some write as their vendors do, in lower case. */
const inLowerCase = /^(?:[a-z]+_)*(?:api_?key|api_?secret|access_?key|secret_?key|cloud_?name|db_?ur[il])$/;
/** A connection is made of all of these; what is quieted of one is as needed as its password. */
const partOfConnection =
  /^(?:DB|DATABASE|PG|POSTGRES|MYSQL|MONGO|MONGODB|REDIS)_(?:HOST|PORT|NAME|USER|USERNAME|DATABASE)$/;
const databaseKinds = new Set(["database-url", "postgres-url", "mysql-url", "mongodb-url", "libsql-url"]);

export interface Seen {
  key: string;
  sightings: Sighting[];
  examples: ExampleEntry[];
}

export interface Surroundings {
  /** Nothing of it runs by itself, so that nothing has to be set for it. */
  isLibrary: boolean;
  framework: string | undefined;
  /** Every key with an entry in an example, for choosing among names that mean the same. */
  inExample: ReadonlySet<string>;
  /** No code was seen to read any variable: an example is all there is to go by. */
  isCodeSilent: boolean;
  /** It was seen to use a database that runs by itself. */
  hasServer: boolean;
  /** Packages it depends on, with the version asked for. */
  dependencies: ReadonlyMap<string, string>;
  /** The project checks its environment against a schema; what that leaves out is left out on purpose. */
  hasSchema: boolean;
  /** The example lists most of what is read, so that what it leaves out is left out on purpose. */
  isExampleComplete: boolean;
  /** The example lists some of what is read, or so much that what it leaves out is seldom needed. */
  isExampleTelling: boolean;
  /** Nothing of it runs but in the browser and while it is built. */
  isStatic: boolean;
  /** What the README calls required or optional. */
  verdicts: ReadonlyMap<string, Verdict>;
  /** Keys that are read at all. */
  read: ReadonlySet<string>;
  /** Keys that are read by themselves, not only in place of another. */
  readAlone: ReadonlySet<string>;
  /** So many variables are read without a schema that most belong to features one may leave out. */
  isCrowded: boolean;
  /** The examples list a few variables and nothing else: those without which nothing works. */
  isExampleBrief: boolean;
  /** The examples list so much that most of it can only be optional, whatever the code says of a part that is switched off. */
  isCatalogue: boolean;
  /** How many providers of sign-in (GitHub, Google …) have variables. */
  providers: number;
  /** Vendors of models that have a key: of several, one is enough, which is the first an example asks for. */
  models: { count: number; first: string };
  /** `path:line` of a sighting. */
  placeOf(sighting: Sighting): string;
}

/** What is answered of a variable, or null when it is nobody's to set. */
export function weigh(seen: Seen, around: Surroundings): EnvVariable | null {
  const { key, sightings, examples } = seen;
  if (unshown.test(key) || sightings.some(({ isBinding }) => isBinding)) return null;
  const rule = ruleFor(key);
  const example = examples[0];
  const description = describe(examples, rule, key);
  const value = examples.find((one) => one.value !== "")?.value ?? rule?.example;
  const sensitive = isSensitive(key, rule);
  const reads = sightings.filter(({ need }) => need !== "tooling");
  const places = [...new Set((reads.length > 0 ? reads : sightings).map(around.placeOf))].slice(0, 10);
  for (const entry of examples) places.push(`${entry.path}:${entry.line}`);
  return {
    key,
    required: !around.isLibrary && isRequired(seen, rule, around),
    sensitive,
    public: isPublic(key),
    class: around.isStatic ? "build" : classOf(key, reads, around.framework),
    ...(description === undefined ? {} : { description }),
    ...(value === undefined || (sensitive && example && !example.hasPlaceholder) ? {} : { example: value }),
    ...(rule?.kind === undefined ? {} : { validation: rule.kind }),
    foundIn: [...new Set(places)],
  };
}

function isRequired({ key, sightings, examples }: Seen, rule: VariableRule | null, around: Surroundings): boolean {
  const { inExample, framework, isExampleComplete, hasSchema, isCodeSilent, dependencies, verdicts, providers } =
    around;
  const { models, read, readAlone, isExampleTelling, isCrowded, isCatalogue, isExampleBrief, hasServer, isStatic } =
    around;
  if (
    isProvided(key) &&
    !(
      schemaMayAsk.test(key) &&
      sightings.some(
        ({ need, inSchema, path }) => need === "checked" && (inSchema || (path.endsWith(".rs") && key !== "PROFILE")),
      )
    ) &&
    !(exampleMayAsk.test(key) && examples.some((one) => !one.isOptional && !one.isCommentedOut && one.hasPlaceholder))
  )
    return false;
  const isHeld = framework !== undefined && heldByFramework.get(framework)?.test(key) === true;
  if (isHeld && sightings.every(({ need }) => need !== "asserted" && need !== "checked")) return false;
  const reads = sightings.filter(({ need }) => need !== "tooling");
  const isInSchema = reads.some(isDemanded);
  // `VITE_KEY="${KEY}"`, where KEY is read as well: whoever gives the one has given the other.
  if (
    !isInSchema &&
    examples.length > 0 &&
    examples.every(({ value }) => read.has(/^\$\{?([A-Z][A-Z0-9_]*)\}?$/.exec(value)?.[1] ?? ""))
  )
    return false;
  if (models.count >= manyProviders && modelKey.test(key) && key !== models.first && !isInSchema) return false;
  if (reads.length === 0)
    return isNeededUnseen(key, examples, {
      rule,
      framework,
      isCodeSilent,
      dependencies,
      readAlone,
      hasServer,
      isStatic,
    });
  const needs = new Set(reads.map(({ need }) => need));
  if (needs.has("given")) return false;
  const isDatabase = rule?.kind !== undefined && databaseKinds.has(rule.kind);
  const verdict = verdicts.get(key);
  const isInsisted = reads.some((one) => one.isInsisted || (one.isReported && one.need === "checked"));
  if (verdict === "optional" && !isInSchema && !isInsisted) return false;
  const isMeant = examples.some((one) => !one.isOptional && one.hasPlaceholder);
  if (isExampleBrief && needs.has("declared") && isMeant && !reads.some(({ hasDefault }) => hasDefault)) return true;
  if (needs.has("declared") && !reads.some(({ need, path }) => need === "checked" && path.endsWith(".prisma"))) {
    return false;
  }
  // What a structure of Go holds without saying more of it is needed where the example asks for it.
  const isBareField = reads.every(({ inSchema, need, path }) => inSchema && need === "plain" && path.endsWith(".go"));
  if (isBareField && examples.every((one) => one.isOptional || one.isCommentedOut) && !isDatabase && !core.test(key))
    return false;
  // A program that asks whether a feature is set up works without it.
  const isFeature = reads.some((one) => one.asksFeature) && !isDatabase && !core.test(key);
  if (isFeature && !isInSchema && !examples.some((one) => one.isRequired)) return false;
  const isOfProvider = signIn.test(key) || (/^AUTH_[A-Z0-9]+_/.test(key) && examples.length === 0);
  if (providers >= manyProviders && isOfProvider && !isInSchema) return false;
  if (
    isCatalogue &&
    !isInSchema &&
    !isInsisted &&
    !isDatabase &&
    !core.test(key) &&
    !examples.some((one) => one.isRequired)
  )
    return false;
  const isListed = examples.some((one) => !one.isOptional && !one.isCommentedOut);
  // `A ?? B` where only B is told of, or is needed in any case: A is for another occasion.
  const isSpare = reads.every(
    ({ elseReads }) => elseReads !== undefined && (inExample.has(elseReads) || readAlone.has(elseReads)),
  );
  if (!isListed && isSpare) return false;
  if (needs.has("checked") && !isCalledOptional(sightings, examples)) return true;
  const isCalledRequired = examples.some((one) => one.isRequired && !one.isCommentedOut);
  if (isCalledRequired && examples.some((one) => one.isRequired && one.hasPlaceholder)) return true;
  if (verdict === "required" && (examples.length === 0 || isListed)) return true;
  if (examples.length > 0 && !isListed && !(isDatabase && examples.every((one) => one.isCommentedOut))) return false;
  // Names in lower case are the shell's own or a slip, and those in camelCase are set by the project's own configuration.
  if ((!/[A-Z]/.test(key) || /[a-z][A-Z]/.test(key)) && !isListed && !ofBots.test(key) && !inLowerCase.test(key))
    return false;
  // An image is built with a connection that only has to parse.
  const byFile = strongestByFile(isDatabase ? reads.filter(({ path }) => !path.endsWith("Dockerfile")) : reads);
  if (byFile.length === 0 && !isListed) return false;
  const isReplaced = byFile.some((need) => need === "default" || need === "guarded");
  const isAsserted = byFile.includes("asserted");
  // Some only warn when it is missing; without its database an application that lists one does nothing.
  const isOnlyAskedFor = isDatabase && isListed && !reads.some(({ need }) => need === "default");
  // A place that looks whether the secret is there, to print it, takes nothing from those that sign with it.
  const isSigning = core.test(key) && isSecret.test(key) && !byFile.includes("default");
  const isAlsoPlain = byFile.includes("plain") && ((isDatabase && isListed) || isCalledRequired || isSigning);
  if (isReplaced && !isAsserted && !isOnlyAskedFor && !isAlsoPlain) return false;
  if (isCrowded && !isAsserted && !isDatabase && !isCalledRequired && !core.test(key)) return false;
  if (rule?.isExtra && !examples.some((one) => one.isRequired) && !(isAsserted && isListed)) return false;
  const isKnown = rule !== null ? !rule.isExtra : isSensitive(key, null) || ofBots.test(key);
  if (
    byFile.every((need) => need === "quieted") &&
    !(
      (isListed && (partOfConnection.test(key) || examples.some((one) => one.hasPlaceholder))) ||
      (isKnown && !/(?:REDIS|MONGO(?:DB)?)_PASS(?:WORD)?$/.test(key))
    )
  )
    return false;
  // `if (!secret) return;` at the head of a webhook: nothing fails, and nothing works either.
  if (byFile.includes("skipped")) return isListed && /(?:SECRET|KEY|TOKEN)$/.test(key);
  const isOutsideSchema = hasSchema && !reads.some(({ inSchema }) => inSchema);
  // What the client of the database is given needs no schema.
  if (
    isOutsideSchema &&
    !(isDatabase && (isListed || inExample.size === 0)) &&
    // What Python looks up in the environment as it is loaded raises.
    !reads.some(({ need, path }) => need === "asserted" && path.endsWith(".py")) &&
    (!isListed || (!isAsserted && reads.every(({ callee }) => callee !== undefined)))
  )
    return false;
  if (isExampleComplete && !isListed && !isAsserted) return false;
  if (isExampleTelling && !isListed && !isAsserted && !isDatabase && !core.test(key)) return false;
  const isAlternative = reads.every(({ alternativeOf }) => alternativeOf !== undefined);
  if (isAlternative) return reads.every(({ alternativeOf }) => !inExample.has(alternativeOf!)) && inExample.has(key);
  return true;
}

/** The example calls it optional in words, and no schema says otherwise: what stops then is a feature, not the program. */
function isCalledOptional(sightings: Sighting[], examples: ExampleEntry[]): boolean {
  if (examples.length === 0 || !examples.every((one) => one.isOptional || one.isCommentedOut)) return false;
  const isTold = examples.every((one) => one.isOptional);
  return !sightings.some((one) => isDemanded(one) && !(isTold && one.path.endsWith(".prisma")));
}

/** A schema of the environment or of the database insists on it, or the framework itself, or nothing can be built without it. */
function isDemanded({ need, inSchema, path, when }: Sighting): boolean {
  return need === "checked" && (inSchema === true || when === "build" || /\.prisma$|(?:^|\/)artisan$/.test(path));
}

/**
 * Whether a variable that no code was seen to read is needed all the same: Nuxt fills runtimeConfig from NUXT_ variables, and libraries
 * read variables that begin with their vendor's name. An example that asks for such a value is the only sign of it.
 */
function isNeededUnseen(
  key: string,
  examples: ExampleEntry[],
  {
    rule,
    framework,
    isCodeSilent,
    dependencies,
    readAlone,
    hasServer,
    isStatic,
  }: Pick<Surroundings, "framework" | "isCodeSilent" | "dependencies" | "readAlone" | "hasServer" | "isStatic"> & {
    rule: VariableRule | null;
  },
): boolean {
  const listed = examples.filter((one) => !one.isOptional && !one.isCommentedOut);
  const isRegion = key === "AWS_REGION";
  // Its configuration is somewhere else: Prisma's schema at the root of the workspace, a client's own file.
  const isConnection = rule?.kind !== undefined && databaseKinds.has(rule.kind) && hasServer;
  if (isConnection && listed.length > 0) return ![...readAlone].some((other) => partOfDatabase.test(other));
  if (key === "NEXTAUTH_URL") return listed.length > 0 && isOwnAddressNeeded(listed, dependencies.get("next-auth"));
  if (!listed.some((one) => one.hasPlaceholder || isRegion)) return false;
  if (rule?.isExtra) return false;
  // Of the programs beside it; pages that are only built are given nothing but what their builder lets through.
  if (isStatic && !isCodeSilent && !inlined.test(key)) return false;
  if (examples.some((one) => one.isRequired && one.hasPlaceholder)) return true;
  const isInReadmeOnly = examples.every(({ path }) => /\.md$/i.test(path));
  // What signs and encrypts is read by something, a library or a file that was not looked into.
  if (core.test(key) && isSecret.test(key) && !isInReadmeOnly && !isStatic) return true;
  if (/(?:SITE|BASE|APP|PUBLIC)_URL$/.test(key)) return false;
  if (key === "AI_GATEWAY_API_KEY") return dependencies.has("ai") || dependencies.has("@ai-sdk/gateway");
  if (isCodeSilent) return true;
  if (isInReadmeOnly) return false;
  if (framework === "nuxt" && key.startsWith("NUXT_")) return /_(?:ID|KEY|SECRET|TOKEN|PASSWORD)$/.test(key);
  const prefix = /^([A-Z][A-Z0-9]{2,})_/.exec(key.replace(inlined, ""))?.[1];
  const vendor = prefix?.toLowerCase();
  // The libraries of AWS know their own names for them, and none that reach the browser.
  if (vendor === "aws" && prefix !== undefined && !key.startsWith(prefix)) return false;
  if (vendor === undefined || passedByCode.has(vendor) || !/_(?:ID|KEY|SECRET|TOKEN|URL|REGION)$/.test(key))
    return false;
  // Code that hands the vendor's other values over itself would have handed this one over too.
  if (vendor !== "aws" && [...readAlone].some((other) => other.replace(inlined, "").startsWith(`${prefix}_`)))
    return false;
  return [...dependencies.keys()].some((name) => name.split(/[@/_.-]/).includes(vendor));
}

/** NextAuth before version 5 cannot do without its own address, away from Vercel; later an empty place for it is the only sign. */
function isOwnAddressNeeded(examples: ExampleEntry[], version: string | undefined): boolean {
  if (version === undefined) return false;
  return Number(/\d+/.exec(version)?.[0] ?? 5) < 5 || examples.some(({ value }) => value === "");
}

/** Vendors whose libraries never look at the environment, and words that are no vendor. */
const passedByCode = new Set([
  "stripe",
  "postgres",
  "mysql",
  "mongodb",
  "database",
  "prisma",
  "supabase",
  "next",
  "react",
  "vite",
  "app",
  "api",
  "auth",
  "google",
  "github",
  "firebase",
  "webhook",
  "sentry",
  "redis",
  "node",
  "jwt",
  "session",
  "openai",
  "email",
  "test",
  "web",
  "algolia",
  "pusher",
  "twilio",
  "cloudinary",
  "mailgun",
  "sendgrid",
  "nodemailer",
  "razorpay",
  "telegram",
  "discord",
  "config",
  "client",
  "server",
  "cloudflare",
]);

/** One need per file: a file that asks first is careful with all its reads. */
function strongestByFile(reads: Sighting[]): Need[] {
  const order: Need[] = ["checked", "default", "skipped", "guarded", "asserted", "plain", "quieted"];
  const byFile = new Map<string, Need>();
  for (const { path, need } of reads) {
    const known = byFile.get(path);
    if (known === undefined || order.indexOf(need) < order.indexOf(known)) byFile.set(path, need);
  }
  return [...byFile.values()];
}

const inlined =
  /^(?:NEXT_PUBLIC_|VITE_|REACT_APP_|GATSBY_|EXPO_PUBLIC_|VUE_APP_|NG_APP_|PUBLIC_|SNOWPACK_PUBLIC_|RSBUILD_PUBLIC_|STORYBOOK_)/;
const buildFiles =
  /(?:^|\/)(?:(?:next|nuxt|vite|astro|svelte|webpack|rollup|vue|angular|remix|react-router|app|babel|metro|rspack|rsbuild|docusaurus|eleventy|content|velite|contentlayer|tina)\.config|\.eleventy|gatsby-(?:config|node|browser|ssr)|vercel)\.[cm]?[jt]s$/;

/** Nuxt fills NUXT_PUBLIC_ when the server starts; `$env/dynamic/public` of SvelteKit likewise. Other public variables are inlined. */
function classOf(key: string, reads: Sighting[], framework: string | undefined): "build" | "run" {
  if (key.startsWith("NUXT_")) return "run";
  if (inlined.test(key)) {
    const isDynamic =
      framework === "sveltekit" &&
      key.startsWith("PUBLIC_") &&
      reads.length > 0 &&
      reads.every(({ when }) => when === "run");
    return isDynamic ? "run" : "build";
  }
  if (reads.some(({ when, path }) => when === "run" && !buildFiles.test(path))) return "run";
  return reads.some(({ when, path }) => when === "build" || buildFiles.test(path)) ? "build" : "run";
}

function describe(examples: ExampleEntry[], rule: VariableRule | null, key: string): string | undefined {
  const told = examples.find(({ description }) => description !== "")?.description;
  if (told !== undefined) return told.length > 200 ? `${told.slice(0, 199)}…` : told;
  if (!rule) return undefined;
  const match = rule.name.exec(key);
  return rule.description.replace("$1", (match?.[1] ?? "").toLowerCase().replaceAll("_", " ")).replace("  ", " ");
}
