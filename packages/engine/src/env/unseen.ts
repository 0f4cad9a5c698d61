/**
 * Rulings on variables that no code was seen to read. Some are needed all the same: Nuxt fills runtimeConfig from NUXT_ variables, and
 * libraries read variables that begin with their vendor's name. An example that asks for such a value is the only sign of it.
 */
import { isGenerator } from "./generators.ts";
import { isPublic, splitPrefix } from "./rules.ts";
import type { Ruling, SeenVariable } from "./seen.ts";

const partOfDatabase = /^(?:DB|DATABASE|PG|POSTGRES|MYSQL|MONGO|MONGODB|TURSO|LIBSQL)_?/;
/** Whatever stands in their place: who reads these has no use for an address. */
const partsOfConnection = [
  /^(?:DB|DATABASE|PG|POSTGRES|MYSQL)_?HOST$/,
  /^(?:DB|DATABASE|PG|POSTGRES|MYSQL)_?PASS(?:WORD)?$/,
];
const ownAddress = /(?:SITE|BASE|APP|PUBLIC)_URL$/;
const filledByNuxt = /^NUXT_\w*_(?:ID|KEY|SECRET|TOKEN|PASSWORD)$/;

/** Vendors whose libraries never look at the environment, and words that are no vendor. */
const passedByCode = new Set(
  `stripe postgres mysql mongodb database prisma supabase next react vite app api auth google github firebase webhook sentry redis node
  jwt session openai email test web algolia pusher twilio cloudinary mailgun sendgrid nodemailer razorpay telegram discord config client
  server cloudflare`.split(/\s+/),
);

export const ofUnseen: readonly Ruling[] = [
  {
    required: false,
    because: "what makes the pages reads no variables",
    holds: ({ around: { framework } }) => isGenerator(framework),
  },
  { required: false, because: "the example chooses another way", holds: ({ isNotChosen }) => isNotChosen },
  {
    required: false,
    because: "the code connects to its database with other variables",
    holds: (one) =>
      isConnection(one) &&
      ([...one.around.readAlone].some((other) => partOfDatabase.test(other)) ||
        partsOfConnection.every((part) => [...one.around.read].some((other) => part.test(other)))),
  },
  {
    required: true,
    because: "the project uses a database, and its example asks for the connection",
    // Its configuration is somewhere else: Prisma's schema at the root of the workspace, a client's own file.
    holds: isConnection,
  },
  {
    required: true,
    because: "NextAuth needs its own address",
    holds: (one) => one.key === "NEXTAUTH_URL" && isOwnAddressNeeded(one),
  },
  { required: false, because: "NextAuth finds its own address", holds: ({ key }) => key === "NEXTAUTH_URL" },
  {
    required: false,
    because: "nothing was seen to read it",
    holds: ({ key, around: { dependencies } }) =>
      key.startsWith("NEXTAUTH_") &&
      ![...dependencies.keys()].some((name) => /^(?:next-auth$|@auth\/|@sidebase\/nuxt-auth$|.*authjs)/.test(name)),
  },
  {
    required: false,
    because: "nothing was seen to read it",
    holds: (one) => !one.isMeant && !(one.key === "AWS_REGION" && one.isListed),
  },
  {
    required: false,
    because: "applications are known to work without it",
    holds: ({ rule }) => rule?.isExtra === true,
  },
  {
    required: false,
    because: "it is of a program beside these pages",
    // Pages that are only built are given nothing but what their builder lets through.
    holds: ({ key, around: { isStatic, isCodeSilent } }) => isStatic && !isCodeSilent && !isPublic(key),
  },
  {
    required: true,
    because: "its example calls it required",
    holds: ({ examples }) => examples.some((one) => one.isRequired && one.hasPlaceholder),
  },
  {
    required: true,
    because: "applications sign or encrypt with it",
    // It is read by something, a library or a file that was not looked into; what asks by name elsewhere would ask for it by name.
    holds: (one) => one.isSigning && !isInReadmeOnly(one) && !one.around.isStatic && !one.around.isByName,
  },
  {
    required: false,
    because: "its own address is known where it runs",
    holds: ({ key }) => ownAddress.test(key),
  },
  {
    required: false,
    because: "nothing was seen to read it",
    holds: ({ key, around: { dependencies } }) =>
      key === "AI_GATEWAY_API_KEY" && !dependencies.has("ai") && !dependencies.has("@ai-sdk/gateway"),
  },
  { required: true, because: "the AI SDK reads it", holds: ({ key }) => key === "AI_GATEWAY_API_KEY" },
  {
    required: true,
    because: "its example is all there is to go by, and asks for it",
    holds: ({ around }) => around.isCodeSilent,
  },
  { required: false, because: "only the README names it", holds: isInReadmeOnly },
  {
    required: true,
    because: "Nuxt fills its configuration from it",
    holds: ({ key, around: { framework } }) => framework === "nuxt" && filledByNuxt.test(key),
  },
  { required: true, because: "a library of its vendor reads it", holds: isReadByVendor },
  { required: false, because: "nothing was seen to read it", holds: () => true },
];

/** An example asks for the connection to a database that the project was seen to use. */
function isConnection({ isDatabase, isListed, around }: SeenVariable): boolean {
  return isDatabase && isListed && around.hasServer;
}

/** NextAuth before version 5 cannot do without its own address, away from Vercel; later an empty place for it is the only sign. */
function isOwnAddressNeeded({ examples, isListed, around }: SeenVariable): boolean {
  const version = around.dependencies.get("next-auth");
  if (version === undefined || !isListed) return false;
  return (
    Number(/\d+/.exec(version)?.[0] ?? 5) < 5 ||
    examples.some((one) => one.value === "" && !one.isOptional && !one.isCommentedOut)
  );
}

function isInReadmeOnly({ examples }: SeenVariable): boolean {
  return examples.every(({ path }) => /\.md$/i.test(path));
}

/** It begins with the name of a vendor whose library the project depends on, and whose other values the code does not hand over. */
function isReadByVendor({ key, around: { dependencies, readAlone, framework } }: SeenVariable): boolean {
  if (framework === "nuxt" && key.startsWith("NUXT_")) return false;
  const { prefix, bare } = splitPrefix(key);
  const first = /^([A-Z][A-Z0-9]{2,})_/.exec(bare)?.[1];
  const vendor = first?.toLowerCase();
  if (first === undefined || vendor === undefined || passedByCode.has(vendor)) return false;
  if (!/_(?:ID|KEY|SECRET|TOKEN|URL|REGION)$/.test(key)) return false;
  // The libraries of AWS know their own names for them, and none that reach the browser.
  if (vendor === "aws" && prefix !== "") return false;
  if (vendor !== "aws" && [...readAlone].some((other) => splitPrefix(other).bare.startsWith(`${first}_`))) return false;
  return [...dependencies.keys()].some((name) => name.split(/[@/_.-]/).includes(vendor));
}
