/** Files of a product on their way to a server. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { errorReportOf, sendArchive } from "../../src/client.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serverThat(answer: (body: Buffer) => { status: number; body: string }) {
  const seen: { method?: string; path?: string; headers?: NodeJS.Dict<string | string[]> } = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      Object.assign(seen, { method: request.method, path: request.url, headers: request.headers });
      const { status, body } = answer(Buffer.concat(chunks));
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

it("an archive is sent byte for byte, as whoever the provider is", async () => {
  let received: Buffer = Buffer.alloc(0);
  const { url, seen } = await serverThat((body) => {
    received = body;
    return { status: 201, body: JSON.stringify({ id: "upl_1" }) };
  });
  const bytes = Uint8Array.from({ length: 1_000 }, (_, at) => at % 256);
  const id = await sendArchive(new Blob([bytes]), { url, token: async () => "key", organization: "org_1" });
  expect(id).toBe("upl_1");
  expect(received.equals(Buffer.from(bytes))).toBe(true);
  expect(seen).toMatchObject({
    method: "POST",
    path: "/api/sources",
    headers: {
      authorization: "Bearer key",
      "landfall-organization": "org_1",
      "content-type": "application/octet-stream",
    },
  });
});

it("a refusal is the server's own sentence, and what is no answer of the server still says what to do", async () => {
  const told = { code: "TOO_LARGE", what: "An archive may have at most 10 bytes." };
  const refusing = await serverThat(() => ({ status: 413, body: JSON.stringify({ data: told }) }));
  expect(errorReportOf(await sendArchive(new Blob(["x"]), refusing).catch((error: unknown) => error))).toEqual(told);
  const broken = await serverThat(() => ({ status: 502, body: "<html>" }));
  const report = errorReportOf(await sendArchive(new Blob(["x"]), broken).catch((error: unknown) => error));
  expect(report).toMatchObject({ code: "UPLOAD_FAILED", next: "Try again." });
});
