/** A client of the simulated Netlify, as small as the tests need it. */
import { createHash } from "node:crypto";
import { crc32, deflateRawSync } from "node:zlib";
import { expect } from "vitest";
import {
  createSimulator,
  netlify,
  type NetlifyOptions,
  type NetlifyState,
  type Simulator,
  type SimulatorOptions,
} from "../src/index.ts";
import { visitSite } from "./visit.ts";

export interface Called {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any;
}

export const digestOf = (algorithm: "sha1" | "sha256", text: string | Buffer) =>
  createHash(algorithm).update(text).digest("hex");

/** Manifest of files by their content. */
export const manifestOf = (files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, digestOf("sha1", text)]));

export interface OpenNetlify {
  simulator: Simulator<NetlifyState>;
  client: ReturnType<typeof netlifyClient>;
  /** End it; fails when any exchange was not as the schema has it. */
  close(): Promise<void>;
}

/** A simulated Netlify with a client of full rights. */
export async function openNetlify(options: NetlifyOptions = {}, settings: SimulatorOptions = {}): Promise<OpenNetlify> {
  const simulator = await createSimulator(netlify(options), settings);
  return {
    simulator,
    client: netlifyClient(simulator),
    async close() {
      const found = simulator.violations;
      await simulator.close();
      expect(found).toEqual([]);
    },
  };
}

export function netlifyClient(simulator: Simulator<unknown>, token = "simulated-token") {
  async function call(
    line: string,
    { json, body, type }: { json?: unknown; body?: string | Buffer; type?: string } = {},
  ): Promise<Called> {
    const [method = "", path = ""] = line.split(" ");
    const sent = json === undefined ? body : JSON.stringify(json);
    const answer = await fetch(`${simulator.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(sent === undefined
          ? {}
          : { "content-type": type ?? (json === undefined ? "application/octet-stream" : "application/json") }),
      },
      ...(sent === undefined ? {} : { body: typeof sent === "string" ? sent : new Uint8Array(sent) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, json: text === "" ? null : JSON.parse(text) };
  }

  const createSite = async (name: string) => (await call("POST /sites", { json: { name } })).json;

  /** Poll until it is ready or has failed; the states on the way. */
  async function settled(id: string): Promise<{ states: string[]; deploy: Called["json"] }> {
    const states: string[] = [];
    for (;;) {
      const { json } = await call(`GET /deploys/${id}`);
      states.push(json.state);
      if (json.state === "ready" || json.state === "error") return { states, deploy: json };
      if (states.length > 20) throw new Error(`never ready: ${states.join(" ")}`);
    }
  }

  /** Create, describe, upload what is missing, wait. */
  async function deploy(
    site: string,
    {
      files,
      functions = {},
      ...body
    }: { files: Record<string, string>; functions?: Record<string, string>; [field: string]: unknown },
  ): Promise<Called["json"]> {
    const created = await call(`POST /sites/${site}/deploys`, {
      json: {
        ...body,
        files: manifestOf(files),
        functions: Object.fromEntries(Object.entries(functions).map(([name, zip]) => [name, digestOf("sha256", zip)])),
      },
    });
    if (created.status !== 200) throw new Error(`deploy refused: ${JSON.stringify(created.json)}`);
    const { id, required, required_functions: requiredFunctions } = created.json;
    for (const [path, text] of Object.entries(files))
      if (required.includes(digestOf("sha1", text)))
        await call(`PUT /deploys/${id}/files/${encodeURI(path)}`, { body: text });
    for (const [name, zip] of Object.entries(functions))
      if (requiredFunctions.includes(digestOf("sha256", zip)))
        await call(`PUT /deploys/${id}/functions/${name}?runtime=js`, { body: zip });
    return (await settled(id)).deploy;
  }

  /** What a visitor of an address gets. */
  const visit = (address: string, headers: Record<string, string> = {}) =>
    visitSite(simulator.url, address, { headers });

  return { call, createSite, deploy, settled, visit };
}

/** A zip archive of texts, deflated. */
export function zipOf(files: Record<string, string>): Buffer {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const name = Buffer.from(path);
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(offset, 10);
    local.push(Buffer.from("PK\x03\x04"), common, name, packed);
    directory.push(Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), common, end, name);
    offset += 30 + name.length + packed.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, entries, end]);
}
