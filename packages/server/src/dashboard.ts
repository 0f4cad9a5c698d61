/** The dashboard's files, as a browser asks for them: every address that is no file and nobody else's is a page of it. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".png": "image/png",
  ".json": "application/json",
};

/**
 * Scripts, styles and data come from here alone. `style` attributes are allowed: the parts that measure and place things set them.
 * Images may be data, for QR codes and screenshots.
 */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

interface File {
  type: string;
  etag: string;
  isHashed: boolean;
  body: Buffer;
  br: Buffer | null;
  gzip: Buffer | null;
}

export interface Dashboard {
  /** Answers when the request is for a file or a page of it. */
  answer(request: IncomingMessage, response: ServerResponse, path: string): boolean;
}

const reserved = /^\/(?:api|rpc|ws|health|metrics)(?:\/|$)/;

/** Which files a page needs besides those that `index.html` names; `$` begins a part of the path that may be anything. */
interface PageFiles {
  path: string;
  files: string[];
}

/** `directory` holds what the dashboard's build made; its files are kept in memory, compressed when they are first asked for. */
export function dashboardOf(directory: string | undefined): Dashboard {
  const files = new Map<string, File>();
  let pages: { matches: RegExp; file: File }[] = [];
  if (directory !== undefined)
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const full = join(entry.parentPath, entry.name);
      const path = `/${full.slice(directory.length + 1).replaceAll(sep, "/")}`;
      const body = readFileSync(full);
      files.set(path, fileOf(path, body));
    }
  const index = files.get("/index.html");
  const needs = files.get("/pages.json");
  if (index && needs) {
    files.delete("/pages.json");
    pages = (JSON.parse(needs.body.toString()) as PageFiles[]).map((page) => ({
      matches: new RegExp(`^${page.path.replaceAll(/\$\w+/g, "[^/]+")}$`),
      file: fileOf("/index.html", Buffer.from(withPreloads(index.body.toString(), page.files))),
    }));
  }

  return {
    answer(request, response, path) {
      if (files.size === 0 || (request.method !== "GET" && request.method !== "HEAD") || reserved.test(path))
        return false;
      const isPage = !files.has(path) && !/\.\w{1,8}$/.test(path.slice(path.lastIndexOf("/")));
      const file = isPage ? (pages.find(({ matches }) => matches.test(path))?.file ?? index) : files.get(path);
      if (!file) return false;
      response.setHeader("content-security-policy", policy);
      response.setHeader("cache-control", file.isHashed ? "public, max-age=31536000, immutable" : "no-cache");
      response.setHeader("content-type", file.type);
      response.setHeader("etag", file.etag);
      response.setHeader("vary", "accept-encoding");
      if (request.headers["if-none-match"] === file.etag) {
        response.writeHead(304).end();
        return true;
      }
      const body = encoded(file, request.headers["accept-encoding"] ?? "", response);
      response.setHeader("content-length", body.length);
      response.end(request.method === "HEAD" ? undefined : body);
      return true;
    },
  };
}

function fileOf(path: string, body: Buffer): File {
  return {
    type: types[extname(path)] ?? "application/octet-stream",
    etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
    isHashed: path.startsWith("/assets/"),
    body,
    br: null,
    gzip: null,
  };
}

/** The page names what it will need, so that a browser asks for all at once and not for one after the other. */
function withPreloads(html: string, paths: string[]): string {
  const links = paths.map((path) => `    <link rel="modulepreload" crossorigin href="/${path}">\n`);
  return html.replace("  </head>", () => `${links.join("")}  </head>`);
}

function encoded(file: File, accepted: string, response: ServerResponse): Buffer {
  if (file.body.length < 1_000 || file.type.startsWith("font/") || file.type === "image/png") return file.body;
  if (/\bbr\b/.test(accepted)) {
    response.setHeader("content-encoding", "br");
    return (file.br ??= brotliCompressSync(file.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  }
  if (/\bgzip\b/.test(accepted)) {
    response.setHeader("content-encoding", "gzip");
    return (file.gzip ??= gzipSync(file.body, { level: 9 }));
  }
  return file.body;
}
