/**
 * The floor: the least a program can do to put a folder on a platform. One read and one digest a file, connections kept alive, a fixed
 * number of requests in flight, no retry, no check, no record. node floor.ts <platform> <directory> <api>
 */
import { hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { blake3 } from "@napi-rs/blake-hash";
import { FormData, Pool } from "undici";

const [platform, directory, api] = process.argv.slice(2) as [string, string, string];
const account = "0123456789abcdef0123456789abcdef";
const inFlight = 24;
const base = new URL(api);
const pool = new Pool(base.origin, { connections: inFlight });

interface File {
  path: string;
  size: number;
  digest: string;
}

async function send<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const isRaw = Buffer.isBuffer(body) || body instanceof FormData || body === undefined;
  const answer = await pool.request({
    method,
    path: base.pathname.replace(/\/$/, "") + path,
    headers: {
      authorization: "Bearer simulated-token",
      ...(isRaw ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: isRaw ? ((body ?? null) as Buffer | null) : JSON.stringify(body),
  });
  const text = await answer.body.text();
  return {
    status: answer.statusCode,
    ...(text.startsWith("[") ? { list: JSON.parse(text) as unknown } : (JSON.parse(text || "{}") as object)),
  } as T;
}

async function eachOf<T>(items: T[], work: (item: T) => Promise<unknown>, lanes = inFlight): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < items.length) await work(items[next++]!);
    }),
  );
}

const bytesOf = ({ path }: Pick<File, "path">): Buffer => readFileSync(join(directory, path));

function filesBy(digest: (bytes: Buffer, path: string) => string): File[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = relative(directory, join(entry.parentPath, entry.name));
      const bytes = bytesOf({ path });
      return { path, size: bytes.length, digest: digest(bytes, path) };
    });
}

const bySha1 = (): File[] => filesBy((bytes) => hash("sha1", bytes));

const byAsset = (): File[] =>
  filesBy((bytes, path) => blake3(bytes.toString("base64") + extname(path).slice(1)).toString("hex", 0, 16));

