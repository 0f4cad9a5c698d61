/** Addresses that are nobody's in the public network: this machine, its neighbours, what clouds keep for themselves. */
import { BlockList, isIP } from "node:net";

/** Source: IANA special-purpose address registries, IPv4 and IPv6, read 2026-08. */
const special = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  special.addSubnet(net, prefix);
for (const [net, prefix] of [
  ["::", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  special.addSubnet(net, prefix, "ipv6");

/** Whether the address is nobody's in the public network. IPv4 inside IPv6 counts as IPv4. */
export function isSpecial(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isSpecial(mapped);
  return special.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** Source: RFC 1918, RFC 4193, and the loopback networks. */
const own = new BlockList();
for (const [net, prefix] of [
  ["10.0.0.0", 8],
  ["127.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const)
  own.addSubnet(net, prefix);
own.addAddress("::1", "ipv6");
own.addSubnet("fc00::", 7, "ipv6");

/** Whether a special address is this machine's or a private network's; not one that clouds keep for themselves. */
export function isPrivate(address: string): boolean {
  return own.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

/** Whether a host as it stands in an address, `localhost`, `127.0.0.1` or `[::1]`, is this machine and nothing else. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, "");
  const family = isIP(address);
  return address === "localhost" || (family !== 0 && loopback.check(address, family === 6 ? "ipv6" : "ipv4"));
}
