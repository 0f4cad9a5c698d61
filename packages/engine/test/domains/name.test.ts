import { describe, expect, it } from "vitest";
import { checkedDomain, counterpart, isApex } from "../../src/domains/name.ts";

describe("a custom domain", () => {
  it("is written in lower case and ASCII, without a final dot", () => {
    expect(checkedDomain("WWW.Example.COM.")).toBe("www.example.com");
    expect(checkedDomain("bücher.de")).toBe("xn--bcher-kva.de");
  });

  for (const text of [
    "a.com;id",
    "a.com\nroot * /",
    "a.com`id`",
    "*.com",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "2852039166",
    "app.internal",
    "example",
    "https://example.com",
    "example.com:443",
    "example.com/path",
    "-a.com",
    `${"a".repeat(64)}.com`,
    `${"a.".repeat(130)}com`,
    "",
    "a..com",
    "--api=x.com",
  ]) {
    it(`is not ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(() => checkedDomain(text)).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
    });
  }

  it("knows registered names and the other name people type", () => {
    expect(["example.com", "example.co.uk", "www.example.com", "shop.example.co.uk"].map(isApex)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(["example.com", "www.example.com", "shop.example.com"].map(counterpart)).toEqual([
      "www.example.com",
      "example.com",
      null,
    ]);
  });
});
