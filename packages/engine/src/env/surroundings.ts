/** What the project, its examples and its other variables say of each variable. */
import type { ServiceFacts } from "../detect/detection.ts";
import type { ExampleEntry } from "./told/example.ts";
import { isProvided } from "./provided.ts";
import type { Verdict } from "./told/readme.ts";
import type { Sighting } from "./sighting.ts";
import type { Told } from "./told/told.ts";

export interface Surroundings {
  /** Nothing of it runs by itself, so that nothing has to be set for it. */
  isLibrary: boolean;
  framework: string | undefined;
  /** Every key with an entry in an example, for choosing among names that mean the same. */
  inExample: ReadonlySet<string>;
  /** No code was seen to read any variable: an example is all there is to go by. */
  isCodeSilent: boolean;
  /** Its code asks for its variables by name, in a language whose libraries seldom read any themselves. */
  isByName: boolean;
  /** Some of what its code reads was found, so that what only the compose file beside it hands on is likely read by nothing. */
  isCodeTelling: boolean;
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
}

/** The identifier and secret of a provider of sign-in. */
export const signIn: RegExp =
  /^(?:NEXT_PUBLIC_|NUXT_OAUTH_|OAUTH_|AUTH_)?(GITHUB|GOOGLE|DISCORD|TWITTER|FACEBOOK|APPLE|GITLAB|LINKEDIN|SPOTIFY|TWITCH|SLACK|AUTH0|KEYCLOAK|MICROSOFT(?:_ENTRA_ID)?|AZURE_AD|COGNITO|OKTA|NOTION|REDDIT|BITBUCKET|SNAPCHAT|INSTAGRAM|TIKTOK|STEAM|KAKAO|NAVER|LINE|WECHAT|QQ)_(?:OAUTH_|CLIENT_|APP_|CONSUMER_)?(?:ID|SECRET|KEY|ISSUER)$/;
/** The key to a vendor's language models. */
export const modelKey: RegExp =
  /^(?:OPENAI|ANTHROPIC|GOOGLE_GENERATIVE_AI|GOOGLE_AI|GEMINI|MISTRAL|GROQ|XAI|COHERE|PERPLEXITY|DEEPSEEK|FIREWORKS|TOGETHER|TOGETHER_AI|OPENROUTER|AZURE_OPENAI|HUGGINGFACE)_API_KEY$/;
/** Entries of examples that are not commented out; no application needs so many to start. */
const fewestInCatalogue = 60;

const byName = /\.(?:py|go|rs|java|kt|cs)$/;

const notCompose = /^(?!.*(?:compose[\w.-]*\.ya?ml|Dockerfile|\.env[\w.-]*)$)/;

/** How many variables are read in files of such paths by what runs. */
function keysIn(sightings: readonly Sighting[], paths: RegExp): number {
  return new Set(sightings.flatMap(({ key, need, path }) => (need !== "tooling" && paths.test(path) ? [key] : [])))
    .size;
}

/** What stands in the example every project of Laravel begins with. */
const ofLaravel =
  /^(?:APP|AWS|BCRYPT|BROADCAST|CACHE|DB|FILESYSTEM|LOG|MAIL|MEMCACHED|MIX|PHP|PUSHER|QUEUE|REDIS|SESSION|VITE)_/;

function isOwnExample(keys: ReadonlySet<string>, framework: string | undefined): boolean {
  return framework === "laravel" ? [...keys].some((key) => !ofLaravel.test(key)) : keys.size >= 3;
}

/** Places and entries of one variable. */
export interface Gathered {
  sightings: Sighting[];
  examples: ExampleEntry[];
}

