/**
 * Whether a deployment must set a variable. A table: the first ruling that holds decides, so that what is certain stands above what is
 * only likely. `because` is shown to people behind the variable's name.
 */
import { isProvided } from "./provided.ts";
import type { Ruling, SeenVariable } from "./seen.ts";
import { modelKey, signIn } from "./surroundings.ts";
import { ofUnseen } from "./unseen.ts";

/** From so many on, a project offers them to choose from. */
const manyProviders = 4;
/** Of these, what a schema without a default (or a program of Rust, which ends) insists on is needed all the same. */
const schemaMayAsk =
  /^(?:LOG_LEVEL|HTTP_PORT|SERVER_PORT|APP_ENV|BASE_PATH|URL|PUBLIC_URL|DEPLOY_URL|CONTEXT|TEST_\w+|GIT_\w+|BUILD_\w+|PROFILE)$/;
const pythonMayAsk = /^(?:(?:APP_|DJANGO_|FLASK_)?DEBUG|APP_ENV|LOG_LEVEL|STANDALONE|TEST_\w+)$/;
/** What a framework sets itself, or has a setting of that name for which nothing is as good as any value. */
const heldByFramework = new Map([
  ["vue-cli", /^BASE_URL$/],
  [
    "flask",
    /^(?:SERVER_NAME|APPLICATION_ROOT|PREFERRED_URL_SCHEME|MAX_CONTENT_LENGTH|PERMANENT_SESSION_LIFETIME|SESSION_COOKIE_\w+|MAIL_(?!SERVER$|USERNAME$|PASSWORD$|DEFAULT_SENDER$)\w+)$/,
  ],
]);
/** What hosts give that a program may be taken from. */
const ofOtherHosts = /^(?:FLY|RENDER|RAILWAY|HEROKU)_\w+$/;
/** And what an example asks for: programs that call the platform's interface. */
const exampleMayAsk = /^VERCEL_(?:PROJECT|ORG)_ID$/;
/** What bots are told, in whatever case their authors write. */
const ofBots = /^(?:(?:bot|discord|telegram)?_?token|client_?(?:id|secret)|mongo(?:db)?_?(?:ur[il]|connection)?)$/i;
/** Credentials some write as their vendors do, in lower case. */
const inLowerCase = /^(?:[a-z]+_)*(?:api_?key|api_?secret|access_?key|secret_?key|cloud_?name|db_?ur[il])$/;
/** And in camel case, where the program reads them from the environment itself. */
const secretInCamelCase = /^[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)*(?:Key|Secret|Token|Password)$/;
/** A connection is made of all of these; what is quieted of one is as needed as its password. */
const partOfConnection =
  /^(?:DB|DATABASE|PG|POSTGRES|MYSQL|MONGO|MONGODB|REDIS|RMQ|RABBITMQ|AMQP)_(?:HOST|PORT|NAME|USER|USERNAME|DATABASE)$/;
const passwordOfConnection = /^[A-Z]+_PASS(?:WORD)?$/;
/** The example lists the other parts of the connection: of this one it forgot, or spelled the name otherwise. */
function isPartOfListed(key: string, inExample: ReadonlySet<string>): boolean {
  const [store] = key.split("_", 1);
  const others = [...inExample].filter(
    (one) => one.startsWith(`${store}_`) && (partOfConnection.test(one) || passwordOfConnection.test(one)),
  );
  if (passwordOfConnection.test(key)) return others.length >= 2 && others.some((one) => passwordOfConnection.test(one));
  return partOfConnection.test(key) && !key.endsWith("_PORT") && others.length >= 2;
}
const passwordOfStore = /(?:REDIS|MONGO(?:DB)?)_PASS(?:WORD)?$/;
/** Of the networks that programs run in few ask for one. */
const ofProxy = /(?:^|_)PROXY(?:_(?:URL|HOST|PORT))?$/;
const credentialOfRedis = /^(?:\w+_)?REDIS_(?:PASS|PASSWORD|USER|USERNAME)$/;
const oftenLocked = /(?:SECRET|KEY|TOKEN)$/;

