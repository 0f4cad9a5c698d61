/** Pictures of what deployments put online, with Debian's Chromium; the pages are somebody else's, and try to get out. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type DeploymentView, openEngine, restoreBackup } from "@landfall/engine";
import { photograph } from "@landfall/engine/screenshots/browser";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onePage } from "./archive.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";

const browser = "/usr/bin/chromium";
const toolPath = (process.env["PATH"] ?? "").split(delimiter);
const orange = [255, 102, 0];
const green = [0, 160, 80];
const page = (style: string, body = ""): string =>
  `<!doctype html><title>t</title><body style="margin:0;background:${style}">${body}`;

/** Whoever is not to be asked: on every address of this machine, by TCP and by UDP. */
interface Forbidden extends AsyncDisposable {
  port: number;
  asked: string[];
}

async function forbidden(): Promise<Forbidden> {
  const asked: string[] = [];
  const server = createTcpServer((socket) => {
    asked.push("tcp");
    socket.on("error", () => {});
    socket.destroy();
  });
  server.listen(0, "::");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const udp = createSocket({ type: "udp6" });
  udp.on("message", () => asked.push("udp"));
  udp.bind(port, "::");
  await once(udp, "listening");
  return {
    port,
    asked,
    async [Symbol.asyncDispose]() {
      udp.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Tries every way out there is; becomes green when each was tried, and brought nothing. `away` are paths that send on to `there`. */
function attacking(there: string[], { away = [] as string[] } = {}): string {
  return page(
    "red",
    `<script>
      const there = ${JSON.stringify(there)}, away = ${JSON.stringify(away)};
      const failing = (start) => new Promise((no, yes) => { setTimeout(no, 1500); start(yes, no); });
      const tries = [...there, ...away].flatMap((host) => {
        const at = host.startsWith("/") ? host : "http://" + host + "/";
        return [
          fetch(at, { mode: "no-cors" }).catch(() => {}), // A refusal of the proxy is an answer that nobody may read.
          failing((yes, no) => { const one = new Image(); one.onload = yes; one.onerror = no; one.src = at; }),
          failing((yes, no) => { const one = document.createElement("iframe"); one.src = at; one.style.display = "none"; document.body.append(one); }),
          failing((yes, no) => { const one = document.createElement("script"); one.onload = yes; one.onerror = no; one.src = at; document.body.append(one); }),
        ];
      }).concat(there.map((host) => failing((yes, no) => {
        const one = new WebSocket("ws://" + host + "/"); one.onopen = yes; one.onerror = no;
      })), there.map((host) => failing((yes, no) => {
        navigator.sendBeacon("http://" + host + "/", "x");
        const call = new RTCPeerConnection({ iceServers: [
          { urls: "stun:" + host }, { urls: "turn:" + host + "?transport=tcp", username: "x", credential: "x" } ] });
        call.createDataChannel("x");
        call.createOffer().then((offer) => call.setLocalDescription(offer));
      })));
      Promise.all(tries).then(() => { document.body.style.background = "rgb(${green.join()})"; });
    </script>`,
  );
}

const everywhere = (port: number): string[] =>
  ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "other.localhost"].map(
    (host) => `${host}:${port}`,
  );

/** Processes of a browser of ours: everything in a cage carries the mark. */
function browsing(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && readFileSync(`/proc/${pid}/environ`, "latin1").includes("LANDFALL_BROWSER_OF=");
      } catch {
        return false; // It has just ended.
      }
    });
}

/** Red, green, blue. */
function colourAt({ data, width }: PNG, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
}

