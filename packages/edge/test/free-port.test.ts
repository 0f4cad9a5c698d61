import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort, isFree } from "../src/free-port.ts";

const random = (): number => 0.5;

describe("free port", () => {
  it("passes over ports somebody listens on, on whichever address, and ports given away", async () => {
    const first = await freePort({ taken: new Set(), random });
    expect(first).toBeGreaterThanOrEqual(20_000);
    expect(first).toBeLessThanOrEqual(29_999);
    for (const host of ["127.0.0.1", "0.0.0.0", "::"]) {
      const server = createServer().listen(first, host);
      await once(server, "listening");
      try {
        expect(await isFree(first)).toBe(false);
        expect(await freePort({ taken: new Set(), random, preferred: first })).not.toBe(first);
      } finally {
        await new Promise((resolve) => server.close(resolve));
      }
    }
    expect(await freePort({ taken: new Set([first]), random })).not.toBe(first);
  });

  it("gives the same port again when it can", async () => {
    const port = await freePort({ taken: new Set(), random });
    expect(await freePort({ taken: new Set(), random: () => 0.9, preferred: port })).toBe(port);
    expect(await freePort({ taken: new Set([port]), random, preferred: port })).not.toBe(port);
  });
});
