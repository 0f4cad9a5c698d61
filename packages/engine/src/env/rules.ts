/**
 * What is known of variables by their names: how a value is checked, whether it is secret, what it is for, where one gets it, what else it
 * needs. A table; the first row whose `name` matches holds. Names are compared without the prefix of a framework's public variables.
 * Written down from memory of the vendors' documentation and not compared with it; `from` says where to look.
 */

export interface VariableRule {
  /** On the name without its public prefix. */
  name: RegExp;
  /** Id of a kind in kinds.ts. */
  kind?: string;
  sensitive?: boolean;
  description: string;
  example?: string;
  /** Where a value comes from: an address, or a sentence. */
  from?: string;
  /** Variables that must be set together with it; `$1` is the first group of `name`. Written with the same public prefix or without. */
  needs?: string[];
  /** Path under the application's address that the vendor calls back; `$1` as above, in lower case. */
  callback?: string;
  /** Applications work without it: analytics, error reports, switches. */
  isExtra?: true;
}

/** Prefixes with which a framework lets a variable into the browser. */
export const publicPrefixes: readonly { prefix: string; framework: string }[] = [
  { prefix: "NEXT_PUBLIC_", framework: "next" },
  { prefix: "NUXT_PUBLIC_", framework: "nuxt" },
  { prefix: "VITE_", framework: "vite" },
  { prefix: "REACT_APP_", framework: "cra" },
  { prefix: "GATSBY_", framework: "gatsby" },
  { prefix: "EXPO_PUBLIC_", framework: "expo" },
  { prefix: "VUE_APP_", framework: "vue-cli" },
  { prefix: "NG_APP_", framework: "angular" },
  { prefix: "SNOWPACK_PUBLIC_", framework: "snowpack" },
  { prefix: "RSBUILD_PUBLIC_", framework: "rsbuild" },
  { prefix: "STORYBOOK_", framework: "storybook" },
  { prefix: "PUBLIC_", framework: "astro" },
];

