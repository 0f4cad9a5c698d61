/** A git host on loopback for tests: `git http-backend` behind a small server, with a password where one is asked for. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { askGit, gitEnvironment, makeBare } from "@landfall/simulators";

export interface GitHost extends AsyncDisposable {
  /** `http://127.0.0.1:port`. */
  url: string;
  directory: string;
  /** Every request: method, address, and the Authorization header. */
  seen: { url: string; authorization: string | undefined }[];
  /** Bytes of all answers so far. */
  sentBytes: number;
  /** `user:password` that every request must bring from now on. */
  password: string | undefined;
  /** Answers instead of git for an address; true when it did. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** A repository with one commit of these files on `main`; answers a way to run git in its working tree. */
  repository(name: string, files: Record<string, string>): (...args: string[]) => string;
}

const identity = {
  ...gitEnvironment,
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.com",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.com",
};

export async function gitHost(): Promise<GitHost> {
  const directory = mkdtempSync(join(tmpdir(), "landfall-git-host-"));
  const server = createServer((request, response) => answer(host, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host: GitHost = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    directory,
    seen: [],
    sentBytes: 0,
    password: undefined,
    intercept: undefined,
    repository: (name, files) => repository(directory, name, files),
    [Symbol.asyncDispose]: () => close(server, directory),
  };
  return host;
}

async function close(server: Server, directory: string): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
  rmSync(directory, { recursive: true, force: true });
}

function answer(host: GitHost, request: IncomingMessage, response: ServerResponse): void {
  const { authorization } = request.headers;
  host.seen.push({ url: request.url!, authorization });
  if (host.intercept?.(request, response)) return;
  const basic = host.password === undefined ? undefined : `Basic ${Buffer.from(host.password).toString("base64")}`;
  if (basic !== undefined && authorization !== basic) {
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    return;
  }
  const url = new URL(request.url!, "http://host");
  const answered = askGit({
    directory: host.directory,
    method: request.method!,
    path: decodeURIComponent(url.pathname),
    query: url.search.slice(1),
    headers: request.headers,
    body: request,
    // Who has brought the password may push; nobody else.
    user: basic === undefined ? null : "somebody",
  });
  void sent(host, answered, response).catch(() => response.destroy());
}

async function sent(host: GitHost, answered: ReturnType<typeof askGit>, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await answered;
  response.writeHead(status, headers);
  for await (const chunk of body) {
    host.sentBytes += chunk.length;
    response.write(chunk);
  }
  response.end();
}

function repository(directory: string, name: string, files: Record<string, string>): (...args: string[]) => string {
  const bare = join(directory, name);
  const work = join(directory, ".work", name);
  const git = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync("git", ["-C", work, ...args], { env: identity, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  mkdirSync(work, { recursive: true });
  git("init", "--quiet", "-b", "main");
  makeBare(directory, name);
  git("remote", "add", "origin", bare);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), content);
  }
  if (Object.keys(files).length === 0) return git;
  git("add", "--all", "--force");
  git("commit", "--quiet", "-m", "first");
  git("push", "--quiet", "origin", "main");
  return git;
}
