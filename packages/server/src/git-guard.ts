/**
 * Git addresses people give must not lead into this machine or its network: not by what they say, which is refused with a sentence, and not
 * by where a name leads a moment later or a host sends on to. For those all of git's https goes through a proxy that looks at each connection.
 */
import { lookup } from "node:dns/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { DeployError } from "@landfall/engine/error";
import { readGitAddress } from "@landfall/engine/source/git-address";
import { isSpecial } from "@landfall/engine/special-address";

/** Throws INVALID_SOURCE when the host is not in the public network, SOURCE_UNAVAILABLE when it has no address. */
export async function refusePrivate(host: string, where = "source.git"): Promise<void> {
  let addresses: string[];
  try {
    addresses = (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    throw new DeployError("SOURCE_UNAVAILABLE", {
      what: `The host ${JSON.stringify(host.slice(0, 100))} has no address.`,
      where,
    });
  }
  if (addresses.some(isSpecial)) {
    throw new DeployError("INVALID_SOURCE", {
      what: "This repository is on the server's own machine or in a private network.",
      where,
      next: "Upload an archive instead, or have the server started with --allow-private-sources.",
    });
  }
}

/** Of an address as the engine reads it: with a scheme, or `user@host:path`. Throws INVALID_SOURCE. */
export function hostOf(address: string): string {
  const { url } = readGitAddress(address);
  const scp = url.includes("://") ? undefined : /^(?:[^@]*@)?([^:]+):/.exec(url)?.[1];
  return scp ?? new URL(url).hostname.replace(/^\[|\]$/g, "");
}

/** How long a host may take to be connected to. */
const connectMs = 30_000;

export interface GitProxy extends AsyncDisposable {
  /** Where it listens; it begins with the first who asks. */
  url(): Promise<string>;
}

/** A proxy for CONNECT to hosts of the public network: the name is looked up once, and the address that was looked at is the one it connects to. */
export function gitProxyOf(resolve: (host: string) => Promise<{ address: string }[]> = publicLookup): GitProxy {
  const open = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on("connect", (request, client: Socket) => {
    open.add(client);
    client.once("close", () => open.delete(client));
    client.on("error", () => client.destroy());
    void tunnel(request.url ?? "", client, resolve);
  });
  let listening: Promise<string> | undefined;
  return {
    url: () =>
      (listening ??= new Promise((settle, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => {
          server.unref();
          settle(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        });
      })),
    async [Symbol.asyncDispose]() {
      if (listening === undefined) return;
      for (const socket of open) socket.destroy();
      await new Promise<void>((settle) => server.close(() => settle()));
    },
  };
}

const publicLookup = (host: string) => lookup(host, { all: true });

async function tunnel(
  to: string,
  client: Socket,
  resolve: (host: string) => Promise<{ address: string }[]>,
): Promise<void> {
  const refuse = (): void => void client.end("HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n");
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([^:/\s]+)):(\d{1,5})$/i.exec(to) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return refuse();
  const addresses = await resolve(host).catch(() => []); // No such name: nothing to connect to.
  const [first] = addresses;
  if (!first || addresses.some(({ address }) => isSpecial(address))) return refuse();
  const remote = connect({ host: first.address, port: Number(port), timeout: connectMs });
  remote.once("connect", () => {
    remote.setTimeout(0);
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    remote.pipe(client).pipe(remote);
  });
  remote.once("timeout", () => remote.destroy());
  remote.on("error", refuse);
  client.once("close", () => remote.destroy());
}
