/** A whole Landfall in this process with its dashboard, simulated vendors and a worker, and browsers of people who are signed in. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ServerOptions } from "@landfall/server";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { nameServer } from "../../engine/test/domains/name-server.ts";
import { launch } from "../../react/test/browser.ts";
import { type Caller, serverFor, type TestServer } from "../../server/test/harness.ts";
import { openVendors, type Vendors } from "../../server/test/vendors.ts";
import buildProgram from "../../cli/test/built.ts";
import { builtDashboard } from "./built.ts";

export interface Tab {
  page: Page;
  context: BrowserContext;
  /** What the page complained of: uncaught errors, errors on the console. */
  complaints: string[];
}

export interface Place extends AsyncDisposable {
  server: TestServer;
  vendors: Vendors;
  browser: Browser;
  /** A tab of a person, or of nobody; what it sets wins over what the place is set to. */
  tab(path: string, person?: Caller, options?: BrowserContextOptions): Promise<Tab>;
  /** What a visitor reads at the address that the page shows as live. */
  visited(page: Page): Promise<string>;
  /** Files as an archive on the server. */
  upload(person: Caller, files: Record<string, string>): Promise<string>;
  /** Ask for a deployment of files and wait until it has ended. */
  deploy(person: Caller, files: Record<string, string>, more: Asked, said?: Said): Promise<Deployment>;
}

type Deployment = Awaited<ReturnType<Caller["client"]["deployments"]["get"]>>;
type Request = Parameters<Caller["client"]["deployments"]["create"]>[0];
type Asked = Omit<Request, "source">;
/** What is said of files that are sent. */
export type Said = Pick<Extract<Request["source"], { upload: string }>, "commit" | "history">;

/**
 * `publicUrl`: people come by way of something in front. `mail`: who takes its mail. `browser`: takes pictures of what is deployed.
 * People have Chromium unless `launched` starts another browser.
 */
export async function openPlace(
  { databaseUrl, ...settings }: Pick<ServerOptions, "publicUrl" | "mail" | "browser"> & { databaseUrl?: string } = {},
  launched: () => Promise<Browser> = launch,
): Promise<Place> {
  buildProgram();
  const dashboard = builtDashboard();
  const vendors = await openVendors();
  // It knows no name: nobody outside is asked about one, nor waited for.
  const names = await nameServer({});
  const server = await serverFor({ dashboard, ...settings }, vendors.environment, {
    privateNotifications: true,
    nameServers: [names.address],
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  const origin = settings.publicUrl ?? server.url;
  vendors.register(server.url);
  const stop = new AbortController();
  const work = server.engine.work({ signal: stop.signal, until: "aborted" }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  const browser = await launched();

  const place: Place = {
    server,
    vendors,
    browser,
    async tab(path, person, options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        baseURL: origin,
        ...options,
      });
      // Firefox has no such permissions; there it is a preference.
      if (browser.browserType().name() === "chromium")
        await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
      if (person) await context.addCookies(cookiesOf(person, origin));
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await page.goto(path);
      return { page, context, complaints };
    },
    async visited(page) {
      const url = await page.getByRole("link", { name: /^Open/ }).first().getAttribute("href");
      const { page: visitor, context } = await place.tab(url!);
      const text = await visitor.innerText("p");
      await context.close();
      return text;
    },
    async upload(person, files) {
      const folder = mkdtempSync(join(tmpdir(), "landfall-source-"));
      try {
        for (const [path, text] of Object.entries(files)) {
          mkdirSync(dirname(join(folder, path)), { recursive: true });
          writeFileSync(join(folder, path), text);
        }
        const response = await fetch(`${server.url}/api/sources`, {
          method: "POST",
          headers: { ...person.headers, "content-type": "application/gzip" },
          body: execFileSync("tar", ["-czf", "-", "-C", folder, "."]),
        });
        return ((await response.json()) as { id: string }).id;
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    async deploy(person, files, more, said = {}) {
      const upload = await place.upload(person, files);
      const { id } = await person.client.deployments.create({ ...more, source: { upload, ...said } });
      for await (const _event of await person.client.deployments.events({ id }));
      return person.client.deployments.get({ id });
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      stop.abort();
      await work;
      await server[Symbol.asyncDispose]();
      await vendors[Symbol.asyncDispose]();
      await names[Symbol.asyncDispose]();
    },
  };
  return place;
}

function cookiesOf(person: Caller, url: string): { name: string; value: string; url: string }[] {
  return person.headers["cookie"]!.split("; ").map((one) => {
    const at = one.indexOf("=");
    return { name: one.slice(0, at), value: one.slice(at + 1), url };
  });
}
