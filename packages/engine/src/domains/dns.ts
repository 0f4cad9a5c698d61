/** Whether a domain's records are what the platform needs, asked live; and what else stands in the way. */
import { Resolver } from "node:dns/promises";
import { errnoOf } from "../errno.ts";
import type { DnsRecord } from "../platform.ts";

/** Asks name servers. An absent name or record has no values; a server that does not answer throws. */
export interface Dns {
  resolve(name: string, type: "A" | "AAAA" | "CNAME" | "TXT" | "NS" | "CAA"): Promise<string[]>;
}

export interface RecordCheck {
  record: DnsRecord;
  /** What is there now. */
  found: string[];
  state: "right" | "missing" | "wrong" | "unknown";
}

const timeoutMs = 4_000;

/** The system's name servers, or `servers` (`address` or `address:port`). */
export function systemDns(servers?: readonly string[]): Dns {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers && servers.length > 0) resolver.setServers([...servers]);
  return {
    async resolve(name, type) {
      try {
        if (type === "TXT") return (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
        if (type === "CAA")
          return (await resolver.resolveCaa(name)).flatMap(({ issue }) => (issue === undefined ? [] : [issue]));
        return await resolver.resolve(name, type);
      } catch (error) {
        if (errnoOf(error) === "ENOTFOUND" || errnoOf(error) === "ENODATA") return [];
        throw error;
      }
    },
  };
}

/** Compare each record with what the name servers say. Never throws: what cannot be asked is `unknown`. */
export function checkRecords(dns: Dns, records: readonly DnsRecord[]): Promise<RecordCheck[]> {
  return Promise.all(
    records.map(async (record) => {
      try {
        return { record, ...(await compare(dns, record)) };
      } catch {
        return { record, found: [], state: "unknown" as const }; // A name server that is silent says nothing about the record.
      }
    }),
  );
}

async function compare(dns: Dns, { type, name, value }: DnsRecord): Promise<Pick<RecordCheck, "found" | "state">> {
  if (type === "CNAME" || type === "ALIAS") {
    const cnames = (await dns.resolve(name, "CNAME")).map(plain);
    if (cnames.includes(plain(value))) return { found: cnames, state: "right" };
    if (cnames.length > 0) return { found: cnames, state: "wrong" };
    // Flattened at the name server (ALIAS, ANAME, a proxy): the addresses are those of the target.
    const [own, wanted] = await Promise.all([dns.resolve(name, "A"), dns.resolve(value, "A")]);
    if (own.length === 0) return { found: [], state: "missing" };
    return { found: own, state: own.some((address) => wanted.includes(address)) ? "right" : "wrong" };
  }
  const found = (await dns.resolve(name, type)).map(type === "TXT" ? (text) => text : plain);
  if (found.includes(type === "TXT" ? value : plain(value))) return { found, state: "right" };
  // Other texts at the same name are nobody's fault; another address is.
  return { found, state: found.length === 0 || type === "TXT" ? "missing" : "wrong" };
}

function plain(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}

/** What is set beside the records and keeps visitors or certificates away, in sentences. */
export async function obstacles(
  dns: Dns,
  { name, records, authorities }: { name: string; records: readonly DnsRecord[]; authorities: readonly string[] },
): Promise<string[]> {
  const found: string[] = [];
  const asked = async (type: "AAAA" | "CAA", of: string): Promise<string[]> => dns.resolve(of, type).catch(() => []);
  if (records.some((record) => record.type === "A") && !records.some((record) => record.type === "AAAA")) {
    const [address] = await asked("AAAA", name);
    if (address)
      found.push(
        `${name} has an AAAA record (${address}) that leads elsewhere: visitors over IPv6 do not arrive. Remove it.`,
      );
  }
  // The closest name with CAA records decides (RFC 8659, 3). All are asked at once: a name server that is silent is waited for once.
  const labels = name.split(".");
  const above = labels.slice(0, -1).map((_, at) => labels.slice(at).join("."));
  const answers = await Promise.all(above.map((of) => asked("CAA", of)));
  const closest = answers.findIndex((issuers) => issuers.length > 0);
  const issuers = (answers[closest] ?? []).map((issuer) => issuer.split(";")[0]!.trim().toLowerCase());
  if (closest >= 0 && authorities.length > 0 && !issuers.some((issuer) => authorities.includes(issuer)))
    found.push(
      `CAA records of ${above[closest]} allow certificates of ${issuers.join(", ") || "nobody"} only. Add one: 0 issue "${authorities[0]}".`,
    );
  return found;
}
