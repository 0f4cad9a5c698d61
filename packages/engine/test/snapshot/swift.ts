/**
 * OpenStack Swift with its S3 interface, for tests: one disk in a temporary directory, four servers on ports of this machine alone.
 * Source: Swift 2.30, deployment guide ("SAIO") and `s3api` in proxy-server.conf-sample.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { AwsClient } from "aws4fetch";
import type { BlobStoreOptions } from "../../src/snapshot/s3.ts";

const disks = ["account", "container", "object"] as const;
type Kind = (typeof disks)[number] | "proxy";
type Settings = Record<string, string | number | boolean>;

const programOf = (kind: Kind): string => `/usr/bin/swift-${kind}-server`;
const credentials = { accessKeyId: "tests:owner", secretAccessKey: randomBytes(20).toString("hex") };
const region = "eu-central-1";

/** What is missing here, and how to get it; null when nothing is. */
export function missingSwift(): string | null {
  if ([...disks, "proxy" as const].every((kind) => existsSync(programOf(kind)))) return null;
  return "Swift is not here: apt-get install swift-proxy swift-account swift-container swift-object";
}

export interface Swift extends AsyncDisposable {
  /** A new, empty bucket. */
  bucket(): Promise<BlobStoreOptions>;
}

export async function startSwift(): Promise<Swift> {
  const root = mkdtempSync(join(tmpdir(), "landfall-swift-"));
  const ports = await freePorts(disks.length + 1);
  const proxyPort = ports.pop()!;
  mkdirSync(join(root, "devices", "disk"), { recursive: true });
  writeFileSync(join(root, "swift.conf"), sections({ "swift-hash": { swift_hash_path_suffix: "tests" } }));
  await Promise.all(disks.map((kind, index) => ring(root, kind, ports[index]!)));

  const servers: ChildProcess[] = [];
  async function stop(): Promise<void> {
    const running = servers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const ended = running.map((server) => once(server, "exit"));
    for (const server of running) server.kill("SIGTERM");
    await Promise.all(ended);
    rmSync(root, { recursive: true, force: true });
  }

  /** Filters come in the order in which a request passes them. */
  function start(kind: Kind, port: number, filters: Record<string, Settings> = {}, own: Settings = {}): void {
    const app = `${kind}-server`;
    const file = join(root, `${app}.conf`);
    const steps = Object.entries(filters).map(([name, given]) => [
      `filter:${name}`,
      { use: `egg:swift#${name}`, ...given },
    ]);
    const text = sections({
      DEFAULT: {
        bind_ip: "127.0.0.1",
        bind_port: port,
        workers: 0,
        user: userInfo().username,
        swift_dir: root,
        devices: join(root, "devices"),
        mount_check: false,
      },
      "pipeline:main": { pipeline: [...Object.keys(filters), app].join(" ") },
      [`app:${app}`]: { use: `egg:swift#${kind}`, ...own },
      ...Object.fromEntries(steps),
    });
    writeFileSync(file, text);
    servers.push(spawn(programOf(kind), [file], { cwd: root, stdio: ["ignore", "ignore", "inherit"] }));
  }
  for (const [index, kind] of disks.entries()) start(kind, ports[index]!);
  const filters: Record<string, Settings> = {
    catch_errors: {},
    gatekeeper: {},
    // Accounts are looked up in a cache first. Nothing listens there: everything is asked of the servers.
    memcache: { memcache_servers: "127.0.0.1:1" },
    listing_formats: {},
    s3api: { location: region, max_bucket_listing: 7 },
    tempauth: { user_tests_owner: `${credentials.secretAccessKey} .admin` },
    copy: {},
    slo: {},
    dlo: {},
  };
  start("proxy", proxyPort, filters, { account_autocreate: true });

  const url = `http://127.0.0.1:${proxyPort}`;
  const client = new AwsClient({ ...credentials, service: "s3", region, retries: 0 });
  async function makeBucket(): Promise<string> {
    const name = `b${randomBytes(6).toString("hex")}`;
    // With one object, which is gone again: each of the four has answered then.
    for (const [method, path] of [
      ["PUT", name],
      ["PUT", `${name}/up`],
      ["DELETE", `${name}/up`],
    ] as const) {
      const { ok, status } = await client.fetch(`${url}/${path}`, { method });
      if (!ok) throw new Error(`No bucket was made: ${method} ${path} answered ${status}`);
    }
    return name;
  }
  for (let left = 300; ; left--) {
    const failure = await makeBucket().then(
      () => null,
      (error: unknown) => error,
    );
    if (failure === null) break;
    if (left === 0 || servers.some(({ exitCode }) => exitCode !== null)) {
      await stop();
      throw new Error("Swift did not start.", { cause: failure });
    }
    await delay(100);
  }

  return {
    bucket: async () => ({
      url: `s3://${await makeBucket()}/of/landfall?endpoint=${encodeURIComponent(url)}&region=${region}`,
      ...credentials,
    }),
    [Symbol.asyncDispose]: stop,
  };
}

/** Where what is of this kind lies: all on the one disk. */
async function ring(root: string, kind: string, port: number): Promise<void> {
  const builder = join(root, `${kind}.builder`);
  const run = (...args: string[]) => promisify(execFile)("/usr/bin/swift-ring-builder", [builder, ...args]);
  await run("create", "3", "1", "0");
  await run("add", `r1z1-127.0.0.1:${port}/disk`, "1");
  await run("rebalance");
}

const sections = (all: Record<string, Settings>): string =>
  Object.entries(all)
    .map(([name, options]) =>
      [`[${name}]`, ...Object.entries(options).map(([key, value]) => `${key} = ${value}`), ""].join("\n"),
    )
    .join("\n");

/** All at once, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const listeners = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(listeners.map((listener) => once(listener, "listening")));
  const ports = listeners.map((listener) => (listener.address() as { port: number }).port);
  await Promise.all(listeners.map((listener) => once(listener.close(), "close")));
  return ports;
}
