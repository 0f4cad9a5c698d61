/** A client of the simulated Vercel, as small as the tests need it. */
import { createHash } from "node:crypto";
import type { Simulator } from "../src/index.ts";
import { visitSite } from "./visit.ts";

export interface Called {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any;
}

export const sha1 = (content: string | Buffer) => createHash("sha1").update(content).digest("hex");

/** The files of a create request, by digest. */
export const listOf = (files: Record<string, string>) =>
  Object.entries(files).map(([file, text]) => ({
    file,
    sha: sha1(text),
    size: Buffer.byteLength(text),
    mode: 0o100644,
  }));

export function vercelClient(simulator: Simulator<unknown>, token = "simulated-token") {
  async function call(
    line: string,
    { json, body, headers = {} }: { json?: unknown; body?: string; headers?: Record<string, string> } = {},
  ): Promise<Called> {
    const [method = "", path = ""] = line.split(" ");
    const sent = json === undefined ? body : JSON.stringify(json);
    const answer = await fetch(simulator.url + path, {
      method,
      redirect: "manual",
      headers: {
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
    return { status: answer.status, headers: answer.headers, json: isJson ? JSON.parse(text) : text };
  }

  const upload = (text: string, digest = sha1(text)) =>
    call("POST /v2/files", {
      body: text,
      headers: {
        "content-type": "application/octet-stream",
        "x-now-digest": digest,
        "x-now-size": String(Buffer.byteLength(text)),
      },
    });

  /** Describe, upload what is missing, describe again. Answers with the deployment as it was accepted. */
  async function create(
    files: Record<string, string>,
    { query = "", ...body }: { query?: string; [field: string]: unknown } = {},
  ): Promise<Called["json"]> {
    const line = `POST /v13/deployments?skipAutoDetectionConfirmation=1${query}`;
    const json = { name: "acme", files: listOf(files), ...body };
    const first = await call(line, { json });
    for (const digest of first.json.error?.missing ?? [])
      await upload(Object.values(files).find((text) => sha1(text) === digest)!);
    const { status, json: accepted } = first.status === 200 ? first : await call(line, { json });
    if (status !== 200) throw new Error(`refused: ${JSON.stringify(accepted)}`);
    return accepted;
  }

  /** Look until it has its addresses or has failed; the states on the way. */
  async function settled(id: string): Promise<{ states: string[]; deployment: Called["json"] }> {
    const states: string[] = [];
    for (;;) {
      const { json } = await call(`GET /v13/deployments/${id}`);
      states.push(json.readyState);
      if (json.aliasAssigned !== false || json.aliasError || ["ERROR", "CANCELED"].includes(json.readyState))
        return { states, deployment: json };
      if (states.length > 20) throw new Error(`never ready: ${states.join(" ")}`);
    }
  }

  /** From files to a deployment that has its addresses. */
  async function deploy(files: Record<string, string>, body: Record<string, unknown> = {}): Promise<Called["json"]> {
    const { id } = await create(files, body);
    return (await settled(id)).deployment;
  }

  const visit = (address: string, options?: Parameters<typeof visitSite>[2]) =>
    visitSite(simulator.url, address, options);

  /** What is below an address. */
  const bodyAt = async (address: string) => (await visit(address)).body;

  return { call, upload, create, settled, deploy, visit, bodyAt };
}
