/** Debian's Firefox for tests, over WebDriver BiDi: one that is not there fails under CI and is said otherwise. */
import { existsSync } from "node:fs";
import { type Browser, firefox } from "playwright-core";

const firefoxPath = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => existsSync(path));

/** Whether tests in Firefox can run here. Under CI they must. */
export const hasFirefox = firefoxPath !== undefined || process.env["CI"] === "true";
if (!hasFirefox) process.stderr.write("Tests in Firefox are left out: it is not here (apt-get install firefox-esr).\n");

/** What Playwright has on this side of its protocol. */
interface Insides {
  _connection: { toImpl(browser: Browser): { _browserSession: Session } };
}
interface Session {
  send(method: string, parameters: unknown): Promise<unknown>;
}

export async function launchFirefox(): Promise<Browser> {
  if (firefoxPath === undefined) throw new Error("There is no Firefox: apt-get install firefox-esr");
  // A channel of this kind is what makes Playwright speak BiDi; without, it wants a Firefox of its own making.
  const browser = await firefox.launch({
    executablePath: firefoxPath,
    channel: "moz-firefox",
    // What is in the clipboard is read without a click that allows it.
    firefoxUserPrefs: { "dom.events.testing.asyncClipboard": true },
  });
  // Playwright sets the colour scheme of every context by a command that Firefox 153 ESR does not know. Nobody here asks for one.
  const session = (browser as unknown as Insides)._connection.toImpl(browser)._browserSession;
  const send = session.send.bind(session);
  session.send = (method, parameters) =>
    method === "emulation.setMediaFeaturesOverride" ? Promise.resolve({}) : send(method, parameters);
  return browser;
}
