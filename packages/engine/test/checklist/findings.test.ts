import { describe, expect, it } from "vitest";
import { type Ask, gatherFindings } from "../../src/checklist/findings.ts";

/** A site as a table of paths; what is not in it answers 404. */
function site(
  paths: Record<string, { status?: number; headers?: Record<string, string>; body?: string }>,
): Ask & { asked: string[] } {
  const asked: string[] = [];
  const ask: Ask = async (_, path) => {
    asked.push(path);
    const {
      status = 200,
      headers = { "content-type": "text/html" },
      body = "",
    } = paths[path] ?? { status: 404, body: "none" };
    return { status, headers, body: Buffer.from(body) };
  };
  return Object.assign(ask, { asked });
}

/** Of the form, and put together here so that no scanner takes it for one. */
const stripeKey = ["sk", "live", "0a".repeat(12)].join("_");

const url = "http://shop.localhost:4800";

describe("gatherFindings", () => {
  it("asks for the page, its icon, robots.txt, the sitemap and a path nobody has", async () => {
    const ask = site({
      "/": { body: '<link rel="shortcut icon" href="brand/icon.png?v=2"><h1>Lamps</h1>' },
      "/brand/icon.png?v=2": { headers: { "content-type": "image/png" } },
    });
    const found = await gatherFindings(url, { ask, missingPath: "/nobody" });
    expect(ask.asked.sort()).toEqual(["/", "/brand/icon.png?v=2", "/nobody", "/robots.txt", "/sitemap.xml"]);
    expect(found.icon).toEqual({ path: "/brand/icon.png?v=2", status: 200, contentType: "image/png", body: "" });
    expect(found.missing).toMatchObject({ status: 404, body: "none" });
    expect(found).not.toHaveProperty("health");
  });

  it("asks for /favicon.ico when the page names no icon of this host, and for the health path when there is one", async () => {
    const ask = site({
      "/": { body: '<link rel="icon" href="https://cdn.example/i.ico">' },
      "/health": { status: 503 },
    });
    const found = await gatherFindings(url, { ask, healthPath: "/health" });
    expect(found.icon.path).toBe("/favicon.ico");
    expect(found.health?.status).toBe(503);
  });

  it("invents another missing path each time", async () => {
    const [first, second] = await Promise.all([
      gatherFindings(url, { ask: site({}) }),
      gatherFindings(url, { ask: site({}) }),
    ]);
    expect(first.missing.path).not.toBe(second.missing.path);
  });

  it("finds a site that does not answer, and goes on", async () => {
    const found = await gatherFindings(url, {
      ask: async () => {
        throw new Error("connect ECONNREFUSED 127.0.0.1:4800");
      },
    });
    expect(found.home).toMatchObject({ status: 0, fault: "connect ECONNREFUSED 127.0.0.1:4800" });
    expect(found.robots.status).toBe(0);
  });

  it("ends when it is told to", async () => {
    const stop = new AbortController();
    const ask: Ask = async () => {
      stop.abort(new Error("enough"));
      throw new Error("aborted");
    };
    await expect(gatherFindings(url, { ask, signal: stop.signal })).rejects.toThrow("enough");
  });

  it("names secrets found in the page or a script, raw or encoded, without their values", async () => {
    const value = "hunter2-and-a-half";
    const ask = site({
      "/": { body: `<script src="/app.js"></script><script src="https://cdn.example/x.js"></script>` },
      "/app.js": { body: `const k = "${Buffer.from(value).toString("base64")}"; pay("${stripeKey}")` },
    });
    const found = await gatherFindings(url, {
      ask,
      secrets: [
        { name: "DESK_PASSWORD", value },
        { name: "SESSION_SECRET", value: "not-in-there-at-all" },
        { name: "PIN", value: "1234" },
      ],
    });
    expect(found.secretsSeen).toEqual(["DESK_PASSWORD", "a Stripe secret key"]);
    expect(JSON.stringify(found.secretsSeen)).not.toContain(value);
    expect(ask.asked).not.toContain("https://cdn.example/x.js");
  });

  it("does not take public keys and addresses without a password for secrets", async () => {
    const ask = site({ "/": { body: "pk_0a0a0a0a0a0a0a0a0a postgres://localhost/shop sk-short AKIA1" } });
    expect((await gatherFindings(url, { ask })).secretsSeen).toEqual([]);
  });
});
