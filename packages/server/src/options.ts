/** What a server is started with. */
import type { Engine } from "@landfall/engine";
import type { MailServer } from "./mail.ts";

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
  /** Addresses and networks (`10.0.0.0/8`) of proxies of ours: of a request that comes from one, X-Forwarded-For is believed. Default: none. */
  trustedProxies?: string[];
  /** Deployments that a person may ask for in an hour. Default 10. */
  deploymentsPerHour?: number;
  /** Changes of any kind that a person may make in a minute. Default 600. */
  writesPerMinute?: number;
  /** Where limits are counted, `redis://…`, in place of the database. */
  redisUrl?: string;
  /** Largest archive taken. Default 1 GiB. */
  maxUploadBytes?: number;
  /** Let git sources be on this machine and in private networks. Default false. */
  allowPrivateSources?: boolean;
  /** Landfall as it is registered at GitHub, for people to sign in with it. Default: with a password only. */
  github?: { id: string; secret: string };
  /** Takes invitations and links for a new password to people. Default: none is sent, and links are handed over by hand. */
  mail?: MailServer;
  /** Path of Chromium, or of a browser made of it, which takes pictures of what is deployed. Default: none are taken. */
  browser?: string;
  /** What coding assistants call. Default: they are not answered. */
  assistants?: Assistants;
  /** Directory of the built dashboard. Default: none is served. */
  dashboard?: string;
  /** Lines of the log, each an object as JSON. */
  log(line: string): void;
}

export interface Assistant {
  /** Where this server is reached from its own machine. */
  url: string;
  /** The caller's credential. */
  token: string;
  /** Of the caller's organisations; absent, the first. */
  organization?: string;
  /** Signs what the caller is asked to confirm, on every server of the database; nobody else's is the same. */
  key: Uint8Array;
}

/** Answers a request of the Model Context Protocol. */
export type Assistants = (request: Request, assistant: Assistant) => Promise<Response>;