export const rules: readonly VariableRule[] = [
  // Databases.
  {
    name: /^(?:DATABASE_(?:PRIVATE_|POOL(?:ED|ER)?_|READ_|REPLICA_)?UR[LI]|DB_UR[LI]|PRISMA_DATABASE_URL|SQLALCHEMY_DATABASE_UR[LI]|DATABASE_CONNECTION_STRING)$/,
    kind: "database-url",
    sensitive: true,
    description: "Connection to the database",
    example: "postgresql://user:password@host:5432/database",
    from: "The database's own page, under connection string",
  },
  {
    name: /^(?:POSTGRES(?:QL)?_(?:PRISMA_)?UR[LI](?:_NON_POOLING)?|POSTGRES_URL_NON_POOLING|PG_(?:CONNECTION_STRING|DATABASE_URL|UR[LI])|DIRECT_(?:DATABASE_)?URL|DATABASE_URL_UNPOOLED|DATABASE_(?:DIRECT|UNPOOLED|MIGRATION)_URL|(?:NEON|SUPABASE_DB|TIMESCALE)_(?:DATABASE_)?URL|SHADOW_DATABASE_URL|ANALYTICS_DATABASE_URL)$/,
    kind: "postgres-url",
    sensitive: true,
    description: "Connection to the PostgreSQL database",
    example: "postgresql://user:password@host:5432/database",
    from: "The database's own page, under connection string",
  },
  {
    name: /^(?:MYSQL(?:_DATABASE)?_UR[LI]|PLANETSCALE_(?:DATABASE_)?URL|MARIADB_UR[LI])$/,
    kind: "mysql-url",
    sensitive: true,
    description: "Connection to the MySQL database",
    example: "mysql://user:password@host:3306/database",
  },
  {
    name: /^(?:MONGO(?:DB|_DB|DB_ATLAS|OSE)?(?:_(?:DB|DATABASE|CONNECTION|CONN|ATLAS|CONNECTION_STRING))*_?(?:UR[LI]|STRING|CONNECTION|CONNECT)?|MONGO_CONNECTION_STRING|MONGODB)$/,
    kind: "mongodb-url",
    sensitive: true,
    description: "Connection to MongoDB",
    example: "mongodb+srv://user:password@cluster0.abcde.mongodb.net/database",
    from: "https://cloud.mongodb.com, Connect, Drivers",
  },
  {
    name: /^(?:REDIS(?:_TLS|_PRIVATE|_CACHE|_QUEUE|_SESSION|CLOUD)?_UR[LI]|KV_URL|VALKEY_URL|CELERY_(?:BROKER|RESULT_BACKEND)(?:_URL)?|CACHE_URL|QUEUE_REDIS_URL)$/,
    kind: "redis-url",
    sensitive: true,
    description: "Connection to Redis",
    example: "rediss://default:password@host:6379",
  },
  {
    name: /^(?:RABBITMQ|AMQP|CLOUDAMQP)_UR[LI]$/,
    kind: "amqp-url",
    sensitive: true,
    description: "Connection to the message broker",
    example: "amqps://user:password@host/vhost",
  },
  {
    name: /^(?:TURSO|LIBSQL)_(?:DATABASE_|DB_|CONNECTION_)?UR[LI]$/,
    kind: "libsql-url",
    description: "Address of the Turso (libSQL) database",
    example: "libsql://name-organisation.turso.io",
    needs: ["TURSO_AUTH_TOKEN"],
    from: "turso db show NAME --url",
  },
  {
    name: /^(?:TURSO|LIBSQL|DATABASE)_(?:DATABASE_|DB_)?AUTH_TOKEN$/,
    kind: "jwt",
    sensitive: true,
    description: "Token of the Turso (libSQL) database",
    from: "turso db tokens create NAME",
  },
  {
    name: /^UPSTASH_REDIS_REST_URL$/,
    kind: "https-url",
    description: "REST address of the Upstash Redis database",
    example: "https://name-12345.upstash.io",
    needs: ["UPSTASH_REDIS_REST_TOKEN"],
    from: "https://console.upstash.com",
  },
  {
    name: /^UPSTASH_REDIS_REST_TOKEN$/,
    sensitive: true,
    description: "Token of the Upstash Redis database",
    needs: ["UPSTASH_REDIS_REST_URL"],
    from: "https://console.upstash.com",
  },
  {
    name: /^KV_REST_API_URL$/,
    kind: "https-url",
    description: "REST address of the key-value store",
    needs: ["KV_REST_API_TOKEN"],
  },
  { name: /^KV_REST_API_(?:READ_ONLY_)?TOKEN$/, sensitive: true, description: "Token of the key-value store" },
  {
    name: /^(?:DB|DATABASE|PG|POSTGRES|MYSQL|MONGO|REDIS)_?(?:PASSWORD|PASS|PWD)$/,
    sensitive: true,
    description: "Password of the database",
  },
  {
    name: /^(?:DB|DATABASE|PG|POSTGRES|MYSQL|MONGO|REDIS)_?PORT$/,
    kind: "port",
    description: "Port of the database",
    example: "5432",
  },
  {
    name: /^(?:DB|DATABASE|PG|POSTGRES|MYSQL|MONGO|REDIS)_?HOST(?:NAME)?$/,
    description: "Host of the database",
    example: "db.example.com",
  },

  // Supabase, Convex, Firebase, Appwrite.
  {
    name: /^SUPABASE_URL$/,
    kind: "https-url",
    description: "Address of the Supabase project",
    example: "https://abcdefghijklmnopqrst.supabase.co",
    from: "https://supabase.com/dashboard/project/_/settings/api",
    needs: [
      "SUPABASE_ANON_KEY|SUPABASE_PUBLISHABLE_KEY|SUPABASE_KEY|SUPABASE_SERVICE_ROLE_KEY|SUPABASE_SECRET_KEY|SUPABASE_PUBLISHABLE_DEFAULT_KEY|SUPABASE_PUBLISHABLE_OR_ANON_KEY",
    ],
  },
  {
    name: /^SUPABASE_(?:ANON|PUBLISHABLE)(?:_DEFAULT|_OR_ANON)?_KEY$/,
    kind: "supabase-publishable-key",
    description: "Public key of the Supabase project",
    from: "https://supabase.com/dashboard/project/_/settings/api",
    needs: ["SUPABASE_URL"],
  },
  {
    name: /^SUPABASE_(?:SERVICE_ROLE(?:_KEY)?|SERVICE_KEY|SECRET_KEY)$/,
    kind: "supabase-secret-key",
    sensitive: true,
    description: "Secret key of the Supabase project; it passes every row rule",
    from: "https://supabase.com/dashboard/project/_/settings/api",
  },
  {
    name: /^SUPABASE_KEY$/,
    kind: "supabase-key",
    sensitive: true,
    description: "Key of the Supabase project",
    from: "https://supabase.com/dashboard/project/_/settings/api",
  },
  {
    name: /^SUPABASE_JWT_SECRET$/,
    kind: "secret",
    sensitive: true,
    description: "Secret that signs the tokens of the Supabase project",
  },
  {
    name: /^CONVEX_URL$/,
    kind: "https-url",
    description: "Address of the Convex deployment",
    example: "https://happy-animal-123.convex.cloud",
    from: "https://dashboard.convex.dev",
  },
  {
    name: /^FIREBASE_PRIVATE_KEY$/,
    kind: "pem",
    sensitive: true,
    description: "Private key of the Firebase service account",
    from: "Firebase console, Project settings, Service accounts",
    needs: ["FIREBASE_CLIENT_EMAIL"],
  },
  {
    name: /^FIREBASE_CLIENT_EMAIL$/,
    kind: "email",
    description: "Address of the Firebase service account",
    needs: ["FIREBASE_PRIVATE_KEY"],
  },
  {
    name: /^FIREBASE_API_KEY$/,
    kind: "google-api-key",
    description: "Web key of the Firebase project; it names the project and is no secret",
    from: "Firebase console, Project settings",
  },
  {
    name: /^GOOGLE_(?:SERVICE_ACCOUNT_)?PRIVATE_KEY$/,
    kind: "pem",
    sensitive: true,
    description: "Private key of the Google service account",
  },

  // Authentication.
  {
    name: /^NEXTAUTH_SECRET$/,
    kind: "secret",
    sensitive: true,
    description: "Signs and encrypts the sessions of NextAuth",
    from: "Generated: 32 random bytes in base64",
    needs: ["NEXTAUTH_URL"],
  },
  {
    name: /^NEXTAUTH_URL(?:_INTERNAL)?$/,
    kind: "url",
    description: "Address of the application, for NextAuth",
    example: "https://app.example.com",
    needs: ["NEXTAUTH_SECRET|AUTH_SECRET"],
  },
  {
    name: /^AUTH_SECRET$/,
    kind: "secret",
    sensitive: true,
    description: "Signs and encrypts the sessions of Auth.js",
    from: "Generated: 32 random bytes in base64",
  },
  {
    name: /^AUTH_URL$/,
    kind: "url",
    description: "Address of the application, for Auth.js",
    example: "https://app.example.com",
    isExtra: true,
  },
  {
    name: /^AUTH_TRUST_HOST$/,
    kind: "boolean",
    description: "Whether Auth.js trusts the host header",
    example: "true",
    isExtra: true,
  },
  {
    name: /^BETTER_AUTH_SECRET$/,
    kind: "secret",
    sensitive: true,
    description: "Signs and encrypts the sessions of Better Auth",
    from: "Generated: 32 random bytes in base64",
  },
  {
    name: /^BETTER_AUTH_URL$/,
    kind: "url",
    description: "Address of the application, for Better Auth",
    example: "https://app.example.com",
    needs: ["BETTER_AUTH_SECRET"],
  },
  {
    name: /^CLERK_PUBLISHABLE_KEY$/,
    kind: "clerk-publishable-key",
    description: "Publishable key of the Clerk application",
    example: "pk_live_…",
    from: "https://dashboard.clerk.com/last-active?path=api-keys",
    needs: ["CLERK_SECRET_KEY"],
  },
  {
    name: /^CLERK_SECRET_KEY$/,
    kind: "clerk-secret-key",
    sensitive: true,
    description: "Secret key of the Clerk application",
    from: "https://dashboard.clerk.com/last-active?path=api-keys",
    needs: ["CLERK_PUBLISHABLE_KEY"],
  },
  {
    name: /^CLERK_(?:WEBHOOK_(?:SIGNING_)?SECRET|SIGNING_SECRET)$/,
    kind: "webhook-secret",
    sensitive: true,
    description: "Checks that webhooks are from Clerk",
    from: "https://dashboard.clerk.com, Webhooks",
  },
  {
    name: /^CLERK_(?:SIGN_IN|SIGN_UP|AFTER_SIGN_IN|AFTER_SIGN_UP|SIGN_IN_FALLBACK_REDIRECT|SIGN_UP_FALLBACK_REDIRECT|SIGN_IN_FORCE_REDIRECT|SIGN_UP_FORCE_REDIRECT|AFTER_SIGN_OUT)_URL$/,
    description: "Where Clerk sends people",
    example: "/sign-in",
    isExtra: true,
  },
  {
    name: /^AUTH0_SECRET$/,
    kind: "secret",
    sensitive: true,
    description: "Encrypts the session cookie of Auth0",
    from: "Generated: 32 random bytes in hexadecimal",
  },
  {
    name: /^AUTH0_(?:DOMAIN)$/,
    kind: "hostname",
    description: "Domain of the Auth0 tenant",
    example: "tenant.eu.auth0.com",
    needs: ["AUTH0_CLIENT_ID"],
  },
  {
    name: /^AUTH0_(?:ISSUER_BASE_URL|ISSUER|BASE_URL)$/,
    kind: "url",
    description: "Address of the Auth0 tenant or of the application",
    example: "https://tenant.eu.auth0.com",
  },
  {
    name: /^(GITHUB|GOOGLE|DISCORD|TWITTER|X|FACEBOOK|GITLAB|LINKEDIN|SPOTIFY|TWITCH|SLACK|APPLE|AUTH0|AZURE(?:_AD)?|MICROSOFT(?:_ENTRA_ID)?|OKTA|COGNITO|KEYCLOAK|NOTION|REDDIT|ZOOM|DROPBOX|STRAVA|TIKTOK|AMAZON|BITBUCKET)(?:_OAUTH|_AUTH|_APP)?_(?:CLIENT_ID|ID)$/,
    description: "Client id of the $1 sign-in",
    needs: [
      "$1_CLIENT_SECRET|$1_SECRET|$1_OAUTH_CLIENT_SECRET|$1_APP_CLIENT_SECRET|$1_AUTH_CLIENT_SECRET|$1_AUTH_SECRET|$1_APP_SECRET|$1_OAUTH_SECRET",
    ],
    callback: "/api/auth/callback/$1",
  },
  {
    name: /^(GITHUB|GOOGLE|DISCORD|TWITTER|X|FACEBOOK|GITLAB|LINKEDIN|SPOTIFY|TWITCH|SLACK|APPLE|AUTH0|AZURE(?:_AD)?|MICROSOFT(?:_ENTRA_ID)?|OKTA|COGNITO|KEYCLOAK|NOTION|REDDIT|ZOOM|DROPBOX|STRAVA|TIKTOK|AMAZON|BITBUCKET)(?:_OAUTH|_AUTH|_APP)?_(?:CLIENT_SECRET|SECRET)$/,
    sensitive: true,
    description: "Client secret of the $1 sign-in",
    needs: [
      "$1_CLIENT_ID|$1_ID|$1_OAUTH_CLIENT_ID|$1_APP_CLIENT_ID|$1_AUTH_CLIENT_ID|$1_AUTH_ID|$1_APP_ID|$1_OAUTH_ID",
    ],
    callback: "/api/auth/callback/$1",
  },
  {
    name: /^AUTH_([A-Z0-9_]+?)_(?:CLIENT_)?ID$/,
    description: "Client id of the $1 sign-in, read by Auth.js",
    needs: ["AUTH_$1_SECRET|AUTH_$1_CLIENT_SECRET"],
    callback: "/api/auth/callback/$1",
  },
  {
    name: /^AUTH_([A-Z0-9_]+?)_(?:CLIENT_)?SECRET$/,
    sensitive: true,
    description: "Client secret of the $1 sign-in, read by Auth.js",
    needs: ["AUTH_$1_ID|AUTH_$1_CLIENT_ID"],
    callback: "/api/auth/callback/$1",
  },
  { name: /^(?:\w+_)?CALLBACK_UR[LI]$/, kind: "url", description: "Where the vendor sends people back to" },
  {
    name: /^(?:\w+_)?JWT_(?:ACCESS_|REFRESH_|AUTH_)?(?:TOKEN_)?(?:SECRET|KEY|SECRET_KEY)$/,
    kind: "secret",
    sensitive: true,
    description: "Signs the tokens of the application",
    from: "Generated: 32 random bytes or more",
  },
  {
    name: /^(?:JWT|SESSION|TOKEN|COOKIE|ACCESS_TOKEN|REFRESH_TOKEN|AUTH_TOKEN)?_?(?:EXPIRES?(?:_?IN)?|EXPIRY|EXPIRATION|LIFETIME|MAX_AGE|TTL)\w*$/,
    description: "How long a token or session is good",
    example: "7d",
  },
  {
    name: /^(?:EXPRESS_|IRON_|NUXT_)?(?:SESSION|COOKIE)_(?:SECRET|KEY|SIGNING_KEY)S?$/,
    kind: "secret",
    sensitive: true,
    description: "Signs the sessions of the application",
    from: "Generated: 32 random bytes or more",
  },
  {
    name: /^(?:NUXT_)?SESSION_PASSWORD$/,
    kind: "secret-32",
    sensitive: true,
    description: "Encrypts the sessions of the application",
  },

  // Frameworks' own secrets.
  {
    name: /^APP_KEY$/,
    kind: "app-key",
    sensitive: true,
    description: "Encryption key of the application",
    example: "base64:…",
    from: "Generated: php artisan key:generate --show",
  },
  { name: /^APP_KEYS$/, sensitive: true, description: "Keys that sign the sessions of Strapi, separated by commas" },
  {
    name: /^SECRET_KEY_BASE$/,
    kind: "secret",
    sensitive: true,
    description: "Signs and encrypts cookies (Rails, Phoenix)",
    from: "Generated: 64 random bytes",
  },
  {
    name: /^RAILS_MASTER_KEY$/,
    kind: "rails-master-key",
    sensitive: true,
    description:
      "Opens config/credentials.yml.enc; it is in config/master.key on the machine of whoever made the application",
  },
  {
    name: /^(?:DJANGO_|FLASK_|APP_|SECRET_)?SECRET_KEY$|^(?:DJANGO_SECRET|APP_SECRET)$/,
    kind: "secret",
    sensitive: true,
    description: "Signs sessions and tokens of the application",
    from: "Generated: 50 random characters",
  },
  {
    name: /^PAYLOAD_SECRET$/,
    kind: "secret",
    sensitive: true,
    description: "Encrypts the tokens of Payload",
    from: "Generated",
  },
  {
    name: /^(?:\w+_)?ENCRYPTION_(?:KEY|SECRET)$/,
    sensitive: true,
    description: "Encrypts what the application stores",
    from: "Generated: 32 random bytes in hexadecimal",
  },
  {
    name: /^(?:CRON|REVALIDATE|REVALIDATION|PREVIEW|DRAFT(?:_MODE)?|INTERNAL_API|ADMIN_API|API)_(?:SECRET|TOKEN|SECRET_TOKEN)$/,
    sensitive: true,
    description: "Keeps an address of the application to those who know it",
    from: "Generated",
  },

  // Models.
  {
    name: /^(?:ANTHROPIC|CLAUDE)_API_KEY$/,
    kind: "anthropic-api-key",
    sensitive: true,
    description: "Key of the Anthropic API",
    from: "https://console.anthropic.com/settings/keys",
  },
  {
    name: /^OPEN_?AI_(?:API_)?(?:KEY|TOKEN|SECRET)$|^OPENAI_KEY$/,
    kind: "openai-api-key",
    sensitive: true,
    description: "Key of the OpenAI API",
    from: "https://platform.openai.com/api-keys",
  },
  {
    name: /_EMULATOR_(?:HOST|URL)$/,
    description: "Address of an emulator, while developing",
    example: "localhost:9099",
    isExtra: true,
  },
  {
    name: /^OPENAI_(?:ORG(?:ANIZATION)?(?:_ID)?|PROJECT(?:_ID)?|BASE_URL|API_BASE|MODEL)$/,
    description: "Setting of the OpenAI API",
    isExtra: true,
  },
  {
    name: /^(?:GEMINI_API_KEY|GOOGLE_GENERATIVE_AI_API_KEY|GOOGLE_GEMINI_API_KEY|GOOGLE_API_KEY|GOOGLE_MAPS?(?:_\w+)?_?(?:API_)?KEY|YOUTUBE_API_KEY)$/,
    kind: "google-api-key",
    sensitive: true,
    description: "Key of a Google API",
    from: "https://aistudio.google.com/apikey for Gemini, https://console.cloud.google.com/apis/credentials for others",
  },
  {
    name: /^MISTRAL_API_KEY$/,
    kind: "opaque-key",
    sensitive: true,
    description: "Key of the Mistral API",
    from: "https://console.mistral.ai/api-keys",
  },
  {
    name: /^GROQ_API_KEY$/,
    kind: "groq-api-key",
    sensitive: true,
    description: "Key of the Groq API",
    from: "https://console.groq.com/keys",
  },
  {
    name: /^OPENROUTER_API_KEY$/,
    kind: "openrouter-api-key",
    sensitive: true,
    description: "Key of OpenRouter",
    from: "https://openrouter.ai/keys",
  },
  {
    name: /^XAI_API_KEY$/,
    kind: "xai-api-key",
    sensitive: true,
    description: "Key of the xAI API",
    from: "https://console.x.ai",
  },
  {
    name: /^(?:TOGETHER(?:_AI)?|TOGETHERAI)_API_KEY$/,
    kind: "opaque-key",
    sensitive: true,
    description: "Key of Together AI",
    from: "https://api.together.ai/settings/api-keys",
  },
  {
    name: /^(?:COHERE|DEEPSEEK|FIREWORKS|CEREBRAS|VOYAGE|JINA|STABILITY|DEEPGRAM|ASSEMBLYAI|RUNWAY\w*|LUMA)_API_KEY$/,
    kind: "opaque-key",
    sensitive: true,
    description: "Key of the model's API",
  },
  {
    name: /^PERPLEXITY_API_KEY$/,
    kind: "perplexity-api-key",
    sensitive: true,
    description: "Key of the Perplexity API",
  },
  {
    name: /^REPLICATE_API_(?:TOKEN|KEY)$/,
    kind: "replicate-api-token",
    sensitive: true,
    description: "Token of Replicate",
    from: "https://replicate.com/account/api-tokens",
  },
  {
    name: /^(?:HUGGING_?FACE(?:HUB)?|HF)_(?:API_|ACCESS_|HUB_)?(?:TOKEN|KEY|API_KEY)$/,
    kind: "huggingface-token",
    sensitive: true,
    description: "Token of Hugging Face",
    from: "https://huggingface.co/settings/tokens",
  },
  {
    name: /^ELEVEN_?LABS_API_KEY$|^XI_API_KEY$/,
    kind: "opaque-key",
    sensitive: true,
    description: "Key of ElevenLabs",
  },
  {
    name: /^FAL_(?:API_)?KEY$/,
    kind: "opaque-key",
    sensitive: true,
    description: "Key of fal",
    from: "https://fal.ai/dashboard/keys",
  },
  {
    name: /^AZURE_OPENAI_API_KEY$/,
    kind: "opaque-key",
    sensitive: true,
    description: "Key of Azure OpenAI",
    needs: ["AZURE_OPENAI_ENDPOINT|AZURE_OPENAI_API_INSTANCE_NAME|AZURE_RESOURCE_NAME"],
  },
  {
    name: /^(?:LANGCHAIN|LANGSMITH)_(?:API_KEY|TRACING\w*|PROJECT|ENDPOINT)$/,
    description: "Traces to LangSmith",
    sensitive: true,
    isExtra: true,
  },
  {
    name: /^TAVILY_API_KEY$/,
    kind: "tavily-api-key",
    sensitive: true,
    description: "Key of Tavily search",
    from: "https://app.tavily.com",
  },
  {
    name: /^PINECONE_API_KEY$/,
    kind: "opaque-key",
    sensitive: true,
    description: "Key of Pinecone",
    from: "https://app.pinecone.io",
  },

  // AWS and stores of files.
  {
    name: /^(?:\w+_)?(?:AWS|S3|R2)_(?:(?!SECRET)\w+_)?ACCESS_KEY(?:_ID)?$/,
    kind: "aws-access-key-id",
    sensitive: true,
    description: "Access key id",
    from: "https://console.aws.amazon.com/iam",
    needs: [
      "AWS_SECRET_ACCESS_KEY|AWS_SECRET_KEY|AWS_ACCESS_SECRET|AWS_SECRET|S3_SECRET_ACCESS_KEY|S3_SECRET_KEY|R2_SECRET_ACCESS_KEY|AWS_S3_SECRET_ACCESS_KEY|AWS_ACCESS_KEY_SECRET|CLOUDFLARE_R2_SECRET_ACCESS_KEY",
    ],
  },
  {
    name: /^(?:\w+_)?(?:AWS|S3|R2)_?(?:\w+_)?(?:SECRET_ACCESS_KEY|SECRET_KEY|SECRET|ACCESS_KEY_SECRET|ACCESS_SECRET)$/,
    kind: "aws-secret-access-key",
    sensitive: true,
    description: "Secret access key",
    from: "https://console.aws.amazon.com/iam",
  },
  {
    name: /^(?:\w+_)?(?:AWS|S3|R2|BEDROCK|SES)_(?:\w+_)?REGION(?:_NAME)?$|^AWS_DEFAULT_REGION$/,
    kind: "aws-region",
    description: "Region",
    example: "eu-central-1",
  },
  {
    name: /^(?:\w+_)?(?:AWS|S3|R2)_(?:\w+_)?BUCKET(?:_NAME)?$/,
    kind: "bucket-name",
    description: "Name of the bucket",
    example: "my-uploads",
  },
  {
    name: /^(?:AWS|S3|R2)_(?:\w+_)?ENDPOINT(?:_URL)?$/,
    kind: "url",
    description: "Address of the store",
    example: "https://s3.eu-central-1.amazonaws.com",
    isExtra: true,
  },
  { name: /^AWS_(?:SESSION_TOKEN|PROFILE)$/, sensitive: true, description: "Temporary credential", isExtra: true },
  {
    name: /^BLOB_READ_WRITE_TOKEN$/,
    kind: "vercel-blob-token",
    sensitive: true,
    description: "Token of the Vercel Blob store",
    from: "https://vercel.com/dashboard/stores",
  },
  {
    name: /^CLOUDINARY_URL$/,
    kind: "cloudinary-url",
    sensitive: true,
    description: "Connection to Cloudinary",
    example: "cloudinary://key:secret@cloud",
  },
  {
    name: /^(?:CLOUDINARY_)?CLOUD_NAME$|^CLOUDINARY_(?:NAME|CLOUD)$/,
    description: "Name of the Cloudinary cloud",
    from: "https://console.cloudinary.com",
  },
  {
    name: /^CLOUDINARY_(?:API_)?KEY$/,
    kind: "cloudinary-api-key",
    description: "Key of Cloudinary",
    needs: ["CLOUDINARY_API_SECRET|CLOUDINARY_SECRET"],
  },
  { name: /^CLOUDINARY_(?:API_)?SECRET(?:_KEY)?$/, sensitive: true, description: "Secret of Cloudinary" },
  {
    name: /^UPLOADTHING_(?:TOKEN|SECRET)$/,
    sensitive: true,
    description: "Token of UploadThing",
    from: "https://uploadthing.com/dashboard",
  },

  // Payments.
  {
    name: /^STRIPE_(?:SECRET_KEY|API_KEY|SECRET|API_SECRET|PRIVATE_KEY|API_SECRET_KEY|SECRET_API_KEY|SK|KEY)(?:_LIVE|_TEST)?$/,
    kind: "stripe-secret-key",
    sensitive: true,
    description: "Secret key of Stripe",
    from: "https://dashboard.stripe.com/apikeys",
  },
  {
    name: /^STRIPE_(?:PUBLISHABLE|PUBLIC|PUBLISHABLE_API|PK)_?(?:KEY)?(?:_LIVE|_TEST)?$/,
    kind: "stripe-publishable-key",
    description: "Publishable key of Stripe",
    from: "https://dashboard.stripe.com/apikeys",
  },
  {
    name: /^STRIPE_(?:\w+_)?WEBHOOK_(?:SIGNING_)?(?:SECRET|KEY|SECRET_KEY)(?:_LIVE|_TEST)?$|^STRIPE_(?:ENDPOINT|SIGNING)_SECRET$/,
    kind: "webhook-secret",
    sensitive: true,
    description: "Checks that webhooks are from Stripe",
    from: "https://dashboard.stripe.com/webhooks",
    needs: ["STRIPE_SECRET_KEY|STRIPE_API_KEY|STRIPE_SECRET|STRIPE_KEY|STRIPE_PRIVATE_KEY"],
    callback: "the webhook's own address",
  },
  {
    name: /^STRIPE_(?:\w+_)?PRICE(?:_\w+)?$/,
    kind: "stripe-price-id",
    description: "Id of a price in Stripe",
    from: "https://dashboard.stripe.com/products",
  },
  {
    name: /^STRIPE_(?:\w+_)?(?:PLAN|PRODUCT)(?:_ID)?$/,
    description: "Id of a plan or product in Stripe",
    from: "https://dashboard.stripe.com/products",
  },
  {
    name: /^(?:LEMON_?SQUEEZY|PADDLE|POLAR|RAZORPAY|PAYPAL|PLAID)_\w*(?:SECRET|API_KEY|TOKEN|KEY_SECRET)\w*$/,
    sensitive: true,
    description: "Key of the payment vendor",
  },

  // Mail and messages.
  {
    name: /^RESEND_(?:API_)?KEY$|^RESEND_TOKEN$/,
    kind: "resend-api-key",
    sensitive: true,
    description: "Key of Resend",
    from: "https://resend.com/api-keys",
  },
  {
    name: /^SENDGRID_(?:API_)?KEY$/,
    kind: "sendgrid-api-key",
    sensitive: true,
    description: "Key of SendGrid",
    from: "https://app.sendgrid.com/settings/api_keys",
  },
  {
    name: /^MAILGUN_(?:API_|PRIVATE_)?KEY$/,
    kind: "opaque-key",
    sensitive: true,
    description: "Key of Mailgun",
    needs: ["MAILGUN_DOMAIN"],
  },
  {
    name: /^POSTMARK_(?:API_|SERVER_)?(?:TOKEN|KEY|API_TOKEN)$/,
    kind: "uuid",
    sensitive: true,
    description: "Server token of Postmark",
  },
  {
    name: /^(?:TWILIO_)?ACCOUNT_SID$/,
    kind: "twilio-account-sid",
    description: "Account of Twilio",
    from: "https://console.twilio.com",
    needs: ["TWILIO_AUTH_TOKEN"],
  },
  {
    name: /^TWILIO_AUTH_TOKEN$/,
    kind: "twilio-auth-token",
    sensitive: true,
    description: "Token of Twilio",
    needs: ["TWILIO_ACCOUNT_SID"],
  },
  {
    name: /^(?:SMTP|MAIL|EMAIL)(?:_SERVER)?_(?:PASSWORD|PASS|PWD)$/,
    sensitive: true,
    description: "Password of the mail server",
  },
  {
    name: /^(?:SMTP|MAIL|EMAIL)(?:_SERVER)?_PORT$/,
    kind: "port",
    description: "Port of the mail server",
    example: "587",
  },
  {
    name: /^(?:SMTP|MAIL|EMAIL)(?:_SERVER)?_HOST$/,
    kind: "hostname",
    description: "Host of the mail server",
    example: "smtp.example.com",
  },
  {
    name: /^EMAIL_SERVER$/,
    kind: "smtp-url",
    sensitive: true,
    description: "Connection to the mail server",
    example: "smtp://user:password@smtp.example.com:587",
    needs: ["EMAIL_FROM"],
  },
  {
    name: /^(?:EMAIL|MAIL|SMTP|RESEND|SENDGRID|POSTMARK)(?:_SERVER)?_FROM(?:_EMAIL|_ADDRESS)?$|^(?:FROM|SENDER|ADMIN|CONTACT|SUPPORT)_EMAIL(?:_ADDRESS)?$/,
    kind: "email-address",
    description: "Sender of mail",
    example: "Name <mail@example.com>",
  },
  { name: /^(?:SLACK_BOT|BOT)_TOKEN$/, sensitive: true, description: "Token of the bot" },
  { name: /^SLACK_SIGNING_SECRET$/, sensitive: true, description: "Checks that requests are from Slack" },
  {
    name: /^(?:SLACK|DISCORD|TEAMS)_WEBHOOK(?:_URL)?$/,
    kind: "https-url",
    sensitive: true,
    description: "Where messages are sent; whoever has it can write",
    isExtra: true,
  },
  { name: /^(?:DISCORD|TELEGRAM)(?:_BOT)?_(?:TOKEN|BOT_TOKEN)$/, sensitive: true, description: "Token of the bot" },

  // Watching. Applications work without these.
  {
    name: /^(?:SENTRY_|GLITCHTIP_)?(?:CLIENT_|SERVER_)?(?:SENTRY_)?DSN$/,
    kind: "sentry-dsn",
    description: "Where errors are reported",
    example: "https://key@o0.ingest.sentry.io/0",
    from: "https://sentry.io, Client Keys",
    isExtra: true,
  },
  { name: /^SENTRY_AUTH_TOKEN$/, sensitive: true, description: "Token for uploading source maps", isExtra: true },
  { name: /^SENTRY_\w+$/, description: "Setting of Sentry", isExtra: true },
  {
    name: /^POSTHOG_(?:API_|PROJECT_)?(?:KEY|TOKEN)$/,
    kind: "posthog-key",
    description: "Project key of PostHog",
    from: "https://app.posthog.com/project/settings",
    isExtra: true,
  },
  { name: /^POSTHOG_\w+$/, description: "Setting of PostHog", isExtra: true },
  {
    name: /^(?:GA|GA4|GTM|GOOGLE_ANALYTICS|GOOGLE_TAG_MANAGER|GOOGLE_TAG|G_ANALYTICS|ANALYTICS|UMAMI|PLAUSIBLE|FATHOM|MIXPANEL|AMPLITUDE|HOTJAR|SEGMENT|CLARITY|MATOMO|FB_PIXEL|FACEBOOK_PIXEL|VERCEL_ANALYTICS|HEAP|LOGROCKET|HIGHLIGHT|OPENPANEL|CRISP|INTERCOM|TAWK|CLOUDFLARE_ANALYTICS|BETTERSTACK|LOGTAIL|AXIOM|DATADOG|DD|NEW_RELIC|HONEYCOMB|OTEL|BUGSNAG|ROLLBAR|RAYGUN|HONEYBADGER|AIRBRAKE|APPSIGNAL|LOGFLARE|GOOGLE_SITE_VERIFICATION|GOOGLE_VERIFICATION|HELICONE|LANGFUSE|LOGSNAG|PIRSCH|SWETRIX|PAPERTRAIL|LOGDNA|GISCUS|DISQUS|UTTERANCES)(?:_\w+)?$|^(?:NEXT_)?UMAMI_\w+$/,
    description: "Analytics or monitoring",
    isExtra: true,
  },
  {
    name: /^(?:\w+_)?(?:GA|GTM|GA4)(?:_\w+)?_ID$|^(?:\w+_)?GOOGLE_SITE_VERIFICATION$|^(?:\w+_)?SITE_VERIFICATION\w*$|^GA_\w+$|^GOOGLE_ANALYTICS\w*$/,
    description: "Analytics or monitoring",
    isExtra: true,
  },

  // Search, content, maps, source hosts.
  {
    name: /^ALGOLIA_(?:ADMIN|WRITE)_?(?:API_)?KEY$|^ALGOLIA_API_KEY$/,
    sensitive: true,
    description: "Key of Algolia",
    needs: ["ALGOLIA_APP_ID|ALGOLIA_APPLICATION_ID"],
  },
  {
    name: /^SANITY_(?:STUDIO_)?PROJECT_ID$/,
    kind: "sanity-project-id",
    description: "Id of the Sanity project",
    from: "https://www.sanity.io/manage",
    needs: ["SANITY_DATASET|SANITY_STUDIO_DATASET"],
  },
  { name: /^SANITY_(?:STUDIO_)?DATASET$/, description: "Dataset of the Sanity project", example: "production" },
  {
    name: /^(?:SANITY|CONTENTFUL|STORYBLOK|PRISMIC|DATOCMS|HYGRAPH|STRAPI|WORDPRESS|NOTION|GHOST)_\w*(?:TOKEN|SECRET|API_KEY)$/,
    sensitive: true,
    description: "Token of the content store",
  },
  {
    name: /^SHOPIFY_STORE(?:_DOMAIN)?$/,
    description: "Domain of the Shopify store",
    example: "name.myshopify.com",
    needs: ["SHOPIFY_STOREFRONT_ACCESS_TOKEN"],
  },
  { name: /^SHOPIFY_\w*TOKEN$/, sensitive: true, description: "Token of the Shopify store" },
  {
    name: /^MAPBOX_(?:ACCESS_|API_|PUBLIC_)?(?:TOKEN|KEY)$/,
    kind: "mapbox-token",
    description: "Token of Mapbox",
    from: "https://account.mapbox.com/access-tokens",
  },
  {
    name: /^(?:GITHUB|GH)_(?:ACCESS_|API_|PERSONAL_(?:ACCESS_)?)?(?:TOKEN|PAT|KEY)$/,
    kind: "github-token",
    sensitive: true,
    description: "Token of GitHub",
    from: "https://github.com/settings/tokens",
  },
  { name: /^(?:GITHUB_)?(?:APP_)?PRIVATE_KEY(?:_PEM)?$/, sensitive: true, description: "Private key" },
  {
    name: /^GITHUB_WEBHOOK_SECRET$|^WEBHOOK_SECRET$/,
    sensitive: true,
    description: "Checks that webhooks are genuine",
    from: "Generated",
  },
  { name: /^GITLAB_(?:ACCESS_|API_)?TOKEN$/, kind: "gitlab-token", sensitive: true, description: "Token of GitLab" },
  {
    name: /^PUSHER_(?:APP_)?SECRET$/,
    sensitive: true,
    description: "Secret of Pusher",
    needs: ["PUSHER_APP_ID", "PUSHER_KEY|PUSHER_APP_KEY"],
  },
  {
    name: /^LIVEBLOCKS_SECRET_KEY$/,
    kind: "liveblocks-secret-key",
    sensitive: true,
    description: "Secret key of Liveblocks",
  },
  { name: /^LIVEKIT_API_KEY$/, description: "Key of LiveKit", needs: ["LIVEKIT_API_SECRET", "LIVEKIT_URL"] },
  {
    name: /^LIVEKIT_URL$/,
    kind: "websocket-url",
    description: "Address of the LiveKit server",
    example: "wss://name.livekit.cloud",
  },
  { name: /^INNGEST_(?:EVENT|SIGNING)_KEY$/, sensitive: true, description: "Key of Inngest" },
  {
    name: /^TRIGGER_(?:SECRET_KEY|API_KEY)$/,
    kind: "trigger-secret-key",
    sensitive: true,
    description: "Secret key of Trigger.dev",
  },
  {
    name: /^(?:RE)?CAPTCHA_\w*SECRET\w*$|^TURNSTILE_SECRET(?:_KEY)?$|^HCAPTCHA_SECRET\w*$/,
    sensitive: true,
    description: "Secret of the captcha",
  },
  { name: /^VAPID_PUBLIC_KEY$/, description: "Public key of web push", needs: ["VAPID_PRIVATE_KEY"] },
  { name: /^VAPID_PRIVATE_KEY$/, sensitive: true, description: "Private key of web push", needs: ["VAPID_PUBLIC_KEY"] },

  // The application itself.
  {
    name: /^(?:(?:APP|SITE|BASE|WEB(?:SITE|APP)?|SERVER|CLIENT|FRONTEND|BACKEND|API|PUBLIC|ROOT|HOST|DEPLOYMENT|MARKETING|DASHBOARD|API_BASE|APP_BASE|SITE_BASE|SERVER_BASE|BACKEND_BASE|BACKEND_API|SOCKET|GRAPHQL|CORS|ALLOWED)_(?:UR[LI]|ORIGIN|ENDPOINT|BASE_UR[LI])|APP_HOST_URL)$/,
    kind: "address",
    description: "Address of the application or of one of its services",
    example: "https://app.example.com",
  },
  {
    name: /^(?:WS|WEBSOCKET|SOCKET)_(?:SERVER_)?UR[LI]$/,
    kind: "websocket-url",
    description: "Address of the WebSocket server",
    example: "wss://app.example.com",
  },
  { name: /^(?:\w+_)?PORT$/, kind: "port", description: "Port", example: "3000" },
  {
    name: /^(?:ENABLE|DISABLE|FEATURE|USE|IS|SHOW|ALLOW|SKIP)_\w+$|^\w+_(?:ENABLED|DISABLED|DEBUG)$|^DEBUG(?:_\w+)?$/,
    description: "Switch",
    example: "false",
    isExtra: true,
  },
  {
    name: /_(?:ACTIVE|TITLE|LABEL|LINK|COLOR|COLOUR|LOGO(?:_URL)?|FAVICON|TAGLINE|BANNER|THEME)$/,
    description: "How it looks",
    isExtra: true,
  },
  {
    name: /^(?:APP_|RELEASE_)?VERSION$|^(?:APP|RELEASE|IMAGE|BUILD|SERVICE|GIT|SOURCE)_(?:TAG|VERSION|COMMIT|SHA|REVISION|HASH)$/,
    description: "Version that is shown",
    isExtra: true,
  },
  { name: /^(?:LOG|LOGGER|LOGGING)_\w+$/, description: "How much is logged", example: "info", isExtra: true },
];

