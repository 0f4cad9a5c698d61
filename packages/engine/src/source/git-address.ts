/**
 * Addresses of git repositories, as people paste them. Everything git could take for something else than an address or a name
 * is refused here, before a program is started: other transports, options, control characters.
 */
import { DeployError } from "../error.ts";
import { type Secret, secret } from "../secret.ts";

export interface GitAddress {
  url: string;
  ref?: string;
  subdirectory?: string;
  credential?: Secret;
}

const scheme = /^([a-z][a-z0-9+.-]*):\/\//i;
/** `ext::sh -c …`: a program to run as transport. */
const transport = /^[a-z][a-z0-9+.-]*::/i;
/** `user@host:path`; one letter before the colon is a drive. */
const scpLike = /^(?:[^/:@\s]*@)?[^/:@\s]{2,}:(?!:)/;
const shortHand = /^(github|gitlab|bitbucket):([\w.-]+\/[\w./-]+?)(?:\.git)?$/;
const shortHosts: Record<string, string> = { github: "github.com", gitlab: "gitlab.com", bitbucket: "bitbucket.org" };

/** Whether a text is meant as the address of a repository and not as a path. Says nothing about whether it is allowed. */
export function isGitAddress(text: string): boolean {
  return scheme.test(text) || transport.test(text) || scpLike.test(text) || text.startsWith("git@");
}

/** Read an address; a password in it ends up in `credential` alone. Throws INVALID_SOURCE, whose text holds no password. */
export function readGitAddress(text: string, options: { allowInsecureHttp?: boolean | undefined } = {}): GitAddress {
  const next = "Give an https:// or ssh:// address, or user@host:path.";
  if (text.length > 2_048) throw invalid("The address is too long.", shown(text), next);
  if (/[\p{Cc}\s]/u.test(text) || /%(?:[01][0-9a-f]|7f)/i.test(text))
    throw invalid("The address has blanks or control characters.", shown(text), next);
  if (text.startsWith("-")) throw invalid("The address begins with a hyphen, like an option.", shown(text), next);
  if (transport.test(text))
    throw invalid("Addresses that name a program as transport are not accepted.", shown(text), next);

  const hash = text.indexOf("#");
  const address = hash < 0 ? text : text.slice(0, hash);
  if (hash >= 0 && /^[^/]*\/\/[^/]*$/.test(address))
    throw invalid("The address ends at a #. In a password it must be written %23.", shown(text), next);
  const behind = hash < 0 ? {} : readFragment(text.slice(hash + 1));
  const short = shortHand.exec(address);
  if (short) return { url: `https://${shortHosts[short[1]!]!}/${short[2]!}.git`, ...behind };
  const name = scheme.exec(address)?.[1]?.toLowerCase();
  if (name === undefined) return { url: checkScp(address), ...behind };
  switch (name) {
    case "https":
    case "git+https":
    case "http":
      return { ...readHttp(address.replace(/^git\+/i, ""), options), ...behind };
    case "ssh":
    case "git+ssh":
      return { url: checkSsh(address.replace(/^git\+/i, "")), ...behind };
    case "file":
      throw invalid(
        "A local repository is given by its folder, not by file://.",
        shown(text),
        "Give the path of the folder.",
      );
    default:
      throw invalid(`Repositories are not fetched by ${name}://.`, shown(text), next);
  }
}

/** BuildKit's form: `#ref`, `#ref:folder`, `#:folder`. */
function readFragment(text: string): Pick<GitAddress, "ref" | "subdirectory"> {
  const colon = text.indexOf(":");
  const ref = colon < 0 ? text : text.slice(0, colon);
  const subdirectory = colon < 0 ? "" : text.slice(colon + 1);
  return { ...(ref === "" ? {} : { ref }), ...(subdirectory === "" ? {} : { subdirectory }) };
}

function readHttp(text: string, { allowInsecureHttp }: { allowInsecureHttp?: boolean | undefined }): GitAddress {
  const url = parseUrl(text);
  if (url.protocol === "http:" && !allowInsecureHttp && !isLoopback(url.hostname))
    throw invalid("http:// can be read and changed on the way.", shown(text), "Use https://.");
  checkHost(url.hostname, text);
  const browser = readBrowserPath(url);
  if (url.search !== "" && !browser)
    throw invalid(
      "The address has a query, which git does not know.",
      shown(text),
      "Give the address without what follows the ?.",
    );
  const path = browser?.path ?? url.pathname;
  if (/\.(?:zip|tgz|tar|tar\.gz|tar\.zst)$/i.test(path))
    throw invalid(
      "This is the address of an archive.",
      shown(text),
      "Download it and give the file, or give the repository's address.",
    );
  if (path.replaceAll("/", "") === "")
    throw invalid("The address names a host, but no repository.", shown(text), "Add the repository's path.");
  const credential = url.username === "" && url.password === "" ? undefined : credentialOf(url, text);
  return {
    url: `${url.protocol}//${url.host}${path.replace(/\/+$/, "")}`,
    ...(browser?.ref === undefined ? {} : { ref: browser.ref }),
    ...(browser?.subdirectory ? { subdirectory: browser.subdirectory } : {}),
    ...(credential === undefined ? {} : { credential }),
  };
}