async function untilReady(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const deploys: Record<string, () => Promise<void>> = {
  async vercel() {
    const files = bySha1();
    if ((await send<{ status: number }>("GET", "/v9/projects/bench")).status === 404)
      await send("POST", "/v11/projects", { name: "bench", framework: null });
    const create = () =>
      send<{ status: number; id: string; error?: { missing: string[] } }>(
        "POST",
        "/v13/deployments?skipAutoDetectionConfirmation=1",
        {
          name: "bench",
          target: "production",
          files: files.map(({ path, size, digest }) => ({ file: path, size, sha: digest, mode: 33_188 })),
          projectSettings: { framework: null },
        },
      );
    let made = await create();
    if (made.error) {
      const missing = new Set(made.error.missing);
      const lacking = files.filter(({ digest }) => missing.has(digest));
      await eachOf(lacking, (file) =>
        send("POST", "/v2/files", bytesOf(file), {
          "x-now-digest": file.digest,
          "content-type": "application/octet-stream",
        }),
      );
      made = await create();
    }
    await untilReady(async () => {
      const { readyState, aliasAssigned } = await send<{ readyState: string; aliasAssigned: unknown }>(
        "GET",
        `/v13/deployments/${made.id}`,
      );
      return readyState === "READY" && Boolean(aliasAssigned);
    });
  },
  async netlify() {
    const files = bySha1();
    const { list } = await send<{ list: { id: string; name: string }[] }>("GET", "/sites?name=bench&filter=all");
    const site =
      list.find(({ name }) => name === "bench") ?? (await send<{ id: string }>("POST", "/sites", { name: "bench" }));
    let deploy = await send<{ id: string; state: string; required: string[] }>("POST", `/sites/${site.id}/deploys`, {
      files: Object.fromEntries(files.map(({ path, digest }) => [path, digest])),
      async: files.length > 100,
    });
    const look = async (...states: string[]): Promise<boolean> => {
      deploy = await send("GET", `/sites/${site.id}/deploys/${deploy.id}`);
      return states.includes(deploy.state);
    };
    if (files.length > 100) await untilReady(() => look("prepared", "uploading", "uploaded", "ready"));
    const required = new Set(deploy.required);
    const lacking = files.filter(({ digest }) => required.delete(digest));
    await eachOf(lacking, (file) =>
      send("PUT", `/deploys/${deploy.id}/files/${encodeURI(file.path)}`, bytesOf(file), {
        "content-type": "application/octet-stream",
      }),
    );
    await untilReady(() => look("ready"));
  },
  async "cloudflare-pages"() {
    const files = byAsset();
    const projects = `/accounts/${account}/pages/projects`;
    if ((await send<{ status: number }>("GET", `${projects}/bench`)).status === 404)
      await send("POST", projects, { name: "bench", production_branch: "main" });
    const { result } = await send<{ result: { jwt: string } }>("GET", `${projects}/bench/upload-token`);
    const jwt = { authorization: `Bearer ${result.jwt}` };
    const hashes = files.map(({ digest }) => digest);
    const { result: missing } = await send<{ result: string[] }>(
      "POST",
      "/pages/assets/check-missing",
      { hashes },
      jwt,
    );
    const lacking = new Set(missing);
    const buckets = bucketsOf(files.filter(({ digest }) => lacking.delete(digest)));
    await eachOf(
      buckets,
      (bucket) =>
        send(
          "POST",
          "/pages/assets/upload",
          bucket.map((file) => ({
            key: file.digest,
            value: bytesOf(file).toString("base64"),
            metadata: { contentType: "text/html" },
            base64: true,
          })),
          jwt,
        ),
      3,
    );
    await send("POST", "/pages/assets/upsert-hashes", { hashes }, jwt);
    const form = new FormData();
    form.set("manifest", JSON.stringify(Object.fromEntries(files.map(({ path, digest }) => [`/${path}`, digest]))));
    form.set("branch", "main");
    const { result: made } = await send<{ result: { id: string } }>("POST", `${projects}/bench/deployments`, form);
    await untilReady(async () => {
      const { result: now } = await send<{ result: { latest_stage: { name: string; status: string } } }>(
        "GET",
        `${projects}/bench/deployments/${made.id}`,
      );
      return now.latest_stage.name === "deploy" && now.latest_stage.status === "success";
    });
  },
  async "cloudflare-workers"() {
    const files = byAsset();
    const script = `/accounts/${account}/workers/scripts/bench`;
    const manifest = Object.fromEntries(files.map(({ path, digest, size }) => [`/${path}`, { hash: digest, size }]));
    const { result: session } = await send<{ result: { jwt: string; buckets: string[][] } }>(
      "POST",
      `${script}/assets-upload-session`,
      { manifest },
    );
    const byDigest = new Map(files.map((file) => [file.digest, file]));
    let done = session.buckets.length === 0 ? session.jwt : "";
    await eachOf(
      session.buckets,
      async (bucket) => {
        const form = new FormData();
        for (const digest of bucket)
          form.set(
            digest,
            new File([bytesOf(byDigest.get(digest)!).toString("base64")], digest, { type: "text/html" }),
          );
        const { result } = await send<{ result?: { jwt?: string } }>(
          "POST",
          `/accounts/${account}/workers/assets/upload?base64=true`,
          form,
          { authorization: `Bearer ${session.jwt}` },
        );
        done = result?.jwt ?? done;
      },
      3,
    );
    const form = new FormData();
    form.set("metadata", JSON.stringify({ assets: { jwt: done, config: {} }, compatibility_date: "2026-01-01" }));
    await send("PUT", script, form);
    await send("POST", `${script}/subdomain`, { enabled: true });
  },
};

function bucketsOf(files: File[]): File[][] {
  const buckets: File[][] = [];
  let held = Infinity;
  for (const file of files) {
    if (held + file.size > 8_000_000) {
      buckets.push([]);
      held = 0;
    }
    buckets.at(-1)!.push(file);
    held += file.size;
  }
  return buckets;
}

await deploys[platform]!();
await pool.destroy();
