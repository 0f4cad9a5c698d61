/** A product that deploys through whichever API answers, and asks again with the same key when one does not: what the documentation tells it to do. */
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { DeployEvent } from "@landfall/engine";
import { onePage } from "../archive.ts";
import { password } from "../harness.ts";
import type { Machines } from "./machines.ts";

export interface Deployed {
  id: string;
  project: string;
  state: string;
  url: string | null;
  error: { code: string; what: string } | null;
}

export interface Product {
  /** A deployment of one page; its id once one of the APIs has said that it is accepted. */
  deploy(asked: { project: string; platform: string; page: string }): Promise<string>;
  all(): Promise<Deployed[]>;
  events(id: string): Promise<DeployEvent[]>;
  /** Requests that were sent again, because nobody answered or the answer was to try again. */
  readonly repeats: number;
}

const pauseMs = 100;
/** Nobody answers for longer than this only when something is wrong. */
const patienceMs = 60_000;

export async function openProduct({ urls, setupToken, netlifyToken }: Machines): Promise<Product> {
  let repeats = 0;
  let turn = 0;

  /** At the APIs in turn, until one gives an answer that is one. */
  type Request = Omit<RequestInit, "headers"> & { headers: Record<string, string> };
  async function ask(path: string, { headers, ...how }: Request) {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const url = urls[turn++ % urls.length]!;
      let why: string;
      try {
        const response = await fetch(`${url}/api${path}`, { ...how, headers: { origin: url, ...headers } });
        const body = await response.text();
        if (response.ok) return { body, headers: response.headers };
        why = `${response.status} ${body}`;
        if (!response.headers.has("retry-after")) throw new Error(`${path} answers ${why}`);
      } catch (error) {
        // A connection that was cut or refused; whether the request was taken is not known.
        if (!(error instanceof TypeError) && !isCut(error)) throw error;
        why = String(error);
      }
      if (Date.now() > deadline) throw new Error(`${path} was not answered in a minute, at last: ${why}`);
      repeats += 1;
      await delay(pauseMs);
    }
  }
  const json = { "content-type": "application/json" };

  const person = { name: "Owner", email: "owner@example.com", password };
  await ask("/setup", { method: "POST", headers: json, body: JSON.stringify({ ...person, token: setupToken }) });
  const signedIn = await ask("/auth/sign-in/email", { method: "POST", headers: json, body: JSON.stringify(person) });
  const cookie = signedIn.headers.getSetCookie().map((one) => one.split(";", 1)[0]);
  const owner = { ...json, cookie: cookie.join("; ") };
  const connection = JSON.stringify({ token: netlifyToken });
  await ask("/connections/netlify", { method: "POST", headers: owner, body: connection });
  const scopes = ["create:source", "create:project", "create:deployment", "read:deployment"];
  const made = await ask("/keys", {
    method: "POST",
    headers: owner,
    body: JSON.stringify({ name: "product", scopes }),
  });
  const key = { authorization: `Bearer ${(JSON.parse(made.body) as { key: string }).key}` };

  return {
    async deploy({ project, platform, page }) {
      const body = gzipSync(onePage(page));
      const sent = await ask("/sources", {
        method: "POST",
        headers: { ...key, "content-type": "application/gzip" },
        body,
      });
      const { id: upload } = JSON.parse(sent.body) as { id: string };
      const accepted = await ask("/deployments", {
        method: "POST",
        headers: { ...key, ...json, "idempotency-key": project },
        body: JSON.stringify({ project, platform, source: { upload }, prebuilt: true }),
      });
      return (JSON.parse(accepted.body) as { id: string }).id;
    },

    async all() {
      const all: Deployed[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const { body } = await ask(`/deployments?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`, {
          headers: key,
        });
        const page = JSON.parse(body) as { deployments: Deployed[]; nextCursor: string | null };
        all.push(...page.deployments);
        cursor = page.nextCursor;
      }
      return all;
    },

    async events(id) {
      const { body } = await ask(`/deployments/${id}/events`, { headers: key });
      return body
        .split("\n")
        .filter((line) => line.startsWith("data: {"))
        .map((line) => JSON.parse(line.slice("data: ".length)) as DeployEvent)
        .filter((event) => "seq" in event); // The last one says that there are no more.
    },

    get repeats() {
      return repeats;
    },
  };
}

/** A body that ended in the middle. */
function isCut(error: unknown): boolean {
  return error instanceof Error && error.cause !== undefined;
}
