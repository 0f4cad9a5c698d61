/** Addresses that only mean something where their author wrote them: of the machine itself, or of a network of their own. */

/** `Host=store;Port=5432`, `Server=(localdb)\\Shop`. */
const inConnection = /(?:^|;)\s*(?:Host|Server|Data ?Source|Addr(?:ess)?)\s*=\s*(?:tcp:)?([^;,:\\]{1,100})/i;
/** SQLite too says where its file is as `Data Source=shop`. */
const ofFile = /(?:^|;)\s*Data ?Source\s*=(?![^;]{0,100}\\|.{0,300};\s*(?:Initial Catalog|Database)\s*=)/i;
/** `jdbc:mysql://localhost:3306/shop`. */
const inAddress = /(?<!sqlite|file|memory|s3|gs):\/\/(?:[^@/\s]{1,200}@)?([^@:/,?\s]{1,100})/;
const bare = /^([\w.-]{1,100})(:\d{2,5})?(?:,|$)/;
const here = /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\.|\(local\)|\(localdb\)|host\.docker\.internal)$/i;
/** No name of the internet is without a dot: a program of a compose file, a computer on a desk. */
const inOwnNetwork = /^(?:[a-z][\w-]*|(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3})$/i;
const namesHost = /(?:host|hostname|server|broker)$/i;

/** Whether what stands under `key` is such an address. */
export function isNearby(key: string, value: string): boolean {
  const written = inConnection.exec(value)?.[1] ?? inAddress.exec(value)?.[1];
  const [, alone, port] = written === undefined ? (bare.exec(value) ?? []) : [];
  const host = (written ?? alone)?.trim();
  if (host === undefined) return false;
  if (here.test(host)) return true;
  // One word may be anything: the name of a queue, or of a user.
  return (
    inOwnNetwork.test(host) && (alone === undefined ? !ofFile.test(value) : port !== undefined || namesHost.test(key))
  );
}
