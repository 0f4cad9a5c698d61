/** What a server is started with. */
import type { Engine } from "@landfall/engine";

export interface ServerOptions {
  /** Owner of the database and of the data directory. */
  engine: Engine;
  /** Address to listen on. */
  host: string;
  /** 0 for any free one. */
  port: number;
  version: string;
  /** Where people reach it, such as https://landfall.example.com; links are built from this and from nothing a request says. Default: the address it listens on. */
  publicUrl?: string;
  /** Take a caller's address from X-Forwarded-For, as the last of so many proxies of ours wrote it. Default 0: from the connection. */
  trustedProxies?: number;
  /** Largest archive taken. Default 1 GiB. */
  maxUploadBytes?: number;
  /** Let git sources be on this machine and in private networks. Default false. */
  allowPrivateSources?: boolean;
  /** Lines of the log, each an object as JSON. */
  log(line: string): void;
}
