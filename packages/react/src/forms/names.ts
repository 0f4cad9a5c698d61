/** What the name of a variable says: whether it may be one, whether browsers see it, whether it is a secret. As the engine tells. */

/** Prefixes with which a framework puts a variable into the pages it builds. */
const publicPrefix =
  /^(?:NEXT_PUBLIC|NUXT_PUBLIC|VITE|REACT_APP|GATSBY|EXPO_PUBLIC|VUE_APP|NG_APP|SNOWPACK_PUBLIC|RSBUILD_PUBLIC|STORYBOOK|PUBLIC)_(?=.)/;

/** `VITE_` of `VITE_API_URL`: its value ends in the browser of every visitor. Null when it does not. */
export function publicPrefixOf(key: string): string | null {
  return publicPrefix.exec(key)?.[0] ?? null;
}

const secretWords =
  /(?:^|_)(?:SECRETS?|PASSWORD|PASSWD|PASS|PWD|PASSPHRASE|TOKEN|PRIVATE|CREDENTIALS?|API_?KEY|ACCESS_?KEY|JWT|SALT|PEPPER|CONNECTION_STRING|WEBHOOK|KEYS?)(?:_|$)|(?:SECRET|PASSWORD|TOKEN|APIKEY)$/i;
const connections = /^(?:\w+_)?(?:DATABASE|DB|POSTGRES|PG|MYSQL|MONGO(?:DB)?|REDIS|KV|AMQP|RABBITMQ)_(?:\w+_)?UR[LI]$/i;
const plainWords =
  /(?:^|_)(?:PUBLIC|PUBLISHABLE|EXPIRES?|EXPIRY|EXPIRATION|TTL|LIFETIME|MAX_AGE|ISSUER|AUDIENCE|ALGORITHM|ENDPOINT|DOMAIN|HEADER|LENGTH|LIMIT|SITE_?KEY|PROVIDER|ENABLED)(?:_|$)|_(?:PATH|FILE|REGION|BUCKET|ID|NAME|HOST|PORT|VERSION|MINUTES|SECONDS|HOURS|DAYS)$/i;

/** Words of a secret stand in it, whatever its prefix: `VITE_API_SECRET` does. */
export function soundsSecret(key: string): boolean {
  const bare = key.replace(publicPrefix, "");
  return (secretWords.test(bare) || connections.test(bare)) && !plainWords.test(bare);
}

/** What is wrong with a name, as the end of a sentence; null when nothing is. */
export function faultOfName(key: string): string | null {
  if (key === "") return "Give it a name.";
  if (key.length > 255) return `A name has at most 255 characters; this one has ${key.length}.`;
  if (/^\d/.test(key)) return "A name begins with a letter or _, not with a digit.";
  if (!/^\w+$/.test(key)) return "A name has letters, digits and _ only.";
  if (/^LANDFALL_/i.test(key)) return "Names that begin with LANDFALL_ are kept for Landfall itself.";
  return null;
}
