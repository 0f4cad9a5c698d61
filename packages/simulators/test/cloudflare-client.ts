/** A client of the simulated Cloudflare, as small as the tests need it. */
import { request as httpRequest } from "node:http";
import { extname } from "node:path/posix";
import { blake3 } from "@napi-rs/blake-hash";
import { afterEach, beforeEach } from "vitest";
import {
  cloudflare,
  createSimulator,
  type CloudflareOptions,
  type CloudflareState,
  type Simulator,
} from "../src/index.ts";

export const accountId = "0123456789abcdef0123456789abcdef";

export interface Called {
  status: number;
  headers: Headers;
  /** Numbers of the errors in the envelope. */
  codes: number[];
  // oxlint-disable-next-line typescript/no-explicit-any
  result: any;
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any;
}

export interface Visited {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** The key wrangler gives to a file. */
export function keyOf(path: string, text: string): string {
  return blake3(Buffer.from(text).toString("base64") + extname(path).slice(1)).toString("hex", 0, 16);
}

/** What a bundler's output folder looks like. */
export const site = {
  "/index.html": "<h1>Acme</h1>",
  "/about.html": "<h1>About</h1>",
  "/blog/index.html": "<h1>Blog</h1>",
  "/app.css": "body{}",
};

const types: Record<string, string> = { ".html": "text/html", ".css": "text/css" };
export const typeOf = (path: string) => types[extname(path)] ?? "application/octet-stream";

export function form(fields: Record<string, string | Blob>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields))
    if (typeof value === "string") data.append(name, value);
    else data.append(name, value, name);
  return data;
}

/** A fresh simulator for each test, by a clock that stands still until the test moves it, and a client of it. */
export function useCloudflare(defaults: CloudflareOptions = {}) {
  const start = Date.parse("2026-08-22T10:00:00Z");
  const clock = { at: start };
  let simulator: Simulator<CloudflareState>;
  async function open(options: CloudflareOptions): Promise<void> {
    clock.at = start;
    simulator = await createSimulator(cloudflare(options), {
      clock: { now: () => clock.at, sleep: async () => {} },
    });
  }
  beforeEach(() => open(defaults));
  afterEach(() => simulator.close());
  return {
    get simulator() {
      return simulator;
    },
    clock,
    api: cloudflareClient(() => simulator.url),
    /** Start anew with other options. */
    async restart(options: CloudflareOptions): Promise<void> {
      await simulator.close();
      await open(options);
    },
  };
}

