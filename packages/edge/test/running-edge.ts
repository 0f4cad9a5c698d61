/** An edge on a port of its own over sites written down in the test, and a client that says exactly what it is told to. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StaticRules } from "@landfall/engine/artifact";
import { createRouter, type Router } from "../src/router.ts";
import { parseHeaders } from "../src/rules/headers.ts";
import { parseRedirects } from "../src/rules/redirects.ts";
import { createEdge, type Edge, type EdgeOptions } from "../src/server.ts";
import { createSite, type Site } from "../src/site.ts";

export interface RunningEdge {
  edge: Edge;
  router: Router;
  port: number;
  /** Directory of the blobs. */
  dir: string;
  /** A site of these files; its `_headers` and `_redirects` hold. */
  site(files: Record<string, string | Buffer>, options?: { rules?: Partial<StaticRules>; releasedAt?: number }): Site;
  /** Give host `web.localhost` to the site and ask nothing else. */
  serve(site: Site): void;
  /** Give host `web.localhost` to the program on this port. */
  proxy(port: number, release?: string): void;
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>;
  end(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  text: string;
  trailers: NodeJS.Dict<string>;
}

export async function runningEdge(options: Partial<EdgeOptions> = {}): Promise<RunningEdge> {
  const dir = mkdtempSync(join(tmpdir(), "edge-test-"));
  const router = options.router ?? createRouter();
  const blobPath = (sha256: string): string => join(dir, sha256);
  const edge = createEdge({ blobPath, ...options, router });
  const port = await edge.listen(0);
  return {
    edge,
    router,
    port,
    dir,
    site(contents, { rules = {}, releasedAt = Date.UTC(2026, 0, 2) } = {}) {
      const files = new Map(
        Object.entries(contents).map(([path, content]) => {
          const bytes = Buffer.from(content);
          const sha256 = createHash("sha256").update(bytes).digest("hex");
          writeFileSync(blobPath(sha256), bytes);
          return [path, { sha256, sizeBytes: bytes.length }];
        }),
      );
      return createSite({
        files,
        rules: { spaFallback: false, cleanUrls: true, ...rules },
        headers: parseHeaders(String(contents["_headers"] ?? "")).rules,
        redirects: parseRedirects(String(contents["_redirects"] ?? "")).rules,
        releasedAt,
      });
    },
    serve(site) {
      router.apply([{ hosts: ["web.localhost"], release: "rel_site", target: { kind: "static", site } }]);
    },
    proxy(to, release = `rel_${to}`) {
      const upstream = { host: "127.0.0.1", port: to } as const;
      router.apply([{ hosts: ["web.localhost"], release, target: { kind: "proxy", upstream } }]);
    },
    get: (path, headers, method = "GET") => ask({ port, path, method, ...(headers ? { headers } : {}) }),
    async end() {
      await edge.close({ graceMs: 0 });
      rmSync(dir, { recursive: true });
    },
  };
}

/** One request on a connection of its own. */
export function ask(options: {
  host?: string;
  port: number;
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
}): Promise<Answer> {
  const { host = "127.0.0.1", port, path, method = "GET", headers, body } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host, port, path, method, agent: false, headers: { host: "web.localhost", ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const bytes = Buffer.concat(chunks);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: bytes,
            text: bytes.toString("utf8"),
            trailers: response.trailers,
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** What comes back for these bytes until the other side closes. */
export function say(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text, "latin1"));
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}
