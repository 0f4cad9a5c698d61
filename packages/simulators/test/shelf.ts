/** Shelf: a vendor that does not exist, small and with everything a real one has: accounts, uploads by digest, a build that takes a while, live sites, a log stream. */
import { createHash } from "node:crypto";
import { defineVendor, type Answer } from "../src/index.ts";

export interface Shelf {
  sites: Map<string, { name: string; live: string | null }>;
  blobs: Map<string, Buffer>;
  deploys: Map<string, { site: string; files: Record<string, string>; polls: number }>;
  url: string;
}

interface DeployRequest {
  files?: Record<string, string>;
}

const refuse = (status: number, message: string): Answer => ({ status, json: { code: status, message } });

export const shelf = defineVendor<Shelf>({
  name: "shelf",
  state: (url) => ({ sites: new Map(), blobs: new Map(), deploys: new Map(), url }),
  error: refuse,
  authorize: (_, { path, headers }) =>
    path.startsWith("/v1/") && headers["authorization"] !== "Bearer shelf-token-0042"
      ? refuse(401, "Who are you?")
      : null,

  routes: {
    "GET /v1/sites": ({ sites }) => ({ json: [...sites.values()] }),
    "POST /v1/sites": ({ sites }, request) => {
      const { name } = (request.json() ?? {}) as { name?: string };
      if (!name) return refuse(422, "A site needs a name.");
      if (sites.has(name)) return refuse(409, "That name is taken.");
      sites.set(name, { name, live: null });
      return { status: 201, json: sites.get(name) };
    },
    "PUT /v1/blobs/:sha256": ({ blobs }, { param, body }) => {
      if (createHash("sha256").update(body).digest("hex") !== param("sha256"))
        return refuse(422, "The digest differs.");
      blobs.set(param("sha256"), body);
      return { status: 204 };
    },
    "POST /v1/sites/:site/deploys": ({ sites, deploys, blobs }, request) => {
      const site = request.param("site");
      if (!sites.has(site)) return refuse(404, "No such site.");
      const { files = {} } = request.json() as DeployRequest;
      const missing = Object.values(files).filter((digest) => !blobs.has(digest));
      if (missing.length > 0) return refuse(422, `Missing: ${missing.join(", ")}`);
      const id = `d${deploys.size + 1}`;
      deploys.set(id, { site, files, polls: 0 });
      return { status: 201, json: { id, state: "building" } };
    },
    "GET /v1/deploys/:id": ({ deploys, sites }, { param }) => {
      const id = param("id");
      const deploy = deploys.get(id);
      if (!deploy) return refuse(404, "No such deploy.");
      deploy.polls += 1;
      if (deploy.polls < 2) return { json: { id, state: "building" } };
      sites.get(deploy.site)!.live = id;
      return { json: { id, state: "ready" } };
    },
    "GET /v1/deploys/:id/log": (_, { signal }) => ({
      headers: { "content-type": "application/x-ndjson" },
      body: (async function* () {
        for (let line = 1; line <= 3 && !signal.aborted; line++) yield `${JSON.stringify({ line })}\n`;
      })(),
    }),
  },

  /** The deployed sites themselves: `/~<site>/<path>`. */
  otherwise: ({ sites, deploys, blobs }, { path }) => {
    const [, name, file] = /^\/~([^/]+)\/(.*)$/.exec(path) ?? [];
    const live = name === undefined ? undefined : sites.get(name)?.live;
    const digest = live && deploys.get(live)?.files[file || "index.html"];
    return digest
      ? { headers: { "content-type": "text/html" }, body: blobs.get(digest)! }
      : refuse(404, "Nothing here.");
  },

  check: ({ route, request, answer }) => [
    ...(route === "POST /v1/sites" && request.headers["content-type"] !== "application/json"
      ? ["a site is sent as JSON"]
      : []),
    ...(route === "GET /v1/sites" && answer?.status === 200 && !Array.isArray(answer.json) ? ["sites are a list"] : []),
  ],
});
