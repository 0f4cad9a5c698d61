import { describe, expect, it } from "vitest";
import { connectionIn, expiresSoon, failedState, madeSince, stateOf } from "../../src/connections/connector-state.ts";
import type { Connection } from "../../src/types.ts";

const now = Date.parse("2026-11-03T10:00:00.000Z");
const connection = (more: Partial<Connection> = {}): Connection => ({
  id: "con_1",
  platform: "netlify",
  name: "acme",
  method: "token",
  account: { id: "a", name: "Acme" },
  renews: false,
  expiresAt: null,
  fault: null,
  checkedAt: "2026-11-03T09:00:00.000Z",
  createdAt: "2026-11-01T09:00:00.000Z",
  ...more,
});

it.each([
  ["never", { expiresAt: null }, false],
  ["in a month", { expiresAt: "2026-12-03T10:00:00.000Z" }, false],
  ["in three days", { expiresAt: "2026-11-06T10:00:00.000Z" }, true],
  ["an hour ago", { expiresAt: "2026-11-03T09:00:00.000Z" }, true],
  ["in an hour, and is renewed", { expiresAt: "2026-11-03T11:00:00.000Z", renews: true }, false],
])("of access that ends %s", (_name, more, isSoon) => {
  expect(expiresSoon(connection(more), now)).toBe(isSoon);
});

describe("what is shown", () => {
  it("is the connection asked for, the platform's first, or a new one", () => {
    const all = [connection({ id: "con_0", platform: "vercel" }), connection(), connection({ id: "con_2" })];
    expect(connectionIn(all, "netlify", undefined)?.id).toBe("con_1");
    expect(connectionIn(all, "netlify", "con_2")?.id).toBe("con_2");
    expect(connectionIn(all, "netlify", "con_0")).toBeUndefined();
    expect(connectionIn(all, "netlify", null)).toBeUndefined();
  });

  it("follows the connection and what the platform answered", () => {
    expect(stateOf(undefined).kind).toBe("not-connected");
    expect(stateOf(connection()).kind).toBe("connected");
    expect(stateOf(connection({ fault: "It was ended." }))).toMatchObject({
      kind: "refused",
      error: { what: "It was ended." },
    });
    expect(failedState({ code: "AUTH_FAILED", what: "no" }, undefined)).toEqual({
      kind: "refused",
      error: { code: "AUTH_FAILED", what: "no" },
    });
    for (const code of ["PLATFORM_UNAVAILABLE", "TIMEOUT", "RATE_LIMIT_EXCEEDED"] as const)
      expect(failedState({ code, what: "silence" }, connection()).kind).toBe("unreachable");
  });
});

describe("a connection made in the browser", () => {
  it("is one that was not there", () => {
    expect(madeSince([], [connection()], "netlify")?.id).toBe("con_1");
    expect(madeSince([], [connection({ platform: "vercel" })], "netlify")).toBeUndefined();
  });

  it("is one that was there and has a new credential", () => {
    const before = [connection()];
    expect(madeSince(before, [connection()], "netlify")).toBeUndefined();
    expect(madeSince(before, [connection({ method: "oauth2" })], "netlify")?.id).toBe("con_1");
    expect(madeSince(before, [connection({ checkedAt: "2026-11-03T10:00:00.000Z" })], "netlify")?.id).toBe("con_1");
    expect(madeSince([connection({ fault: "It was ended." })], before, "netlify")?.id).toBe("con_1");
  });

  it("is none that the platform refuses", () => {
    expect(madeSince([], [connection({ fault: "It was ended." })], "netlify")).toBeUndefined();
  });
});
