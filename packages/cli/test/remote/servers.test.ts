import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgetLogin, keepLogin, loginsFile, originOf, serverFrom } from "../../src/remote/servers.ts";

let userHome: string;
beforeEach(() => {
  userHome = mkdtempSync(join(tmpdir(), "landfall-logins-"));
});
afterEach(() => rmSync(userHome, { recursive: true }));

const there = "https://landfall.example.com";
const elsewhere = "https://other.example.com";

function chosen(env: Record<string, string>, flags: Parameters<typeof serverFrom>[1] = {}) {
  return serverFrom({ env, userHome }, flags);
}
function logIn(url: string, token: string): void {
  keepLogin(loginsFile({ env: {}, userHome }), url, { token });
}

describe("the server that is meant", () => {
  it("is none until somebody logs in or names one", () => {
    expect(chosen({})).toBeNull();
    expect(chosen({ LANDFALL_URL: "" })).toBeNull();
    expect(chosen({ LANDFALL_TOKEN: "lf_x" })).toBeNull();
  });

  it("is the one of the last login, whose file nobody else reads", () => {
    logIn(elsewhere, "first");
    logIn(there, "second");
    expect(chosen({})).toEqual({ url: there, token: "second" });
    const file = loginsFile({ env: {}, userHome });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(file, "..")).mode & 0o777).toBe(0o700);
    expect(forgetLogin(file, there)).toBe(true);
    expect(chosen({})).toBeNull();
    expect(chosen({}, { server: elsewhere })).toEqual({ url: elsewhere, token: "first" });
  });

  it("is named by the environment before the login, and by --server before all", () => {
    logIn(there, "mine");
    expect(chosen({ LANDFALL_URL: elsewhere })).toEqual({ url: elsewhere, token: null });
    expect(chosen({ LANDFALL_URL: there })).toEqual({ url: there, token: "mine" });
    expect(chosen({ LANDFALL_TOKEN: "given" })).toEqual({ url: there, token: "given" });
    expect(chosen({ LANDFALL_URL: elsewhere }, { server: there })).toEqual({ url: there, token: "mine" });
    expect(chosen({ LANDFALL_URL: there }, { server: "local" })).toBeNull();
  });

  it("is this machine where a data directory is named, as for what runs in the background", () => {
    logIn(there, "mine");
    expect(chosen({ LANDFALL_URL: there }, { home: "/data" })).toBeNull();
    expect(chosen({}, { home: "/data", server: there })).toEqual({ url: there, token: "mine" });
  });
});

describe("an address", () => {
  it.each([
    ["landfall.example.com", "https://landfall.example.com"],
    ["https://Landfall.example.com:8443/", "https://landfall.example.com:8443"],
    ["localhost:8400", "http://localhost:8400"],
    ["127.0.0.1:8400", "http://127.0.0.1:8400"],
    ["[::1]:8400", "http://[::1]:8400"],
  ])("%s is %s", (text, origin) => expect(originOf(text)).toBe(origin));

  it.each(["https://a.example/path", "https://u:p@a.example", "ftp://a.example", "https://", "https://a.example/?x"])(
    "%s is none",
    (text) => {
      expect(() => originOf(text)).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
    },
  );

  it("without encryption leads to this machine only, unless that is allowed", () => {
    const open = { LANDFALL_URL: "http://landfall.example.com" };
    expect(() => chosen(open)).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
    expect(chosen(open, { insecure: true })).toMatchObject({ url: open.LANDFALL_URL });
    expect(() => chosen({ LANDFALL_URL: "http://localhost.example.com" })).toThrow();
    for (const url of ["http://localhost:1", "http://127.1.2.3:1", "http://[::1]:1"])
      expect(chosen({ LANDFALL_URL: url })).toMatchObject({ url });
  });

  it("never shows a password in its error", () => {
    expect(() => originOf("https://u:hunter2@a.example")).toThrow(
      expect.objectContaining({ text: expect.not.objectContaining({ where: expect.stringContaining("hunter2") }) }),
    );
  });
});