describe("a browser in its cage", () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "landfall-picture-"));
    mkdirSync(join(home, "scratch"));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** The picture of a site that answers so. */
  async function picture(answers: RequestListener): Promise<PNG> {
    const site = createServer(answers);
    site.listen(0, "127.0.0.1");
    await once(site, "listening");
    try {
      const url = new URL(`http://site.localhost:${(site.address() as AddressInfo).port}`);
      const how = { browser, home, toolPath, signal: AbortSignal.timeout(60_000) };
      return PNG.sync.read(await photograph({ url, address: "127.0.0.1" }, how));
    } finally {
      site.closeAllConnections();
      site.close();
    }
  }

  it("reaches nobody but the site, whatever the page tries and wherever the site sends it", async () => {
    await using other = await forbidden();
    const there = [...everywhere(other.port), "169.254.169.254", "10.0.0.1", "example.com"];
    const away = there.map((_, index) => `/away/${index}`);
    const asked = new Set<string>();
    const shown = await picture((request, response) => {
      asked.add(request.url!);
      const index = /^\/away\/(\d+)$/.exec(request.url!)?.[1];
      if (index !== undefined) response.writeHead(302, { location: `http://${there[Number(index)]}/` }).end();
      else response.writeHead(200, { "content-type": "text/html" }).end(attacking(there, { away }));
    });
    expect(colourAt(shown, 640, 400)).toEqual(green);
    expect([...asked]).toEqual(expect.arrayContaining(away)); // It did try.
    expect(other.asked).toEqual([]);
  });

  it("does not go where a page leads it", async () => {
    await using other = await forbidden();
    for (const answers of [
      ((_, response) =>
        response.writeHead(302, { location: `http://127.0.0.1:${other.port}/` }).end()) satisfies RequestListener,
      ((_, response) => {
        response.setHeader("content-type", "text/html");
        response.end(page("red", `<script>location = "http://127.0.0.1:${other.port}/"</script>`));
      }) satisfies RequestListener,
    ]) {
      await picture(answers).catch(() => {}); // Of nothing, or none.
      expect(other.asked).toEqual([]);
    }
  });

  it("comes to no harm by a site that says what it likes", async () => {
    for (const said of [
      "HTTP/1.1 042 x\r\n\r\n",
      "HTTP/1.1 101 x\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
      "x\r\n",
    ])
      await picture((request) => request.socket.end(said)).catch(() => {}); // Of nothing, or none.
  });

  it("leaves nothing", () => {
    expect(readdirSync(join(home, "scratch"))).toEqual([]);
    expect(browsing()).toEqual([]);
  });
});

