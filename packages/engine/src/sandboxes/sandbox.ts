/** A sandbox and the commands run in it, as callers see them, and what they can do with them. */
import type { Readable } from "node:stream";
import type { ErrorReport } from "../error.ts";
import type { Source } from "../source/source.ts";
import type { HostExport, HostExported } from "../code-hosts/export.ts";
import type { Secret } from "../secret.ts";
import type { GitExport, GitExported } from "./export-git.ts";

/** A workspace the engine holds. */
export interface SandboxView {
  id: string;
  name: string;
  /** Of its files, as of the last write or command. */
  sizeBytes: number;
  files: number;
  createdAt: string;
  expiresAt: string;
}

/** Something in a sandbox. */
export interface SandboxEntry {
  path: string;
  kind: "file" | "directory" | "link" | "other";
  sizeBytes: number;
  executable: boolean;
  /** Of a link, as it is written; it is never followed. */
  target: string | null;
}

/** What is to run: a line as in a terminal, read without a shell, or a program with its arguments as they stand. */
export interface CommandRequest {
  command?: string;
  argv?: string[];
  /** Relative to the sandbox. */
  cwd?: string;
  /** Their values are taken out of what is printed. */
  variables?: Record<string, string>;
  /** Default 600,000; at most an hour. */
  timeoutMs?: number;
}

export interface CommandView {
  id: string;
  command: string;
  state: "running" | "exited" | "failed" | "cancelled";
  exitCode: number | null;
  /** Why it did not end by itself. */
  error: ErrorReport | null;
  startedAt: string;
  finishedAt: string | null;
}

export type CommandEventBody =
  | { type: "log"; stream: "stdout" | "stderr"; firstLine: number; lines: string[] }
  /** The last one. */
  | { type: "exit"; code: number | null; error?: ErrorReport };

export type CommandEvent = { seq: number; at: string } & CommandEventBody;

/** Workspaces for products that make applications; each is gone when its time is over. All throw NOT_FOUND for one that is not there. */
export interface Sandboxes {
  /** Empty without a source. Throws CONFLICT (too many) and what opening a source throws; UNSAFE_ARCHIVE also for one that is too large. */
  create(asked?: {
    source?: Source;
    name?: string;
    /** Default a day, at most thirty. */
    lifetimeMs?: number;
    signal?: AbortSignal;
  }): Promise<SandboxView>;
  list(): Promise<SandboxView[]>;
  get(id: string): Promise<SandboxView>;
  /** Commands that run in it are ended. */
  remove(id: string): Promise<void>;
  /** What is in a folder. Throws INVALID_CONFIG (a path that leads out), CONFLICT (a link is in the way). */
  files(id: string, path?: string): Promise<SandboxEntry[]>;
  /** A file, as it is now. Throws as `files`. */
  read(id: string, path: string): Promise<{ sizeBytes: number; stream: Readable }>;
  /** Write a file whole; folders above are made. Throws as `files`, and CONFLICT when there is no room. */
  write(
    id: string,
    path: string,
    content: { body: AsyncIterable<Uint8Array>; executable?: boolean },
  ): Promise<{ path: string; sizeBytes: number }>;
  /** A file, a link, or a folder with all in it. Throws as `files`. */
  unlink(id: string, path: string): Promise<void>;
  /** Begin a command, one at a time. Throws INVALID_CONFIG, CONFLICT (one runs), MISSING_TOOL (no isolation on this machine). */
  run(id: string, request: CommandRequest): Promise<CommandView>;
  /** Newest first. */
  commands(id: string): Promise<CommandView[]>;
  command(id: string, commandId: string): Promise<CommandView>;
  cancel(id: string, commandId: string): Promise<CommandView>;
  /** What it prints, from `from` (a seq) on; ends with the event `exit`, or without one when its server died. */
  output(id: string, commandId: string, options?: { from?: number; signal?: AbortSignal }): AsyncIterable<CommandEvent>;
  /** All of it but `node_modules`, `.git` and links that lead out. */
  pack(id: string, format: "tar" | "zip"): Promise<Readable>;
  /**
   * Push its files, as they are now and without what stays out of deployments, as one commit on top of a branch. Throws INVALID_SOURCE
   * (the address; a file too large, a secret found), INVALID_CONFIG, AUTH_FAILED, INSUFFICIENT_PERMISSIONS, NOT_FOUND, CONFLICT (the
   * branch moved), SOURCE_UNAVAILABLE, MISSING_TOOL, TIMEOUT.
   */
  push(id: string, to: GitExport): Promise<GitExported>;
  /**
   * The same to a repository that is named, which is made where there is none. Throws besides PROJECT_NAME_TAKEN, RATE_LIMIT_EXCEEDED,
   * PLATFORM_UNAVAILABLE. Safe to repeat: a repository made by an export that failed is used by the next.
   */
  export(id: string, to: HostExport & { host: "github" | "gitlab"; token: Secret }): Promise<HostExported>;
  /** Its files as they are now, to be prepared like any archive; kept until disposed. */
  source(id: string): Promise<{ source: Source } & AsyncDisposable>;
  /** Remember that this deployment was made of it. */
  deployed(id: string, deploymentId: string): Promise<void>;
  /** Ids, newest first. */
  deployments(id: string): Promise<string[]>;
  /** Remove those of every organisation whose time is over. To be called now and then. */
  tend(): Promise<void>;
}