/** What nobody gives, whatever reads it. */
const ofOthers: readonly Ruling[] = [
  {
    required: false,
    because: "the platform or the runtime sets it",
    holds: (one) => isProvided(one.key) && !isAskedForAllTheSame(one),
  },
  {
    required: false,
    because: "the framework has a value of its own",
    holds: ({ key, reads, around: { framework } }) =>
      framework !== undefined &&
      heldByFramework.get(framework)?.test(key) === true &&
      reads.every(({ need }) => need !== "asserted" && need !== "checked"),
  },
  {
    required: false,
    because: "it is given together with the variable its example names",
    // `VITE_KEY="${KEY}"`, where KEY is read as well: whoever gives the one has given the other.
    holds: ({ key, examples, around: { read }, isInSchema }) =>
      !isInSchema &&
      examples.length > 0 &&
      examples.every(({ value }) => {
        const other = /^\$\{?([A-Z][A-Z0-9_]*)\}?$/.exec(value)?.[1] ?? "";
        return other !== key && read.has(other);
      }),
  },
  {
    required: false,
    because: "the key of one vendor of models is enough",
    holds: ({ key, around: { models }, isInSchema }) =>
      models.count >= manyProviders && modelKey.test(key) && key !== models.first && !isInSchema,
  },
  {
    required: true,
    because: "the program stops without what its example lists",
    holds: ({ examples, around: { dependencies } }) =>
      dependencies.has("dotenv-safe") &&
      examples.some(({ path, isCommentedOut }) => !isCommentedOut && /(?:^|\/)\.env\.example$/.test(path)),
  },
];

