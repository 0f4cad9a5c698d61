/**
 * A picture of a site's first page, by a browser in a cage. The page is somebody else's program: the browser sees nothing of this machine but
 * the system, has a network of its own in which nobody is, and in it one listener, which leads to the proxy for the site.
 * Source: bwrap(1) 0.8; Chromium 156, headless/app/headless_command_switches.cc.
 */
import { constants, realpathSync } from "node:fs";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cage, findIsolation } from "../build/isolation.ts";
import { type BuildLimits, defaultLimits } from "../build/limits.ts";
import { installationsOf, toolDirectories } from "../build/programs.ts";
import { watchBuild } from "../build/watch.ts";
import { DeployError } from "../error.ts";
import { exec } from "../process/exec.ts";
import { openSiteProxy, type Site } from "./site-proxy.ts";

const takeMs = 20_000;
/** In the page's own time, which runs ahead while it waits for nothing: what it shows after its first paint belongs to the picture. */
const settleMs = 3_000;
const mostPictureBytes = 2 * 1024 ** 2;
const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const size = { width: 1280, height: 800 };

/** Memory that processes share counts for each of them: an ordinary page comes to about 1 GB so. */
const limits: BuildLimits = { ...defaultLimits, memoryBytes: 3 * 1024 ** 3, processes: 64, diskBytes: 512 * 1024 ** 2 };

/** What the cage's /tmp holds. */
const inside = { socket: "/tmp/site", picture: "/tmp/page.png", profile: "/tmp/profile", home: "/tmp/home" };

/**
 * The program of the cage: takes connections on a port of its loopback and hands them to the socket, which is the way out; a browser knows
 * no proxy on a socket. It runs the browser, with the port where `{port}` stands, and ends as it does.
 */
const relay = (argv: string[]): string => `
const { connect, createServer } = require("node:net");
const { spawn } = require("node:child_process");
const [program, ...rest] = ${JSON.stringify(argv)};
const server = createServer((client) => {
  const way = connect(${JSON.stringify(inside.socket)});
  client.on("error", () => way.destroy());
  way.on("error", () => client.destroy());
  client.pipe(way).pipe(client);
  client.unref();
  way.unref();
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const browser = spawn(program, rest.map((one) => one.replace("{port}", port)), { stdio: ["ignore", "inherit", "inherit"] });
  browser.on("error", () => (process.exitCode = 127));
  browser.on("exit", (code) => (process.exitCode = code ?? 1));
  server.unref();
});
`;

/** Why no pictures are taken on this machine, in a clause; null when they are. */
export async function obstacleFor(toolPath: readonly string[]): Promise<string | null> {
  const isolation = await findIsolation(toolDirectories(toolPath));
  return isolation.kind === "bubblewrap" ? null : (isolation.reason ?? "there is no isolation");
}

export interface Browsing {
  /** Absolute path of Chromium, or a browser made of it. */
  browser: string;
  /** The engine's data, hidden from the browser. */
  home: string;
  toolPath: readonly string[];
  signal: AbortSignal;
}

/**
 * The picture, a PNG. Nothing of the browser is left afterwards. Throws MISSING_TOOL (no isolation, no browser), TIMEOUT, CANCELLED,
 * BUILD_FAILED (it made none, used too much, or the picture is none).
 */
export async function photograph(site: Site, { browser, home, toolPath, signal }: Browsing): Promise<Buffer> {
  const isolation = await findIsolation(toolDirectories(toolPath));
  if (isolation.kind !== "bubblewrap")
    throw new DeployError("MISSING_TOOL", {
      what: `No pictures are taken here: ${isolation.reason}.`,
      next: "Install bubblewrap, and allow unprivileged user namespaces.",
    });
  const directory = await mkdtemp(join(realpathSync(home), "scratch", "browser-"));
  const tmp = join(directory, "tmp");
  try {
    await mkdir(tmp, { mode: 0o700 });
    await using _way = await openSiteProxy(site, join(tmp, "site"));
    const mark = { name: "LANDFALL_BROWSER_OF", value: crypto.randomUUID() };
    const caged = cage(
      {
        argv: [realpathSync(process.execPath), "-e", relay([browser, ...argumentsFor(site.url)])],
        env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: inside.home, LANG: "C.UTF-8", [mark.name]: mark.value },
      },
      {
        isolation,
        view: {
          hide: [realpathSync(home)],
          readOnly: installationsOf([dirname(process.execPath), dirname(browser)], homedir()),
          writable: [],
          tmp,
          noNetwork: true,
        },
        cwd: "/tmp",
        limits,
      },
    );
    await run(caged, { directory, mark: `${mark.name}=${mark.value}`, signal });
    return await pictureIn(join(tmp, "page.png"));
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

function argumentsFor(url: URL): string[] {
  return [
    "--headless=new",
    `--screenshot=${inside.picture}`,
    `--window-size=${size.width},${size.height}`,
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
    `--virtual-time-budget=${settleMs}`,
    `--user-data-dir=${inside.profile}`,
    // Loopback too: without, requests to it would go past the proxy.
    "--proxy-server=http://127.0.0.1:{port}",
    "--proxy-bypass-list=<-loopback>",
    // There is one site in here: processes that keep sites apart would only be more of them.
    "--disable-site-isolation-trials",
    "--renderer-process-limit=1",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--mute-audio",
    "--no-first-run",
    "--no-default-browser-check",
    // Chromium refuses to have its own sandbox as root. The cage is around it either way.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    new URL("/", url).href,
  ];
}

async function run(
  { argv, env }: { argv: string[]; env: Record<string, string> },
  { directory, mark, signal }: { directory: string; mark: string; signal: AbortSignal },
): Promise<void> {
  const over = new AbortController();
  let running: number | undefined;
  const watch = watchBuild({ pid: () => running, directory, limits }, (error) =>
    over.abort(noPicture("the browser used more memory, processes or disk than it may", error)),
  );
  try {
    const { code, signal: by } = await exec(argv, {
      cwd: directory,
      env,
      signal: AbortSignal.any([signal, over.signal]),
      timeoutMs: takeMs,
      graceMs: 500,
      maxOutputBytes: 4_096,
      mark,
      onStart: (group) => (running = group.pid),
    });
    if (code !== 0) throw noPicture(`the browser ended with ${code ?? by}`);
  } finally {
    running = undefined;
    await watch.stop();
  }
}

/** What the browser left there: it may be anything, also a link or a pipe. */
async function pictureIn(path: string): Promise<Buffer> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    throw noPicture("the browser made none", cause);
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw noPicture("what the browser made is no file");
    if (stats.size > mostPictureBytes)
      throw noPicture(`the picture has ${stats.size} bytes and may have ${mostPictureBytes}`);
    const bytes = await file.readFile();
    if (!bytes.subarray(0, pngSignature.length).equals(pngSignature))
      throw noPicture("what the browser made is no PNG");
    return bytes;
  } finally {
    await file.close();
  }
}

function noPicture(why: string, cause?: unknown): DeployError {
  return new DeployError("BUILD_FAILED", { what: `There is no picture: ${why}.` }, { cause });
}