/** Of the service in `directory`; `sightings` are settled, and `byKey` holds all of them and of the examples. */
export function surroundingsOf(
  byKey: ReadonlyMap<string, Gathered>,
  {
    directory,
    facts,
    dependencies,
    sightings,
    told: { listings, examples, readmes },
  }: {
    directory: string;
    facts: Pick<ServiceFacts, "kind" | "framework" | "database">;
    dependencies: ReadonlyMap<string, string>;
    sightings: readonly Sighting[];
    told: Told;
  },
): Surroundings {
  const inExample = new Set(examples.map(({ key }) => key));
  const wanted = [...byKey.values()].filter(({ sightings: all }) =>
    all.some(({ need }) => need === "plain" || need === "asserted" || need === "checked"),
  );
  const listed = wanted.filter(({ examples: all }) => all.length > 0).length;
  const isRead = (all: readonly ExampleEntry[]): boolean =>
    all.some(({ key }) => byKey.get(key)!.sightings.some(({ need }) => need !== "tooling"));
  return {
    hasSchema:
      new Set(sightings.flatMap((one) => (isOfSchema(one) && !isProvided(one.key) ? [one.key] : []))).size >= 3,
    // A README shows some of them where it explains something.
    isExampleComplete: listed >= 5 && listed >= wanted.length * (listings.length > 0 ? 0.6 : 0.8),
    // One of which nothing reads anything is of another time.
    isExampleTelling:
      listings.length > 0 && isRead(listings) && (isOwnExample(inExample, facts.framework) || listed >= 2),
    framework: facts.framework,
    // The example at the root of a repository is for all its services; that one of them reads nothing says nothing of it.
    isCodeSilent:
      sightings.every(({ need }) => need === "given" || need === "tooling") &&
      (directory === "." || listings.some(({ path }) => path.startsWith(`${directory}/`))),
    isByName: keysIn(sightings, byName) >= 3,
    isCodeTelling: facts.kind !== "compose" && keysIn(sightings, notCompose) >= 3,
    hasServer: facts.database.some((name) => name !== "sqlite"),
    dependencies,
    // A package with an example of its variables is run by somebody.
    isLibrary: facts.kind === "package" && listings.length === 0,
    isStatic: facts.kind === "static",
    verdicts: new Map(readmes.toReversed().flatMap(({ verdicts }) => [...verdicts])),
    read: new Set([...byKey].flatMap(([key, { sightings: all }]) => (all.length > 0 ? [key] : []))),
    readAlone: new Set(
      sightings.flatMap(({ key, need, elseReads, alternativeOf }) =>
        (need === "plain" || need === "asserted" || need === "checked") && !elseReads && !alternativeOf ? [key] : [],
      ),
    ),
    // Nest makes every part of it when it starts, whichever is used.
    isCrowded:
      wanted.length > 25 &&
      facts.framework !== "nestjs" &&
      !sightings.some(({ inSchema, isFilled }) => inSchema || isFilled),
    isExampleBrief: listings.length > 0 && listings.length <= 4,
    // One name in several examples is one variable.
    isCatalogue:
      new Set(listings.flatMap(({ key, isCommentedOut }) => (isCommentedOut ? [] : [key]))).size >= fewestInCatalogue,
    providers: providersOf(byKey.keys()),
    models: {
      count: [...byKey.keys()].filter((key) => modelKey.test(key)).length,
      first: firstModel(examples),
    },
    inExample,
  };
}

/** A schema that is asked, and no function that takes one name after the other. */
function isOfSchema({ inSchema, isUnasked, callee }: Sighting): boolean {
  return inSchema === true && !isUnasked && callee === undefined;
}

/** The vendor of models an example asks for first; where it calls that one optional, none is needed. */
function firstModel(examples: readonly ExampleEntry[]): string {
  const listed = examples.find(({ key, isCommentedOut }) => modelKey.test(key) && !isCommentedOut);
  return listed === undefined ? "OPENAI_API_KEY" : listed.isOptional ? "" : listed.key;
}

/** How many providers of sign-in have a pair of variables: of several, one is enough. */
function providersOf(keys: Iterable<string>): number {
  const all = [...keys].flatMap((key) => signIn.exec(key)?.[1] ?? []);
  return new Set(all).size;
}