function credentialOf(url: URL, text: string): Secret {
  let plain: string;
  try {
    plain = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  } catch {
    throw invalid("The password in the address is not encoded as it must be.", shown(text), "Write % as %25.");
  }
  if (/\p{Cc}/u.test(plain))
    throw invalid("The password in the address has control characters.", shown(text), "Check the password.");
  return secret(plain);
}

interface BrowserPath {
  path: string;
  ref?: string;
  subdirectory?: string;
}

/**
 * Pages of code hosts. A branch may have slashes, so where it ends and the folder begins is not certain: the first part is taken,
 * and the fetch tries longer ones when there is no such branch.
 */
function readBrowserPath(url: URL): BrowserPath | undefined {
  const parts = url.pathname
    .split("/")
    .filter((part) => part !== "")
    .map(decoded);
  const dash = parts.indexOf("-");
  if (dash >= 1) return browserPage(parts.slice(0, dash), parts.slice(dash + 1), url);
  const isKnown = /^(?:www\.)?(?:github\.com|bitbucket\.org|codeberg\.org)$/.test(url.hostname);
  return isKnown && parts.length > 2 ? browserPage(parts.slice(0, 2), parts.slice(2), url) : undefined;
}

function browserPage(repository: string[], [page, ...rest]: string[], url: URL): BrowserPath {
  const path = `/${repository.map((part) => encodeURIComponent(part)).join("/")}`;
  const [first, ...others] = page === "src" && /^(?:branch|tag|commit)$/.test(rest[0] ?? "") ? rest.slice(1) : rest;
  if (first !== undefined) {
    if (page === "tree" || page === "src") return { path, ref: first, subdirectory: others.join("/") };
    if (page === "commit" || page === "commits" || page === "tags" || page === "branch")
      return { path, ref: [first, ...others].join("/") };
    if (page === "releases" && first === "tag") return { path, ref: others.join("/") };
    if (page === "pull" && /^\d+$/.test(first)) return { path, ref: `refs/pull/${first}/head` };
    if (page === "merge_requests" && /^\d+$/.test(first)) return { path, ref: `refs/merge-requests/${first}/head` };
  }
  throw invalid(
    "This address shows a page, not a repository.",
    shown(url.href),
    `Give the repository: ${url.protocol}//${url.host}${path}`,
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function checkSsh(text: string): string {
  const url = parseUrl(text);
  if (url.password !== "")
    throw invalid("ssh takes no password from an address.", shown(text), "Use a key: user@host:path.");
  checkUser(url.username, text);
  checkHost(url.hostname, text);
  if (url.pathname.length < 2)
    throw invalid("The address names a host, but no repository.", shown(text), "Add the repository's path.");
  if (url.search !== "")
    throw invalid("The address has a query.", shown(text), "Give the address without what follows the ?.");
  return `ssh://${url.username === "" ? "" : `${url.username}@`}${url.host}${url.pathname}`;
}

function checkScp(text: string): string {
  const [, user, host, path] = /^(?:([^@]*)@)?([^:]*):(.*)$/.exec(text) ?? [];
  if (host === undefined || path === undefined || path === "" || path.startsWith("-"))
    throw invalid("This is no address of a repository.", shown(text), "Write it as user@host:path.");
  if (user !== undefined) checkUser(user, text);
  checkHost(host, text);
  return text;
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw invalid(
      "This is no address of a repository.",
      shown(text),
      "Give an https:// or ssh:// address, or user@host:path.",
    );
  }
}

function checkHost(host: string, text: string): void {
  if (!/^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\])$/i.test(host))
    throw invalid("The host in the address is none.", shown(text), "Check the part between // and the next /.");
}

function checkUser(user: string, text: string): void {
  if (user !== "" && !/^[a-z0-9_][a-z0-9._-]*$/i.test(user))
    throw invalid("The user name in the address is none.", shown(text), "Most hosts want git@host:owner/name.git.");
}

/** Whether a host name can only mean this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Refuse what git itself refuses as a name (git-check-ref-format), what looks like an option, and what is longer than any file system takes. */
export function checkRef(ref: string): void {
  const fault =
    (ref === "" && "is empty") ||
    (ref.startsWith("-") && "begins with a hyphen, like an option") ||
    (ref.length > 1_000 && "is too long") ||
    (/[\p{Cc} ~^:?*[\\]/u.test(ref) && "has a character git does not allow in names") ||
    ((ref.includes("..") || ref.includes("@{") || ref.includes("//") || ref === "@" || /^\/|[/.]$/.test(ref)) &&
      "is not a name git allows") ||
    (ref.split("/").some((part) => part.startsWith(".") || part.endsWith(".lock")) && "is not a name git allows");
  if (fault)
    throw invalid(
      `The ref ${fault}.`,
      JSON.stringify(ref.length > 120 ? `${ref.slice(0, 120)}…` : ref),
      "Give a branch, a tag or a full commit id.",
    );
}

/** INVALID_SOURCE in three sentences. */
export function invalid(what: string, where: string, next: string): DeployError {
  return new DeployError("INVALID_SOURCE", { what, where, next });
}

/** The address as it may be shown: no user, no password, no end. */
function shown(text: string): string {
  const safe = text.replace(/\/\/.*@/, "//…@").replace(/([?&][^=&]*=)[^&#]*/g, "$1…");
  return JSON.stringify(safe.length > 200 ? `${safe.slice(0, 200)}…` : safe);
}
