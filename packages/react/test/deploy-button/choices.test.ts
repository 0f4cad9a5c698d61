import { describe, expect, it } from "vitest";
import { activeIn, choicesOf, defaultOf, type Target } from "../../src/deploy-button/choices.ts";

const local: Target = { platform: "local", name: "This machine", connection: null, fault: null };
const netlify: Target = { platform: "netlify", name: "Netlify: acme", connection: "con_1", fault: null };
const vercel: Target = {
  platform: "vercel",
  name: "Vercel: acme",
  connection: "con_2",
  fault: "The token was refused.",
};

describe("choicesOf", () => {
  it("offers every target, and says why one cannot be used", () => {
    expect(choicesOf([local, netlify, vercel], undefined).map(({ name, unavailable }) => [name, unavailable])).toEqual([
      ["This machine", null],
      ["Netlify: acme", null],
      ["Vercel: acme", "The token was refused."],
    ]);
  });

  it("offers the platforms asked for in their order, those without an account too", () => {
    const choices = choicesOf(
      [local, netlify, vercel],
      ["cloudflare", "netlify"],
      new Map([["cloudflare", "Cloudflare"]]),
    );
    expect(choices.map(({ name, unavailable }) => [name, unavailable])).toEqual([
      ["Cloudflare", "No account of Cloudflare is connected"],
      ["Netlify: acme", null],
    ]);
  });
});

describe("defaultOf", () => {
  const all = choicesOf([netlify, vercel, local], undefined);
  it.each([
    ["where it went last", all, "netlify", "netlify"],
    ["the server's own machine when it went nowhere", all, null, "local"],
    ["the server's own machine when that cannot be used now", all, "vercel", "local"],
    ["the first that can be used", choicesOf([vercel, netlify], undefined), null, "netlify"],
    ["nothing when none can", choicesOf([vercel], undefined), "vercel", undefined],
  ])("is %s", (_name, choices, last, platform) => {
    expect(defaultOf(choices, last)?.platform).toBe(platform);
  });
});

it("deployments that have ended are not active", () => {
  expect(
    activeIn(
      new Map([
        ["a", "building"],
        ["b", "success"],
        ["c", "pending"],
        ["d", "failed"],
        ["e", "cancelled"],
      ]),
    ),
  ).toBe(2);
});