/** What some code reads. */
const ofRead: readonly Ruling[] = [
  { required: false, because: "the project gives it a value itself", holds: (one) => one.is("given") },

  // What the project calls it.
  {
    required: false,
    because: "the README calls it optional",
    holds: ({ key, around: { verdicts }, isInSchema, isInsisted }) =>
      verdicts.get(key) === "optional" && !isInSchema && !isInsisted,
  },
  {
    required: true,
    because: "it is one of the few its example asks for",
    holds: (one) =>
      one.around.isExampleBrief && one.is("declared") && one.isMeant && !one.reads.some(({ hasDefault }) => hasDefault),
  },
  {
    required: false,
    because: "it is declared as optional",
    holds: (one) =>
      one.is("declared") && !one.reads.some(({ need, path }) => need === "checked" && path.endsWith(".prisma")),
  },
  {
    required: false,
    because: "nothing says that the setting must have a value",
    // What a structure of Go holds without saying more of it is needed where the example asks for it.
    holds: ({ reads, isListed, isDatabase, isCore }) =>
      reads.every(({ inSchema, need, path }) => inSchema && need === "plain" && path.endsWith(".go")) &&
      !isListed &&
      !isDatabase &&
      !isCore,
  },

  // One of many, each of which can be left out.
  {
    required: false,
    because: "the program asks whether its feature is set up",
    holds: (one) =>
      one.reads.some(({ asksFeature }) => asksFeature) &&
      !one.isDatabase &&
      !one.isCore &&
      !one.isInSchema &&
      !one.isCalledRequired,
  },
  {
    required: false,
    because: "one way to sign in is enough",
    holds: ({ key, examples, around: { providers }, isInSchema }) =>
      providers >= manyProviders &&
      (signIn.test(key) || (/^AUTH_[A-Z0-9]+_/.test(key) && examples.length === 0)) &&
      !isInSchema,
  },
  {
    required: false,
    because: "the example lists so many that most are optional",
    holds: (one) =>
      one.around.isCatalogue &&
      !one.isInSchema &&
      !one.isInsisted &&
      !one.isDatabase &&
      !one.isCore &&
      !one.isCalledRequired,
  },
  {
    required: false,
    because: "another variable takes its place",
    // `A ?? B` where only B is told of, or is needed in any case: A is for another occasion.
    holds: ({ reads, isListed, around: { inExample, readAlone } }) =>
      !isListed &&
      reads.every(({ elseReads }) => elseReads !== undefined && (inExample.has(elseReads) || readAlone.has(elseReads))),
  },

  // What is said outright.
  {
    required: true,
    because: "the address in its settings is one of its author's machine",
    holds: ({ reads }) => reads.some(({ isNearby }) => isNearby),
  },
  {
    required: true,
    because: "the program stops or refuses its work without it",
    holds: (one) => one.is("checked") && !one.isCalledOptional,
  },
  {
    required: true,
    because: "its example calls it required",
    holds: ({ examples, isCalledRequired }) =>
      isCalledRequired && examples.some((one) => one.isRequired && one.hasPlaceholder),
  },
  {
    required: true,
    because: "the README calls it required",
    // What is no secret and has a value of its own wherever it is read is only wanted.
    holds: ({ key, examples, around: { verdicts }, isListed, reads, sensitive, isDatabase }) =>
      verdicts.get(key) === "required" &&
      (examples.length === 0 || isListed) &&
      (sensitive || isDatabase || !reads.every(({ need }) => need === "default")),
  },
  {
    required: false,
    because: "its example calls it optional",
    // Where it is only commented out, and Python raises without it, another way is taken while developing.
    holds: ({ examples, isListed, isDatabase, reads }) =>
      examples.length > 0 &&
      !isListed &&
      !(
        examples.every(({ isCommentedOut, isOptional }) => isCommentedOut && (isDatabase || !isOptional)) &&
        (isDatabase || reads.some(({ need, path }) => need === "asserted" && path.endsWith(".py")))
      ),
  },

  // What only the places that read it can tell.
  {
    required: false,
    because: "its name is none that people set",
    // Names in lower case are the shell's own or a slip, and those in camelCase are set by the project's own configuration.
    holds: ({ key, isListed, reads }) =>
      (!/[A-Z]/.test(key) || /[a-z][A-Z]/.test(key)) &&
      !isListed &&
      !ofBots.test(key) &&
      !inLowerCase.test(key) &&
      !(secretInCamelCase.test(key) && reads.every(({ callee, inSchema }) => callee === undefined && !inSchema)),
  },
  {
    required: false,
    because: "only an image is built with it",
    holds: ({ byFile, isListed }) => byFile.length === 0 && !isListed,
  },
  {
    required: false,
    because: "only the compose file beside the program names it",
    holds: ({ reads, isDatabase, around }) =>
      around.isCodeTelling && !isDatabase && reads.every(({ path }) => /compose[\w.-]*\.ya?ml$/.test(path)),
  },
  { required: false, because: "the code works without it", holds: isDoneWithout },
  {
    required: false,
    because: "it is one of many, and nothing insists on it",
    holds: (one) =>
      one.around.isCrowded &&
      !one.byFile.includes("asserted") &&
      !one.isDatabase &&
      !one.isCalledRequired &&
      !one.isCore,
  },
  {
    required: false,
    because: "applications are known to work without it",
    holds: ({ key, rule, isCalledRequired, isListed, byFile, reads }) =>
      rule?.isExtra === true &&
      !isCalledRequired &&
      !(byFile.includes("asserted") && isListed) &&
      !isLookedUp(reads, key),
  },
  { required: false, because: "an empty value is as good", holds: isQuieted },
  {
    required: false,
    because: "a proxy is needed in few networks",
    holds: ({ key, reads }) =>
      ofProxy.test(key) && reads.every(({ need }) => need !== "checked" && need !== "asserted"),
  },
  {
    required: false,
    because: "Redis asks for it only where it is set up so",
    holds: ({ key, reads, examples, isCalledRequired }) =>
      credentialOfRedis.test(key) &&
      !isCalledRequired &&
      reads.every(({ need }) => need !== "checked" && need !== "asserted") &&
      examples.every(({ value }) => value === "" || value === "null"),
  },
  {
    required: true,
    because: "a part of the program does nothing without it",
    // `if (!secret) return;` at the head of a webhook: nothing fails, and nothing works either.
    holds: ({ key, byFile, isListed }) => byFile.includes("skipped") && isListed && oftenLocked.test(key),
  },
  {
    required: false,
    because: "what reads it does nothing without it",
    // Unless another place claims that it is there.
    holds: ({ byFile, isListed, around: { inExample } }) =>
      byFile.includes("skipped") && !(byFile.includes("asserted") && (isListed || inExample.size === 0)),
  },
  { required: false, because: "the schema of the variables leaves it out", holds: isLeftOutOfSchema },
  {
    required: false,
    because: "the example, which lists the others, leaves it out",
    holds: ({
      key,
      byFile,
      isListed,
      isDatabase,
      isCore,
      isSigning,
      around: { isExampleComplete, isExampleTelling, inExample },
    }) =>
      !isListed &&
      !byFile.includes("asserted") &&
      !isPartOfListed(key, inExample) &&
      ((isExampleComplete && !isSigning) || (isExampleTelling && !isDatabase && !isCore)),
  },
  {
    required: false,
    because: "it is read where another is missing",
    holds: ({ key, reads, around: { inExample } }) =>
      reads.every(({ alternativeOf }) => alternativeOf !== undefined) &&
      !(inExample.has(key) && reads.every(({ alternativeOf }) => !inExample.has(alternativeOf!))),
  },
  { required: true, because: "nothing takes its place where it is read", holds: () => true },
];

