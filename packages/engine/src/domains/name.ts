/** Names of custom domains: what may be one, and how it is written. */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { DeployError } from "../error.ts";

/** Endings that belong to nobody or to this machine (RFC 2606, RFC 6761, RFC 6762). */
const notPublic = new Set([
  "localhost",
  "local",
  "internal",
  "test",
  "example",
  "invalid",
  "onion",
  "arpa",
  "home",
  "lan",
]);

/** Suffixes of two labels below which people register names; enough to tell an apex from a subdomain for the common ones. */
const twoLabelSuffixes = /\.(?:co|com|org|net|gov|edu|ac|or|ne|go)\.[a-z]{2}$/;

/** The domain in lower case and ASCII. Throws INVALID_CONFIG for anything that cannot be a public domain's name. */
export function checkedDomain(text: string): string {
  const name = domainToASCII(text.trim().replace(/\.$/, "")).toLowerCase();
  const labels = name.split(".");
  const fault = faultOf(text, name, labels);
  if (fault === null) return name;
  throw new DeployError("INVALID_CONFIG", {
    what: `${JSON.stringify(text.slice(0, 80))} cannot be a custom domain: ${fault}.`,
    where: "domain",
    next: "Write it as example.com or www.example.com, without scheme, port and path.",
    step: "configure",
  });
}

function faultOf(text: string, name: string, labels: string[]): string | null {
  if (name === "" || /[\s/:;@`'"\\{}$|&<>]/.test(text.trim())) return "it is no host name";
  if (name.length > 253) return "it is longer than 253 characters";
  if (isIP(name) !== 0 || /^[\d.]+$/.test(name)) return "it is an address";
  if (labels.length < 2) return "it has no dot";
  if (labels.some((label) => !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label))) return "it is no host name";
  if (notPublic.has(labels.at(-1)!)) return `nothing is registered below .${labels.at(-1)}`;
  return null;
}

/** Whether it is a registered name itself, which can have no CNAME (RFC 1034, 3.6.2). */
export function isApex(name: string): boolean {
  const dots = name.split(".").length - 1;
  return dots === 1 || (dots === 2 && twoLabelSuffixes.test(name));
}

/** `www.` and without: the other of the two names people type. */
export function counterpart(name: string): string | null {
  if (name.startsWith("www.")) return name.slice(4);
  return isApex(name) ? `www.${name}` : null;
}