function cloudflareClient(url: () => string) {
  /** `"GET /pages/projects"` below the account, `"GET //user"` below the API itself. */
  async function call(
    line: string,
    {
      json,
      body,
      token = "simulated-token",
      type,
    }: { json?: unknown; body?: FormData | string; token?: string; type?: string } = {},
  ): Promise<Called> {
    const [method = "", path = ""] = line.split(" ");
    const below = path.startsWith("//") ? path.slice(1) : `/accounts/${accountId}${path}`;
    const sent = json === undefined ? body : JSON.stringify(json);
    const answer = await fetch(`${url()}/client/v4${below}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(type === undefined ? {} : { "content-type": type }) },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const answered = (await answer.json()) as { errors: { code: number }[]; result: unknown };
    const codes = answered.errors.map(({ code }) => code);
    return { status: answer.status, headers: answer.headers, codes, result: answered.result, json: answered };
  }

  /** Ask for a page of a site by its host name. */
  function visit(
    host: string,
    path: string,
    { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
  ): Promise<Visited> {
    const { port } = new URL(url());
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { port, path, method, host: "127.0.0.1", headers: { ...headers, host } },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              text: Buffer.concat(chunks).toString("utf8"),
            }),
          );
        },
      );
      request.on("error", reject).end();
    });
  }

  const createProject = (name: string) => call("POST /pages/projects", { json: { name, production_branch: "main" } });

  const uploadToken = async (project: string): Promise<string> =>
    (await call(`GET /pages/projects/${project}/upload-token`)).result.jwt;

  /** Upload what is missing; the manifest. */
  async function upload(project: string, files: Record<string, string>): Promise<Record<string, string>> {
    const token = await uploadToken(project);
    const keys = Object.entries(files).map(([path, text]) => [path, keyOf(path, text)] as const);
    const manifest = Object.fromEntries(keys);
    const hashes = Object.values(manifest);
    const missing = new Set((await call("POST //pages/assets/check-missing", { json: { hashes }, token })).result);
    const assets = keys
      .filter(([, key]) => missing.has(key))
      .map(([path, key]) => ({
        key,
        value: Buffer.from(files[path]!).toString("base64"),
        metadata: { contentType: typeOf(path) },
        base64: true,
      }));
    if (assets.length > 0) await call("POST //pages/assets/upload", { json: assets, token });
    return manifest;
  }

  const create = (project: string, fields: Record<string, string | Blob>) =>
    call(`POST /pages/projects/${project}/deployments`, { body: form(fields) });

  /** Poll until it is ready or has failed; the stages on the way. */
  async function settled(project: string, id: string): Promise<{ stages: string[]; deployment: Called["result"] }> {
    const stages: string[] = [];
    for (;;) {
      const { result } = await call(`GET /pages/projects/${project}/deployments/${id}`);
      stages.push(`${result.latest_stage.name} ${result.latest_stage.status}`);
      if (result.latest_stage.name === "deploy") return { stages, deployment: result };
      if (stages.length > 20) throw new Error(`never ready: ${stages.join(", ")}`);
    }
  }

  /** Upload, create, wait. */
  async function deploy(project: string, files: Record<string, string>, fields: Record<string, string | Blob> = {}) {
    const manifest = await upload(project, files);
    const created = await create(project, { manifest: JSON.stringify(manifest), branch: "main", ...fields });
    return (await settled(project, created.result.id)).deployment;
  }

  const openSession = async (script: string, files: Record<string, string>) => {
    const manifest = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, { hash: keyOf(path, text), size: Buffer.byteLength(text) }]),
    );
    const { result } = await call(`POST /workers/scripts/${script}/assets-upload-session`, { json: { manifest } });
    const pathOf = new Map(Object.entries(manifest).map(([path, { hash }]) => [hash, path]));
    const bucketForm = (keys: string[]) => {
      const parts = keys.map((key) => {
        const path = pathOf.get(key)!;
        return [key, new Blob([Buffer.from(files[path]!).toString("base64")], { type: typeOf(path) })] as const;
      });
      return form(Object.fromEntries(parts));
    };
    return { jwt: result.jwt as string, buckets: result.buckets as string[][], pathOf, bucketForm };
  };

  /** Upload to a Worker what is missing; the completion token. */
  async function uploadToWorker(script: string, files: Record<string, string>): Promise<string> {
    const { jwt, buckets, bucketForm } = await openSession(script, files);
    let complete = buckets.length === 0 ? jwt : "";
    for (const bucket of buckets) {
      const { result } = await call("POST /workers/assets/upload?base64=true", {
        body: bucketForm(bucket),
        token: jwt,
      });
      complete = result.jwt ?? complete;
    }
    return complete;
  }

  /** The form of a Worker: its metadata, and modules by name. */
  const workerForm = (metadata: object, modules: Record<string, string> = {}) =>
    form({
      metadata: JSON.stringify({ compatibility_date: "2026-08-01", ...metadata }),
      ...Object.fromEntries(
        Object.entries(modules).map(([name, code]) => [
          name,
          new Blob([code], { type: "application/javascript+module" }),
        ]),
      ),
    });

  /** Upload and deploy at once, as a first deploy does, and make it reachable. */
  async function publishWorker(script: string, files: Record<string, string>, config: object = {}): Promise<Called> {
    const jwt = await uploadToWorker(script, files);
    const put = await call(`PUT /workers/scripts/${script}`, { body: workerForm({ assets: { jwt, config } }) });
    await call(`POST /workers/scripts/${script}/subdomain`, { json: { enabled: true, previews_enabled: true } });
    return put;
  }

  return {
    call,
    visit,
    createProject,
    uploadToken,
    upload,
    create,
    settled,
    deploy,
    openSession,
    uploadToWorker,
    workerForm,
    publishWorker,
  };
}
