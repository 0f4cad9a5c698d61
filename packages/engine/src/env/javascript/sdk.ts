/**
 * Variables that libraries read by themselves, so that no line of the project names them: a table.
 * A row holds when the package is a dependency and one of the files uses it as `uses` says.
 */

export interface SdkRow {
  /** Any of these in package.json, requirements or the like. */
  packages: string[];
  /** First major version the row holds for, and the first it no longer holds for. */
  from?: number;
  below?: number;
  /** Call or name in the code that makes the library read the variables; without it, an import is enough. */
  uses?: RegExp;
  /** Words in the arguments of that call which say that the value is passed instead. */
  unless?: RegExp;
  /** Words in the code around that call, in its file, which say that another way is taken. */
  unlessAnywhere?: RegExp;
  /** Variables without which it fails. Of several in one string separated by `|`, any one will do; the first is asked for. */
  needs: string[];
  when?: "build";
  source: string;
}

/** An instance of a provider of the AI SDK that is handed a key of the environment, under whatever name or as a constant. */
const createdWithKey =
  /\bcreate[A-Z]\w*\s*\(\s*\{[^}]*\bapiKey\s*:\s*(?:process\.env|import\.meta\.env|env\.|[A-Z][A-Z0-9]*_[A-Z0-9_]+\b)/;
/** Version 5 answers what the one before exports: `const { handlers, auth } = NextAuth(…)`. */
const nextAuthOfFive = /\}\s*=\s*NextAuth\s*\(/;
const secretByOtherName = /\bsecret\s*:\s*(?:process\.env\.(?!(?:NEXT)?AUTH_SECRET\b)[A-Z]|runtimeConfig\.)/;
const aiSdk = "https://ai-sdk.dev/providers/ai-sdk-providers";

function aiSdkProvider(name: string, key: string): SdkRow {
  return {
    packages: [`@ai-sdk/${name.toLowerCase()}`],
    uses: new RegExp(`\\b${name}\\s*(?:\\.\\s*\\w+\\s*)?\\(|\\b${name}\\.tools`),
    unlessAnywhere: createdWithKey,
    needs: [key],
    source: aiSdk,
  };
}

export const sdks: SdkRow[] = [
  {
    packages: ["@clerk/nextjs"],
    needs: ["NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY"],
    source: "https://clerk.com/docs/deployments/clerk-environment-variables",
  },
  {
    packages: ["@clerk/astro", "@clerk/tanstack-start"],
    needs: ["PUBLIC_CLERK_PUBLISHABLE_KEY|CLERK_PUBLISHABLE_KEY|VITE_CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY"],
    source: "https://clerk.com/docs/deployments/clerk-environment-variables",
  },
  {
    packages: ["@clerk/remix", "@clerk/express", "@clerk/fastify"],
    needs: ["CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY"],
    source: "https://clerk.com/docs/deployments/clerk-environment-variables",
  },
  {
    packages: ["@clerk/nuxt"],
    needs: ["NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "NUXT_CLERK_SECRET_KEY"],
    source: "https://clerk.com/docs/quickstarts/nuxt",
  },
  {
    packages: ["next-auth"],
    uses: /\bNextAuth\s*\(|\bgetServerSession\s*\(|AuthOptions\b/,
    unlessAnywhere: new RegExp(`${nextAuthOfFive.source}|${secretByOtherName.source}`),
    needs: ["NEXTAUTH_SECRET|AUTH_SECRET"],
    source: "https://next-auth.js.org/configuration/options",
  },
  {
    packages: ["next-auth"],
    uses: nextAuthOfFive,
    needs: ["AUTH_SECRET|NEXTAUTH_SECRET"],
    source: "https://authjs.dev/getting-started/migrating-to-v5",
  },
  {
    packages: [
      "@auth/core",
      "@auth/sveltekit",
      "@auth/express",
      "@auth/solid-start",
      "@solid-mediakit/auth",
      "auth-astro",
    ],
    unlessAnywhere: secretByOtherName,
    needs: ["AUTH_SECRET"],
    source: "https://authjs.dev/reference/core/errors#missingsecret",
  },
  {
    packages: ["better-auth"],
    uses: /\bbetterAuth\s*\(/,
    unless: /\bsecret\s*:/,
    needs: ["BETTER_AUTH_SECRET"],
    source: "https://www.better-auth.com/docs/installation",
  },
  {
    packages: ["@auth0/nextjs-auth0"],
    below: 4,
    needs: ["AUTH0_SECRET", "AUTH0_BASE_URL", "AUTH0_ISSUER_BASE_URL", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"],
    source: "https://github.com/auth0/nextjs-auth0/tree/v3",
  },
  {
    packages: ["@auth0/nextjs-auth0"],
    from: 4,
    needs: ["AUTH0_SECRET", "AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "APP_BASE_URL"],
    source: "https://github.com/auth0/nextjs-auth0",
  },
  {
    packages: ["@kinde-oss/kinde-auth-nextjs"],
    needs: [
      "KINDE_CLIENT_ID",
      "KINDE_CLIENT_SECRET",
      "KINDE_ISSUER_URL",
      "KINDE_SITE_URL",
      "KINDE_POST_LOGOUT_REDIRECT_URL",
      "KINDE_POST_LOGIN_REDIRECT_URL",
    ],
    source: "https://docs.kinde.com/developer-tools/sdks/backend/nextjs-sdk/",
  },
  {
    packages: ["@workos-inc/authkit-nextjs"],
    needs: ["WORKOS_CLIENT_ID", "WORKOS_API_KEY", "WORKOS_COOKIE_PASSWORD", "NEXT_PUBLIC_WORKOS_REDIRECT_URI"],
    source: "https://github.com/workos/authkit-nextjs",
  },
  {
    packages: ["@supabase/auth-helpers-nextjs", "@supabase/auth-helpers-react"],
    uses: /create(?:ClientComponent|ServerComponent|RouteHandler|Middleware|ServerAction|Pages\w+|Browser|Server)\w*(?:Client)?\s*(?:<[^>]*>)?\(/,
    needs: ["NEXT_PUBLIC_SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_ANON_KEY"],
    source: "https://supabase.com/docs/guides/auth/auth-helpers/nextjs",
  },
  {
    packages: ["@nuxtjs/supabase"],
    needs: ["SUPABASE_URL|NUXT_PUBLIC_SUPABASE_URL", "SUPABASE_KEY|NUXT_PUBLIC_SUPABASE_KEY"],
    source: "https://supabase.nuxtjs.org",
  },
  {
    packages: ["@nuxtjs/supabase", "#supabase/server"],
    uses: /\bserverSupabaseServiceRole\s*(?:<[^>]*>)?\(/,
    needs: ["SUPABASE_SERVICE_KEY|SUPABASE_SECRET_KEY|NUXT_SUPABASE_SERVICE_KEY"],
    source: "https://supabase.nuxtjs.org/services/serversupabaseservicerole",
  },
  {
    packages: ["nuxt-auth-utils"],
    needs: ["NUXT_SESSION_PASSWORD"],
    source: "https://github.com/atinux/nuxt-auth-utils",
  },
  {
    packages: ["openai"],
    uses: /new\s+OpenAI\s*\(|new\s+OpenAIApi\s*\(|(?<![\w.])OpenAI\(/,
    unless: /apiKey|api_key|\bconfig|\w+\)$|azure/i,
    needs: ["OPENAI_API_KEY"],
    source: "https://github.com/openai/openai-node",
  },
  {
    packages: ["@anthropic-ai/sdk", "anthropic"],
    uses: /new\s+Anthropic\s*\(|(?<![\w.])(?:Async)?Anthropic\(/,
    unless: /apiKey|api_key|authToken|\w+\)$/,
    needs: ["ANTHROPIC_API_KEY"],
    source: "https://github.com/anthropics/anthropic-sdk-typescript",
  },
  {
    packages: ["groq-sdk", "groq"],
    uses: /new\s+Groq\s*\(|(?<![\w.])Groq\(/,
    unless: /apiKey|api_key/,
    needs: ["GROQ_API_KEY"],
    source: "https://github.com/groq/groq-typescript",
  },
  {
    packages: ["together-ai", "together"],
    uses: /new\s+Together\s*\(|(?<![\w.])Together\(/,
    unless: /apiKey|api_key|auth/,
    needs: ["TOGETHER_API_KEY"],
    source: "https://github.com/togethercomputer/together-typescript",
  },
  {
    packages: ["replicate"],
    uses: /new\s+Replicate\s*\(|\breplicate\.run\(/,
    unless: /auth/,
    needs: ["REPLICATE_API_TOKEN"],
    source: "https://github.com/replicate/replicate-javascript",
  },
  {
    packages: ["@google/genai"],
    uses: /new\s+GoogleGenAI\s*\(/,
    unless: /apiKey|vertexai/,
    needs: ["GEMINI_API_KEY"],
    source: "https://github.com/googleapis/js-genai",
  },
  {
    packages: ["@langchain/openai", "langchain", "langchain-openai", "langchain_openai"],
    uses: /new\s+(?:Chat)?OpenAI(?:Embeddings)?\s*\(|\b(?:ChatOpenAI|OpenAIEmbeddings)\(/,
    unless: /apiKey|api_key|openAIApiKey|azure/i,
    needs: ["OPENAI_API_KEY"],
    source: "https://js.langchain.com/docs/integrations/chat/openai/",
  },
  {
    packages: ["@langchain/anthropic", "langchain-anthropic"],
    uses: /new\s+ChatAnthropic\s*\(|\bChatAnthropic\(/,
    unless: /apiKey|api_key/i,
    needs: ["ANTHROPIC_API_KEY"],
    source: "https://js.langchain.com/docs/integrations/chat/anthropic/",
  },
  {
    packages: ["ai", "@ai-sdk/gateway"],
    uses: /\bgateway\s*(?:\.\s*\w+\s*)?\(|\bcreateGateway(?:Provider)?\s*\(/,
    unless: /apiKey/,
    needs: ["AI_GATEWAY_API_KEY"],
    source: "https://ai-sdk.dev/providers/ai-sdk-providers/ai-gateway",
  },
  aiSdkProvider("openai", "OPENAI_API_KEY"),
  aiSdkProvider("anthropic", "ANTHROPIC_API_KEY"),
  aiSdkProvider("google", "GOOGLE_GENERATIVE_AI_API_KEY"),
  aiSdkProvider("mistral", "MISTRAL_API_KEY"),
  aiSdkProvider("groq", "GROQ_API_KEY"),
  aiSdkProvider("xai", "XAI_API_KEY"),
  aiSdkProvider("cohere", "COHERE_API_KEY"),
  aiSdkProvider("perplexity", "PERPLEXITY_API_KEY"),
  aiSdkProvider("deepseek", "DEEPSEEK_API_KEY"),
  aiSdkProvider("fireworks", "FIREWORKS_API_KEY"),
  aiSdkProvider("replicate", "REPLICATE_API_TOKEN"),
  aiSdkProvider("fal", "FAL_API_KEY"),
  {
    packages: ["@ai-sdk/togetherai"],
    uses: /\btogetherai\s*[(.]/,
    unlessAnywhere: createdWithKey,
    needs: ["TOGETHER_AI_API_KEY"],
    source: aiSdk,
  },
  {
    packages: ["@ai-sdk/amazon-bedrock"],
    uses: /\bbedrock\s*\(/,
    needs: ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    source: aiSdk,
  },
  { packages: ["@ai-sdk/azure"], uses: /\bazure\s*\(/, needs: ["AZURE_RESOURCE_NAME", "AZURE_API_KEY"], source: aiSdk },
  {
    packages: ["flags", "@vercel/flags"],
    uses: /\b(?:flag|createFlagsDiscoveryEndpoint|precompute|generatePermutations)\s*(?:<[^>]*>)?\(/,
    needs: ["FLAGS_SECRET"],
    source: "https://flags-sdk.dev/docs/api-reference",
  },
  {
    packages: ["resend"],
    uses: /new\s+Resend\s*\(\s*\)/,
    needs: ["RESEND_API_KEY"],
    source: "https://github.com/resend/resend-node",
  },
  {
    packages: ["@upstash/redis", "@upstash/ratelimit"],
    uses: /\bRedis\.fromEnv\s*\(/,
    needs: ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"],
    source: "https://upstash.com/docs/redis/sdks/ts/deployment",
  },
  {
    packages: ["@upstash/vector"],
    uses: /new\s+Index\s*(?:<[^>]*>)?\(\s*\)|Index\.fromEnv/,
    needs: ["UPSTASH_VECTOR_REST_URL", "UPSTASH_VECTOR_REST_TOKEN"],
    source: "https://upstash.com/docs/vector/sdks/ts/getting-started",
  },
  {
    packages: ["@vercel/kv"],
    uses: /\bkv\s*\.\s*\w+\s*(?:<[^>]*>)?\(|\bkv\b/,
    unlessAnywhere: /createClient\s*\(\s*\{/,
    needs: ["KV_REST_API_URL", "KV_REST_API_TOKEN"],
    source: "https://vercel.com/docs/storage/vercel-kv",
  },
  {
    packages: ["@vercel/blob"],
    uses: /\b(?:put|list|del|head|copy|handleUpload|upload)\s*(?:<[^>]*>)?\(/,
    needs: ["BLOB_READ_WRITE_TOKEN"],
    source: "https://vercel.com/docs/vercel-blob",
  },
  {
    packages: ["@vercel/postgres"],
    uses: /\bsql\s*`|\bsql\.|\bdb\.connect|createPool|\bsql\b/,
    unlessAnywhere: /connectionString/,
    needs: ["POSTGRES_URL"],
    source: "https://vercel.com/docs/storage/vercel-postgres",
  },
  {
    packages: ["@vercel/edge-config"],
    uses: /\b(?:get|getAll|has)\s*(?:<[^>]*>)?\(/,
    needs: ["EDGE_CONFIG"],
    source: "https://vercel.com/docs/edge-config",
  },
  {
    packages: ["uploadthing"],
    below: 7,
    uses: /createUploadthing\s*\(|new\s+UTApi\s*\(/,
    unless: /apiKey/,
    needs: ["UPLOADTHING_SECRET", "UPLOADTHING_APP_ID"],
    source: "https://docs.uploadthing.com/v6",
  },
  {
    packages: ["uploadthing"],
    from: 7,
    uses: /createUploadthing\s*\(|new\s+UTApi\s*\(/,
    unless: /token/,
    needs: ["UPLOADTHING_TOKEN"],
    source: "https://docs.uploadthing.com/getting-started/appdir",
  },
  {
    packages: ["next-cloudinary"],
    uses: /\bCldImage\b|\bCldUpload\w*/,
    needs: ["NEXT_PUBLIC_CLOUDINARY_CLOUD_NAME"],
    source: "https://next.cloudinary.dev/installation",
  },
  {
    packages: ["@pinecone-database/pinecone", "pinecone"],
    uses: /new\s+Pinecone\s*\(\s*\)/,
    needs: ["PINECONE_API_KEY"],
    source: "https://github.com/pinecone-io/pinecone-ts-client",
  },
  {
    packages: ["@trigger.dev/sdk"],
    uses: /\btasks\.trigger|\.trigger\(/,
    needs: ["TRIGGER_SECRET_KEY"],
    source: "https://trigger.dev/docs/apikeys",
  },
  {
    packages: ["@e2b/code-interpreter", "e2b"],
    uses: /Sandbox\.create\(/,
    unless: /apiKey/,
    needs: ["E2B_API_KEY"],
    source: "https://e2b.dev/docs",
  },
  {
    packages: ["@shopify/shopify-app-remix", "@shopify/shopify-app-react-router", "@shopify/shopify-app-express"],
    uses: /\bshopifyApp\s*\(/,
    needs: ["SHOPIFY_API_KEY", "SHOPIFY_API_SECRET", "SHOPIFY_APP_URL"],
    source: "https://shopify.dev/docs/apps/launch/deployment/deploy-to-hosting-service",
  },
  {
    packages: ["@shopify/hydrogen"],
    uses: /\bcreate(?:HydrogenContext|StorefrontClient)\s*\(/,
    needs: ["SESSION_SECRET", "PUBLIC_STORE_DOMAIN", "PUBLIC_STOREFRONT_API_TOKEN"],
    source: "https://shopify.dev/docs/storefronts/headless/hydrogen/environments",
  },
  {
    packages: ["stripe"],
    uses: /new\s+Stripe\s*\(\s*\)/,
    needs: ["STRIPE_SECRET_KEY"],
    source: "https://github.com/stripe/stripe-node",
  },
  {
    packages: ["discord.js"],
    uses: /(?:[cC]lient|[bB]ot|[dD]iscord)\.login\s*\(\s*\)/,
    needs: ["DISCORD_TOKEN"],
    source: "https://discord.js.org/docs/packages/discord.js/main/Client:Class",
  },
  {
    packages: ["@libsql/kysely-libsql"],
    uses: /\bfromEnv/,
    needs: ["TURSO_DATABASE_URL"],
    source: "https://docs.turso.tech",
  },
  {
    packages: ["@prisma/extension-accelerate"],
    uses: /withAccelerate\(/,
    needs: ["DATABASE_URL"],
    source: "https://www.prisma.io/docs/accelerate",
  },
  {
    packages: ["dj-database-url", "dj_database_url"],
    uses: /dj_database_url\.config\s*\(/,
    unless: /default\s*=|env\s*=/,
    needs: ["DATABASE_URL"],
    source: "https://github.com/jazzband/dj-database-url",
  },
];

/** Providers of Auth.js v5 that read `AUTH_<NAME>_ID` and `AUTH_<NAME>_SECRET` when they are given no options. Source: https://authjs.dev/reference/core/providers */
export const authProviders: { module: string; prefix: string }[] = [
  ["github", "GITHUB"],
  ["google", "GOOGLE"],
  ["discord", "DISCORD"],
  ["twitter", "TWITTER"],
  ["facebook", "FACEBOOK"],
  ["apple", "APPLE"],
  ["gitlab", "GITLAB"],
  ["linkedin", "LINKEDIN"],
  ["spotify", "SPOTIFY"],
  ["twitch", "TWITCH"],
  ["slack", "SLACK"],
  ["auth0", "AUTH0"],
  ["keycloak", "KEYCLOAK"],
  ["microsoft-entra-id", "MICROSOFT_ENTRA_ID"],
  ["cognito", "COGNITO"],
  ["okta", "OKTA"],
  ["notion", "NOTION"],
  ["reddit", "REDDIT"],
].map(([module, prefix]) => ({ module: module!, prefix: prefix! }));
