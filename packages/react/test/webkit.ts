/**
 * Debian's WebKit for tests: its small browser on a screen of memory, over WebDriver. Playwright speaks to no WebKit but one of its own making.
 * One that is not there fails under CI and is said otherwise. Source: https://www.w3.org/TR/webdriver2/, read 2026-11-29.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { axeIn } from "./axe.ts";

const needed = ["/usr/bin/WebKitWebDriver", "/usr/bin/Xvfb"];
const isHere = needed.every((path) => existsSync(path));

/** Whether tests in WebKit can run here. Under CI they must. */
export const hasWebkit = isHere || process.env["CI"] === "true";
if (!hasWebkit)
  process.stderr.write("Tests in WebKit are left out: it is not here (apt-get install webkit2gtk-driver xvfb).\n");

const waitMs = 30_000;
const pauseMs = 100;
const elementKey = "element-6066-11e4-a52e-4f735466cecf";
const keys = { Tab: "\ue004", Enter: "\ue007", Control: "\ue009", Escape: "\ue00c" } as const;
/** Where an element of a role may be; which role it has is for the browser to say. */
const selectors = {
  button: "button, [role=button]",
  heading: "h1, h2, h3",
  link: "a[href]",
  radio: "input[type=radio], [role=radio]",
  textbox: "input, textarea",
} as const;

interface Element {
  [elementKey]: string;
}

export interface WebkitPage extends AsyncDisposable {
  goto(url: string): Promise<void>;
  /** What an expression is in the page, once a promise is kept. */
  evaluate<T>(expression: string): Promise<T>;
  /** Waits until an expression holds in the page. */
  until(expression: string): Promise<void>;
  /** Waits for what has this role and name, as the browser tells them to a screen reader. */
  find(role: keyof typeof selectors, name: string | RegExp): Promise<Element>;
  click(role: keyof typeof selectors, name: string | RegExp): Promise<void>;
  /** Key by key, in place of what is there. */
  type(name: string, text: string): Promise<void>;
  /** Keys one after the other, or, `together`, held down at once. */
  press(...keys: string[]): Promise<void>;
  pressTogether(...keys: string[]): Promise<void>;
  /** A file as a person chooses it in the dialog of the browser. */
  choose(selector: string, path: string): Promise<void>;
  resize(size: { width: number; height: number }): Promise<void>;
  axe(): Promise<string[]>;
}

export async function openWebkit(): Promise<WebkitPage> {
  if (!isHere) throw new Error("There is no WebKit: apt-get install webkit2gtk-driver xvfb");
  const home = mkdtempSync(join(tmpdir(), "landfall-webkit-"));
  const screen = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1400x1100x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const [display] = (await once(screen.stdio[3]!, "data")) as [Buffer];
  const port = await freePort();
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], {
    stdio: "ignore",
    env: { PATH: process.env["PATH"], DISPLAY: `:${String(display).trim()}`, HOME: home },
  });

  async function ask<T>(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: T & { error?: string; message?: string } };
    if (!response.ok) throw new Error(`WebKit, ${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }

  /** Until it answers with something; what it threw last is why it did not. */
  async function waited<T>(what: string, look: () => Promise<T | null>): Promise<T> {
    const endsAt = performance.now() + waitMs;
    let cause: unknown;
    while (performance.now() < endsAt) {
      try {
        const found = await look();
        if (found !== null) return found;
        cause = undefined;
      } catch (error) {
        cause = error; // An element that was drawn anew meanwhile, mostly.
      }
      await delay(pauseMs);
    }
    const text = await page.evaluate<string>("document.body.innerText").catch(() => "nothing");
    throw new Error(`${what} is not there after ${waitMs / 1_000} s. The page reads: ${text}`, { cause });
  }

  const { sessionId } = await waited("The driver of WebKit", () =>
    ask<{ sessionId: string }>("POST", "/session", { capabilities: {} }),
  );
  const session = `/session/${sessionId}`;
  const act = async (actions: object[]): Promise<void> => {
    await ask("POST", `${session}/actions`, { actions: [{ type: "key", id: "keyboard", actions }] });
  };
  const code = (key: string): string => keys[key as keyof typeof keys] ?? key;

  const page: WebkitPage = {
    async goto(url) {
      await ask("POST", `${session}/url`, { url });
    },
    evaluate: (expression) => ask("POST", `${session}/execute/sync`, { script: `return (${expression})`, args: [] }),
    async until(expression) {
      await waited(expression, async () => (await page.evaluate<boolean>(`Boolean(${expression})`)) || null);
    },
    find: (role, name) =>
      waited(`${role} ${String(name)}`, async () => {
        const all = await ask<Element[]>("POST", `${session}/elements`, {
          using: "css selector",
          value: selectors[role],
        });
        for (const one of all) {
          const at = `${session}/element/${one[elementKey]}`;
          const label = await ask<string>("GET", `${at}/computedlabel`);
          if (typeof name === "string" ? label !== name : !name.test(label)) continue;
          if ((await ask<string>("GET", `${at}/computedrole`)) === role) return one;
        }
        return null;
      }),
    async click(role, name) {
      await waited(`a ${role} ${String(name)} to click`, async () => {
        const one = await page.find(role, name);
        // It says that what is out of sight cannot be clicked, and does not bring it there.
        await ask("POST", `${session}/execute/sync`, {
          script: "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })",
          args: [one],
        });
        await ask("POST", `${session}/element/${one[elementKey]}/click`, {});
        return one;
      });
    },
    async type(name, text) {
      const field = await page.find("textbox", name);
      await ask("POST", `${session}/execute/sync`, { script: "arguments[0].focus()", args: [field] });
      await page.pressTogether("Control", "a");
      await page.press(...Array.from(text));
    },
    async press(...pressed) {
      await act(
        pressed.flatMap((key) => [
          { type: "keyDown", value: code(key) },
          { type: "keyUp", value: code(key) },
        ]),
      );
    },
    async pressTogether(...pressed) {
      await act([
        ...pressed.map((key) => ({ type: "keyDown", value: code(key) })),
        ...pressed.toReversed().map((key) => ({ type: "keyUp", value: code(key) })),
      ]);
    },
    async choose(selector, path) {
      const field = await ask<Element>("POST", `${session}/element`, { using: "css selector", value: selector });
      await ask("POST", `${session}/element/${field[elementKey]}/value`, { text: path });
    },
    async resize(size) {
      await ask("POST", `${session}/window/rect`, size);
    },
    axe: () => axeIn((expression) => page.evaluate(expression)),
    async [Symbol.asyncDispose]() {
      await ask("DELETE", session);
      await Promise.all([ended(driver), ended(screen)]);
      rmSync(home, { recursive: true });
    },
  };
  return page;
}

async function ended(program: ChildProcess): Promise<void> {
  const over = once(program, "exit");
  program.kill();
  await over;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