/** Words in a name that mean a secret, and those that mean the opposite although a secret word stands beside them. */
const secretWords =
  /(?:^|_)(?:SECRETS?|PASSWORD|PASSWD|PASS|PWD|PASSPHRASE|TOKEN|PRIVATE|CREDENTIALS?|APIKEY|API_?KEY|ACCESS_?KEY|SECRET_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|MASTER_?KEY|SERVICE_(?:ROLE_)?KEY|AUTH_?KEY|JWT|SALT|PEPPER|CONNECTION_STRING|WEBHOOK|DSN|KEYS?)(?:_|$)|(?:SECRET|PASSWORD|TOKEN|APIKEY)$/i;
const plainWords =
  /(?:^|_)(?:PUBLIC|PUBLISHABLE|EXPIRES?|EXPIRY|EXPIRATION|TTL|LIFETIME|MAX_AGE|ISSUER|AUDIENCE|ALGORITHM|ENDPOINT|DOMAIN|HEADER|COOKIE_NAME|TOKEN_NAME|TOKEN_ADDRESS|TOKEN_EXPIRATION|LENGTH|LIMIT|KEY_ID|KEY_NAME|KEY_PREFIX|SITE_KEY|SITEKEY|PROVIDER|ENABLED)(?:_|$)|_(?:PATH|FILE|REGION|BUCKET|ID|NAME|HOST|PORT|VERSION|MINUTES|SECONDS|HOURS|DAYS)$/i;

/** The name without a framework's public prefix, and that prefix (`` when there is none). */
export function splitPrefix(key: string): { prefix: string; bare: string } {
  for (const { prefix } of publicPrefixes) {
    if (key.startsWith(prefix) && key.length > prefix.length) return { prefix, bare: key.slice(prefix.length) };
  }
  return { prefix: "", bare: key };
}

/** The row for a name, or null. */
export function ruleFor(key: string): VariableRule | null {
  const { bare } = splitPrefix(key.toUpperCase());
  const name = bare.replace(/^NUXT_/, "");
  return rules.find((rule) => rule.name.test(name)) ?? null;
}

/** Whether a variable of this name reaches the browser by a framework's convention. */
export function isPublic(key: string): boolean {
  return splitPrefix(key).prefix !== "";
}

/**
 * Whether the value is to be kept from people and logs: by the table, else by the words in the name. A public variable never is.
 * `rule` is the name's row, where it is known already.
 */
export function isSensitive(key: string, rule: VariableRule | null = ruleFor(key)): boolean {
  if (isPublic(key)) return false;
  if (rule?.sensitive !== undefined) return rule.sensitive;
  if (rule?.kind !== undefined) return false;
  return secretWords.test(key) && !plainWords.test(key);
}
