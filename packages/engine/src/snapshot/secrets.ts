/**
 * What must never enter a snapshot: files that hold secrets, told by name where the name is enough and by content where it is not,
 * and single lines of files that are needed otherwise. No ignore rule can bring them back.
 */

/** Endings of `.env.<ending>` and the like that mark a file as a pattern to be filled in, or one that is encrypted. */
const exampleEndings = new Set([
  "example",
  "examples",
  "sample",
  "template",
  "tmpl",
  "tpl",
  "dist",
  "defaults",
  "default",
  "schema",
  "vault",
  "d.ts",
]);

/** Names, lower case, of files and directories that hold credentials and nothing else. */
const secretNames = new Map<string, string>([
  [".envrc", "direnv's variables"],
  [".dev.vars", "wrangler's local secrets"],
  [".secrets", "a file of secrets"],
  [".netrc", "passwords by host"],
  ["_netrc", "passwords by host"],
  [".git-credentials", "git's passwords"],
  [".pypirc", "a package index password"],
  [".pgpass", "database passwords"],
  [".my.cnf", "a database password"],
  [".dockercfg", "registry passwords"],
  [".vault-token", "a Vault token"],
  [".aws", "AWS credentials"],
  [".azure", "Azure credentials"],
  [".gcloud", "Google Cloud credentials"],
  [".kube", "cluster credentials"],
  [".ssh", "SSH keys"],
  [".gnupg", "GnuPG keys"],
  ["kubeconfig", "cluster credentials"],
  ["application_default_credentials.json", "Google Cloud credentials"],
  ["serviceaccountkey.json", "a service account key"],
  ["service-account.json", "a service account key"],
  ["service_account.json", "a service account key"],
  ["gcp-key.json", "a service account key"],
  ["local.settings.json", "local secrets of Azure Functions"],
  ["master.key", "the key of Rails' credentials"],
  ["terraform.tfstate", "Terraform's state, secrets included"],
  ["terraform.tfvars", "Terraform's variables"],
  ["id_rsa", "an SSH key"],
  ["id_dsa", "an SSH key"],
  ["id_ecdsa", "an SSH key"],
  ["id_ecdsa_sk", "an SSH key"],
  ["id_ed25519", "an SSH key"],
  ["id_ed25519_sk", "an SSH key"],
]);

/** Endings of files whose format is for private keys. */
const secretEndings = new Map<string, string>([
  [".p12", "a key store"],
  [".pfx", "a key store"],
  [".jks", "a key store"],
  [".keystore", "a key store"],
  [".kdbx", "a password database"],
  [".ppk", "an SSH key"],
  [".tfstate", "Terraform's state, secrets included"],
  [".tfstate.backup", "Terraform's state, secrets included"],
]);

/** Why an entry of this name (a path, relative) must stay out, or undefined. `directory` entries are told from files. */
export function secretByName(path: string, directory: boolean): string | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (name === ".env" || (!directory && name.endsWith(".env") && !isExample(`.${name.slice(0, -4)}`)))
    return `${name} holds variables`;
  for (const start of [".env.", ".dev.vars.", ".secrets."]) {
    if (name.startsWith(start) && !isExample(name)) return `${name} holds variables`;
  }
  if (/(?:^|\/)\.docker\/config\.json$/i.test(path)) return "registry passwords";
  if (/(?:^|\/)\.config\/gcloud$/i.test(path)) return "Google Cloud credentials";
  if (/(?:^|\/)\.kamal\/secrets[^/]*$/i.test(path) && !isExample(name)) return "Kamal's secrets";
  if (/(?:^|\/)config\/credentials\/[^/]+\.key$/i.test(path)) return "the key of Rails' credentials";
  const known = secretNames.get(name);
  if (known !== undefined) return known;
  if (directory) return undefined;
  for (const [ending, what] of secretEndings) if (name.endsWith(ending) && name !== ending) return what;
  return undefined;
}

function isExample(name: string): boolean {
  for (const ending of exampleEndings) if (name.endsWith(`.${ending}`)) return true;
  return false;
}

/** Largest file whose content is searched; keys are small. */
const largestSearched = 64 * 1024;

const privateKey = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/;

/**
 * Why a file with this content must stay out, or undefined. A file that begins with a private key is one whatever its name; in keys, certificates
 * and JSON it is looked for anywhere. Source code that merely mentions a key stays in.
 */
export function secretByContent(path: string, bytes: Uint8Array): string | undefined {
  if (bytes.length > largestSearched || bytes.length < 32) return undefined;
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const keyLike = /\.(?:pem|key|crt|cer|asc|p8|pk8|pkcs8)$/.test(name);
  const isJson = name.endsWith(".json");
  if (/\.(?:key|p8|pk8|pkcs8|der)$/.test(name) && isPrivateDer(bytes)) return "a private key";
  // Most files are decided by their first byte: a key begins with a hyphen, after blanks at most.
  if (!keyLike && !isJson && !/^\s*-----BEGIN /.test(text(bytes.subarray(0, 64)))) return undefined;
  const whole = text(bytes);
  if (isJson) {
    if (whole.includes('"private_key"') && privateKey.test(whole)) return "a service account key";
    return undefined;
  }
  return privateKey.test(whole) ? "a private key" : undefined;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** PKCS#8 or PKCS#1/SEC1 in binary: a SEQUENCE that begins with the version number 0 or 1. A public key or certificate begins otherwise. */
function isPrivateDer(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x30) return false;
  const long = bytes[1]! & 0x80 ? bytes[1]! & 0x7f : 0;
  const at = 2 + long;
  return bytes[at] === 0x02 && bytes[at + 1] === 0x01 && (bytes[at + 2] === 0 || bytes[at + 2] === 1);
}

/** Lines that hold a token: of npm and pnpm (`key=value`), and of Yarn (`key: value`). A reference to a variable (`${NPM_TOKEN}`) is no secret. */
const tokenLines: Record<string, RegExp> = {
  ".npmrc":
    /^\s*(?:\/\/[^=]*:)?(?:_authToken|_auth|_password|cert|key)\s*=\s*(?!["']?\$\{)\S|:\/\/[^/\s:@]+:(?!\$\{)[^/\s@]+@/i,
  ".yarnrc": /^\s*["']?(?:\/\/[^\s]*:)?(?:_authToken|_auth|_password)["']?\s+(?!["']?\$\{)\S/i,
  ".yarnrc.yml": /^\s*["']?(?:npmAuthToken|npmAuthIdent)["']?\s*:\s*(?!["']?\$\{)\S/,
};

/** Whether single lines of this file may have to be left out. */
export function mayHoldTokens(path: string): boolean {
  return path.slice(path.lastIndexOf("/") + 1) in tokenLines;
}

/** The content without lines that hold tokens, and the numbers of these lines; null when there are none. */
export function withoutTokens(path: string, bytes: Uint8Array): { bytes: Uint8Array; lines: number[] } | null {
  const rule = tokenLines[path.slice(path.lastIndexOf("/") + 1)];
  if (!rule) return null;
  const kept: string[] = [];
  const lines: number[] = [];
  for (const [index, line] of Buffer.from(bytes).toString("utf8").split("\n").entries()) {
    if (rule.test(line)) lines.push(index + 1);
    else kept.push(line);
  }
  return lines.length === 0 ? null : { bytes: Buffer.from(kept.join("\n")), lines };
}
