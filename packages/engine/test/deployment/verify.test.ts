/** What counts as a site that answers as it should, on a platform of somebody else. */
import { hash } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Artifact } from "../../src/artifact.ts";
import { verifyService, type Verification } from "../../src/deployment/verify.ts";
import type { ServicePlan } from "../../src/plan/plan.ts";

const page = "<p>the page</p>";
const script = "console.log(1)";
const fileOf = (path: string, text: string) => ({
  path,
  mode: 0o644,
  sizeBytes: text.length,
  sha256: hash("sha256", text),
});
const artifact: Artifact = {
  kind: "files",
  digest: "d",
  files: [fileOf("app.js", script), fileOf("index.html", page)],
  sizeBytes: 0,
};
const plan = { name: "web", kind: "static", check: { path: "/", timeoutMs: 1 } } as unknown as ServicePlan;

let server: Server;
let answer: RequestListener;
let told: string[];
let notes: string[];
let passedMs: number;

beforeEach(async () => {
  told = [];
  notes = [];
  passedMs = 0;
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const here = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const serving =
  (files: Record<string, string>): RequestListener =>
  ({ url = "/" }, response) => {
    const body = files[url];
    response.writeHead(body === undefined ? 404 : 200).end(body ?? "nothing here");
  };

function verify(
  more: Partial<Verification["service"]> = {},
  hosted = true,
  of: Pick<Verification, "plan" | "artifact"> = { plan, artifact },
): Promise<string> {
  return verifyService({
    service: { name: "web", url: here(), ...more },
    ...of,
    release: "rel_1",
    hosted,
    // Time passes only by waiting.
    clock: {
      now: () => passedMs,
      async sleep(ms) {
        passedMs += ms;
      },
    },
    signal: AbortSignal.timeout(20_000),
    log: (line) => void told.push(line),
    note: async (message) => void notes.push(message),
  });
}

describe("a hosted site", () => {
  it("is right when it gives the bytes that were deployed", async () => {
    answer = serving({ "/": page });
    await verify();
    expect([told, notes]).toEqual([[`GET ${here()}/ → 200`], []]);
  });

  it("is waited for while the platform tells its edges", async () => {
    let asked = 0;
    answer = (request, response) =>
      ++asked < 4 ? response.writeHead(404).end() : serving({ "/": page })(request, response);
    await verify();
    expect([asked, passedMs]).toEqual([4, 3_000]);
  });

  it("may add to its pages, and to nothing else", async () => {
    answer = serving({ "/": `${page}<script>analytics</script>`, "/app.js": script });
    await verify();
    expect(notes).toEqual([expect.stringContaining("with changes of the platform")]);
    answer = serving({ "/": `${page} more`, "/app.js": "something else" });
    await expect(verify()).rejects.toMatchObject({
      code: "VERIFY_FAILED",
      message: expect.stringContaining("neither / nor /app.js is what was deployed"),
    });
  });

  it("behind a login is as it should be where the platform protects it, and a fault where it does not", async () => {
    answer = (_request, response) => response.writeHead(401).end("log in");
    await verify({ protected: true });
    expect(told).toEqual([`GET ${here()}/ → 401 (behind a login, as it should be)`]);
    await expect(verify()).rejects.toMatchObject({ message: expect.stringContaining("keeps visitors out with 401") });
  });

  it("fails after a minute of wrong answers, with the last one as evidence", async () => {
    answer = (_request, response) => response.writeHead(502).end();
    await expect(verify()).rejects.toMatchObject({ text: { evidence: ["it answered 502"], step: "verify" } });
    expect(passedMs).toBeGreaterThanOrEqual(60_000);
  });

  it("that cannot be asked from here is told, and is no failure: the platform says that it is live", async () => {
    await verify({ url: "https://nobody.invalid" });
    expect(notes).toEqual([expect.stringContaining("could not be asked from here")]);
    expect(passedMs).toBe(0);
  });
});

it("a page that never ends is read no further than it needs to be", async () => {
  const endless: RequestListener = (_request, response) => {
    const more = (): void => {
      while (response.write(page.repeat(1_000)));
    };
    response.on("drain", more);
    more();
  };
  answer = endless;
  const running = { ...plan, kind: "server" } as ServicePlan;
  expect(await verify({}, false, { plan: running, artifact: { ...artifact, kind: "prebuilt" } })).toContain("→ 200");
  answer = (request, response) =>
    request.url === "/" ? endless(request, response) : serving({ "/app.js": script })(request, response);
  await verify();
  expect(notes).toEqual([expect.stringContaining("with changes of the platform")]);
});

it("a site of this machine must give the page to the byte", async () => {
  answer = serving({ "/": `${page} more`, "/app.js": script });
  await expect(verify({}, false)).rejects.toMatchObject({
    message: expect.stringContaining("not the one that was built"),
  });
});
