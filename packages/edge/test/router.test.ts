import { describe, expect, it } from "vitest";
import { createRouter, hostName, type Route } from "../src/router.ts";

const upstream = (port: number): Route["target"] => ({ kind: "proxy", upstream: { host: "127.0.0.1", port } });

describe("router", () => {
  it.each([
    ["Web.Localhost:8080", "web.localhost"],
    ["web.localhost.", "web.localhost"],
    ["web.localhost.:80", "web.localhost"],
    ["[::1]:8080", "[::1]"],
    ["[::1]", "[::1]"],
    ["", ""],
  ])("reads the host of %j as %j", (header, host) => {
    expect(hostName(header)).toBe(host);
  });

  it("finds a route by host, and by a port of its own whatever the host", () => {
    const router = createRouter();
    router.apply([
      { hosts: ["a.localhost"], release: "rel_a", target: upstream(1) },
      { hosts: ["b.localhost"], ports: [9001], release: "rel_b", target: upstream(2) },
    ]);
    expect(router.match("A.localhost:80", 80)?.release).toBe("rel_a");
    expect(router.match("127.0.0.1:9001", 9001)?.release).toBe("rel_b");
    expect(router.match("c.localhost", 80)).toBeUndefined();
    expect(router.match(undefined, 80)).toBeUndefined();
    expect(router.ports()).toEqual([9001]);
  });

  it("refuses a table with faults whole, names them all, and keeps the old one", () => {
    const router = createRouter();
    router.apply([{ hosts: ["a.localhost"], release: "rel_a", target: upstream(1) }]);
    const bad: Route[] = [
      { hosts: ["b.localhost", "a b"], ports: [1], release: "rel_b", target: upstream(2) },
      {
        hosts: ["B.localhost", "x.localhost;id", "a.com\nroot * /"],
        ports: [1],
        release: "rel_c",
        target: upstream(3),
      },
    ];
    expect(() => router.apply(bad)).toThrow(
      expect.objectContaining({
        code: "INVALID_CONFIG",
        text: expect.objectContaining({
          faults: [
            { path: "routes[0].hosts[1]", message: '"a b" is no host name' },
            { path: "routes[1].hosts[0]", message: "b.localhost is taken by routes[0].hosts[0]" },
            { path: "routes[1].hosts[1]", message: '"x.localhost;id" is no host name' },
            { path: "routes[1].hosts[2]", message: '"a.com\\nroot * /" is no host name' },
            { path: "routes[1].ports[0]", message: "1 is taken by routes[0].ports[0]" },
          ],
        }),
      }),
    );
    expect(router.match("a.localhost", 80)?.release).toBe("rel_a");
    expect(router.match("b.localhost", 80)).toBeUndefined();
  });

  it("waits until nothing is under way for a release, also when its route is gone", async () => {
    const router = createRouter();
    router.apply([{ hosts: ["a.localhost"], release: "rel_old", target: upstream(1) }]);
    const route = router.match("a.localhost", 80)!;
    route.enter();
    route.enter();
    router.apply([{ hosts: ["a.localhost"], release: "rel_new", target: upstream(2) }]);
    expect(router.inFlight("rel_old")).toBe(2);
    let isDrained = false;
    const drained = router.drained("rel_old", { timeoutMs: 60_000 }).then((result) => (isDrained = result));
    route.leave();
    await Promise.resolve();
    expect(isDrained).toBe(false);
    route.leave();
    expect(await drained).toBe(true);
    expect(router.inFlight("rel_old")).toBe(0);
  });

  it("says so when a release does not drain in time", async () => {
    const clock = {
      now: () => 0,
      sleep: (ms: number) => (ms === 5_000 ? Promise.resolve() : Promise.reject(new Error())),
    };
    const router = createRouter({ clock });
    router.apply([{ hosts: ["a.localhost"], release: "rel_a", target: upstream(1) }]);
    router.match("a.localhost", 80)!.enter();
    expect(await router.drained("rel_a", { timeoutMs: 5_000 })).toBe(false);
    expect(await router.drained("rel_other", { timeoutMs: 5_000 })).toBe(true);
  });

  it("tells which upstreams are in use after each change", () => {
    const router = createRouter();
    const told: number[][] = [];
    const off = router.onApply((upstreams) => told.push(upstreams.map(({ port }) => port)));
    router.apply([{ hosts: ["a.localhost"], release: "rel_a", target: upstream(1) }]);
    router.apply([]);
    off();
    router.apply([{ hosts: ["a.localhost"], release: "rel_a", target: upstream(2) }]);
    expect(told).toEqual([[1], []]);
  });
});
