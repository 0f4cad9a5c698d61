/** git's own server side over smart HTTP (git-http-backend, a CGI program), for whoever has a request and wants the answer. */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { Readable } from "node:stream";

/** Nothing of the machine's or the person's configuration counts. */
export const gitEnvironment: Record<string, string> = {
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

export interface GitRequest {
  /** Where the repositories are. */
  directory: string;
  method: string;
  /** Without the query, decoded. */
  path: string;
  /** Without the question mark. */
  query: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Uint8Array | Readable;
  /** Who asks: such a one may push, nobody else. */
  user: string | null;
  /** Seen by the repository's hooks. */
  environment?: Record<string, string>;
}

export interface GitAnswer {
  status: number;
  headers: Record<string, string>;
  body: AsyncIterable<Buffer>;
}

/** Resolves when git has said status and headers; the body comes as git writes it. */
export function askGit(asked: GitRequest): Promise<GitAnswer> {
  const { directory, method, path, query, headers, body, user, environment } = asked;
  const text = (name: string): string => String(headers[name] ?? "");
  const backend = spawn("git", ["http-backend"], {
    env: {
      ...gitEnvironment,
      ...environment,
      GIT_PROJECT_ROOT: directory,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: method,
      PATH_INFO: path,
      QUERY_STRING: query,
      CONTENT_TYPE: text("content-type"),
      REMOTE_ADDR: "127.0.0.1",
      ...(user === null ? {} : { REMOTE_USER: user }),
      HTTP_CONTENT_ENCODING: text("content-encoding"),
      GIT_PROTOCOL: text("git-protocol"),
      ...(headers["content-length"] === undefined ? {} : { CONTENT_LENGTH: text("content-length") }),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  backend.stdin.on("error", () => undefined); // It has its answer and reads no further.
  (body instanceof Readable ? body : Readable.from([body])).pipe(backend.stdin);
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      backend.stdout.off("data", read).pause();
      if (head.length > end + 4) backend.stdout.unshift(head.subarray(end + 4));
      resolve({ ...headOf(head.toString("latin1", 0, end)), body: backend.stdout });
    };
    backend.stdout.on("data", read);
    backend.once("error", reject);
    backend.once("close", (code) => reject(new Error(`git http-backend ended with ${code} and no answer`)));
  });
}

function headOf(text: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { status = "200", ...others } = headers;
  return { status: Number.parseInt(status, 10), headers: others };
}

/** An empty repository without a working tree. */
export function makeBare(directory: string, name: string): string {
  const bare = join(directory, name);
  const made = spawnSync("git", ["init", "--quiet", "--bare", "-b", "main", bare], {
    env: gitEnvironment,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`git init: ${made.stderr}`);
  return bare;
}