/** The ruling that decides of a variable of a project that runs. */
export function rulingOf(one: SeenVariable): Ruling {
  const holds = (ruling: Ruling): boolean => ruling.holds(one);
  return ofOthers.find(holds) ?? (one.reads.length === 0 ? ofUnseen : ofRead).find(holds)!;
}

/** Python raises for what it looks up while its settings are loaded. */
function isLookedUp(reads: SeenVariable["reads"], key: string): boolean {
  return (
    pythonMayAsk.test(key) &&
    reads.some(({ need, path }) => (need === "checked" || need === "asserted") && path.endsWith(".py"))
  );
}

/** A schema, or an example, asks people for what is otherwise set for them. */
function isAskedForAllTheSame({ key, reads, examples }: SeenVariable): boolean {
  const isInsistedOn =
    schemaMayAsk.test(key) &&
    reads.some(
      ({ need, inSchema, path }) => need === "checked" && (inSchema || (path.endsWith(".rs") && key !== "PROFILE")),
    );
  const isExampleClear =
    exampleMayAsk.test(key) && examples.some((one) => !one.isOptional && !one.isCommentedOut && one.hasPlaceholder);
  const isOfAnotherHost = ofOtherHosts.test(key) && reads.some(({ need }) => need === "checked");
  return isInsistedOn || isLookedUp(reads, key) || isExampleClear || isOfAnotherHost;
}

const script = /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/;

/** Somewhere a value takes its place, or it is asked for first, and nowhere else does anything depend on it. */
function isDoneWithout({
  byFile,
  reads,
  isDatabase,
  isListed,
  isCalledRequired,
  isSigning,
  around,
}: SeenVariable): boolean {
  if (!byFile.includes("default") && !byFile.includes("guarded")) return false;
  if (byFile.includes("asserted")) return false;
  // Some only warn when it is missing; without its database an application that lists one does nothing.
  // Other languages fall back on a file of SQLite, and Laravel asks for an address that may well be missing.
  const isTold = isListed || (around.inExample.size === 0 && reads.every(({ path }) => script.test(path)));
  const isOnlyAskedFor = isDatabase && isTold && !reads.some(({ need }) => need === "default");
  // A place that looks whether the secret is there, to print it, takes nothing from those that sign with it.
  const isSigned = isSigning && !byFile.includes("default");
  const isAlsoPlain = byFile.includes("plain") && ((isDatabase && isListed) || isCalledRequired || isSigned);
  return !isOnlyAskedFor && !isAlsoPlain;
}

/** Lists, prefixes and the like, of which an example that leaves them empty says that none is as good. */
const mayBeNone = /_(?:ALLOW|ALLOWED|DENY|DENIED|BLOCKED|IGNORED?|EXTRA)_\w+$|_(?:PREFIX|SUFFIX|LIST|TAGS?)$/;

/** `|| ""` everywhere, and neither its name nor an example says that an empty value is of no use. */
function isQuieted({ key, rule, sensitive, byFile, examples, isListed, reads, around }: SeenVariable): boolean {
  if (!byFile.every((need) => need === "quieted")) return false;
  const isUntold = around.inExample.size === 0 && !reads.some(({ path }) => script.test(path));
  const isKnown = rule !== null ? !rule.isExtra : sensitive || ofBots.test(key);
  const isAsked = ({ hasPlaceholder, value }: { hasPlaceholder: boolean; value: string }): boolean =>
    hasPlaceholder && !(value === "" && mayBeNone.test(key));
  // Of a program in another language without an example its database is as much.
  const isOfDatabase = partOfConnection.test(key) && (isListed || isUntold);
  const isWanted = isOfDatabase || (isListed && examples.some(isAsked));
  return !isWanted && !(isKnown && !passwordOfStore.test(key));
}

function isLeftOutOfSchema({ reads, byFile, isDatabase, isListed, around }: SeenVariable): boolean {
  if (!around.hasSchema || reads.some(({ inSchema, isOfLibrary }) => inSchema ?? isOfLibrary)) return false;
  // What the client of the database is given needs no schema.
  if (isDatabase && (isListed || around.inExample.size === 0)) return false;
  // What Python looks up in the environment as it is loaded raises.
  if (reads.some(({ need, path }) => need === "asserted" && path.endsWith(".py"))) return false;
  return !isListed || (!byFile.includes("asserted") && reads.every(({ callee }) => callee !== undefined));
}