describe("a server with a browser", () => {
  let server: TestServer;
  let owner: Caller;
  const stop = new AbortController();
  let work: Promise<void>;

  beforeAll(async () => {
    server = await serverFor({ browser });
    owner = await server.setUp();
    work = working(server, stop.signal);
  });
  afterAll(async () => {
    stop.abort();
    await work;
    await server[Symbol.asyncDispose]();
  });

  async function shown(id: string): Promise<PNG> {
    const response = await fetch(`${server.url}/api/deployments/${id}/screenshot`, { headers: owner.headers });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/png",
      "cache-control": "private",
      "content-security-policy": "sandbox",
      "x-content-type-options": "nosniff",
    });
    return PNG.sync.read(Buffer.from(await response.arrayBuffer()));
  }

  it("takes the picture of a page after its deployment, once, tells it, and shows it to nobody else", async () => {
    // As a page does: it asks again when a change is told, and only then.
    const seen = (async () => {
      for await (const one of await owner.client.live({}))
        if (one.type === "change" && (await owner.client.deployments.get({ id: one.deploymentId })).screenshot !== null)
          return one.deploymentId;
      return null;
    })();
    const { id } = await deployed(owner, "site", page(`rgb(${orange.join()})`));
    expect((await pictured(owner, id)).screenshot?.alt).toMatch(/^The first page of site on \d+ \w+ \d{4}$/);
    const picture = await shown(id);
    expect([picture.width, picture.height]).toEqual([1280, 800]);
    for (const [x, y] of [
      [0, 0],
      [640, 400],
      [1279, 799],
    ] as const)
      expect(colourAt(picture, x, y)).toEqual(orange);
    expect(await seen).toBe(id);
    const blob = await owner.client.deployments.screenshot({ id });
    expect(colourAt(PNG.sync.read(Buffer.from(await blob.arrayBuffer())), 1, 1)).toEqual(orange);

    const person = await server.member(owner, "owner");
    await person.client.organizations.create({ name: "elsewhere" });
    const { members } = await owner.client.members.list();
    await owner.client.members.remove({ id: members.find(({ email }) => email === person.email)!.id });
    expect((await person.call("GET", `/deployments/${id}/screenshot`)).status).toBe(404);
    expect((await server.anyone.call("GET", `/deployments/${id}/screenshot`)).status).toBe(401);
    const rows = await server.engine.database.db
      .selectFrom("screenshot" as never)
      .selectAll()
      .execute();
    expect(rows).toHaveLength(1);
  });

  it("keeps it in backups and through collections", async () => {
    const { deployments } = await owner.client.deployments.list({ project: "site" });
    const { id } = deployments[0]!;
    await server.engine.collect();
    const before = await server.engine.screenshots.read(id);
    const directory = mkdtempSync(join(tmpdir(), "landfall-picture-backup-"));
    try {
      const passphrase = "correct horse";
      const file = join(directory, "backup.tar");
      await server.engine.backup(file, { passphrase });
      const home = join(directory, "restored");
      await restoreBackup(file, { home, passphrase });
      await using engine = await openEngine({ home, edgeCommand: ["false"], workerCommand: ["false"], toolPath });
      expect((await engine.screenshots.read(id)).equals(before)).toBe(true);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it("lets a page reach nothing: not this machine, not the dashboard, not the sites beside it", async () => {
    await using other = await forbidden();
    const beside = (await owner.client.deployments.list({ project: "site" })).deployments[0]!;
    const there = [...everywhere(other.port), new URL(beside.url!).host, new URL(server.url).host];
    const logged = server.logged.length;
    const { id } = await deployed(owner, "attack", attacking(there));
    await pictured(owner, id);
    expect(colourAt(await shown(id), 640, 400)).toEqual(green);
    expect(other.asked).toEqual([]);
    const lines = server.logged.slice(logged).filter((line) => line.includes('"route":"other"'));
    expect(lines).toEqual([]);
  });

  it("ends a browser that hangs, and has no picture then", async () => {
    const { id } = await deployed(owner, "hangs", page("red", "<script>for (;;);</script>"));
    await expect.poll(() => browsing().length, { timeout: 20_000 }).toBeGreaterThan(1);
    const pids = browsing();
    await expect
      .poll(() => server.logged.find((line) => line.includes(id) && line.includes("no picture")), { timeout: 40_000 })
      .toMatch(/did not end within 20 s/);
    expect(browsing().filter((pid) => pids.includes(pid))).toEqual([]);
    expect(readdirSync(join(server.home, "scratch")).filter((name) => name.startsWith("browser-"))).toEqual([]);
    const view = await owner.client.deployments.get({ id });
    expect([view.state, view.screenshot]).toEqual(["success", null]);
    expect((await owner.call("GET", `/deployments/${id}/screenshot`)).status).toBe(404);
  });

  it("ends the browser with itself", async () => {
    await deployed(owner, "hangs", page("blue", "<script>for (;;);</script>"));
    await expect.poll(() => browsing().length, { timeout: 20_000 }).toBeGreaterThan(1);
    await server.restart();
    expect(browsing()).toEqual([]);
  });
});

it("takes none where no browser is named", async () => {
  await using server = await serverFor();
  const stop = new AbortController();
  const owner = await server.setUp();
  const work = working(server, stop.signal);
  const { id } = await deployed(owner, "site", page("red"));
  await pause(5_000);
  expect((await owner.client.deployments.get({ id })).screenshot).toBeNull();
  expect(
    await server.engine.database.db
      .selectFrom("screenshot" as never)
      .selectAll()
      .execute(),
  ).toEqual([]);
  expect(browsing()).toEqual([]);
  stop.abort();
  await work;
});

function working({ engine }: TestServer, signal: AbortSignal): Promise<void> {
  return engine.work({ signal, until: "aborted" }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** A project of one page, online. */
async function deployed(owner: Caller, project: string, html: string): Promise<{ id: string }> {
  const { headers, client } = owner;
  const base = headers["origin"]!;
  const sent = await fetch(`${base}/api/sources`, { method: "POST", headers, body: onePage(html) });
  const { id: upload } = (await sent.json()) as { id: string };
  const { id } = await client.deployments.create({ project, source: { upload } });
  for await (const _ of await client.deployments.events({ id }));
  expect(await client.deployments.get({ id })).toMatchObject({ state: "success" });
  return { id };
}

async function pictured({ client }: Caller, id: string): Promise<Pick<DeploymentView, "screenshot">> {
  await expect
    .poll(async () => (await client.deployments.get({ id })).screenshot, { timeout: 45_000, interval: 500 })
    .not.toBeNull();
  return client.deployments.get({ id });
}
