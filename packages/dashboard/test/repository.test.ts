import { describe, expect, it } from "vitest";
import { repositoryOf, sharedRepository } from "../src/parts/repository.ts";

const from = (description: string, kind = "git") => ({ plan: { source: { kind, description } } });

describe("the repository of a deployment", () => {
  it.each([
    [
      "https://github.com/acme/shop.git (main, 0123456789ab)",
      "https://github.com/acme/shop/commit/a",
      "https://github.com/acme/shop/compare/a...b",
    ],
    [
      "https://gitlab.com/acme/web/shop, folder apps/web (main, 0123456789ab)",
      "https://gitlab.com/acme/web/shop/-/commit/a",
      "https://gitlab.com/acme/web/shop/-/compare/a...b",
    ],
    [
      "https://bitbucket.org/acme/shop.git (0123456789ab)",
      "https://bitbucket.org/acme/shop/commits/a",
      "https://bitbucket.org/acme/shop/branches/compare/b..a",
    ],
  ])("has pages: %s", (description, commit, compare) => {
    const repository = repositoryOf(from(description))!;
    expect([repository.commitUrl("a"), repository.compareUrl("a", "b")]).toEqual([commit, compare]);
  });

  it.each([
    ["https://git.example.com/acme/shop.git (main, 0123456789ab)", "git"],
    ["git@github.com:acme/shop.git (main, 0123456789ab)", "git"],
    ["https://github.com.example.com/acme/shop (main, 0123456789ab)", "git"],
    ["https://github.com/acme/shop", "archive"],
  ])("has none that is known: %s as %s", (description, kind) => {
    expect(repositoryOf(from(description, kind))).toBeNull();
  });

  it("is shared by two of the same address alone", () => {
    const shop = "https://github.com/acme/shop.git (main, 0123456789ab)";
    expect(sharedRepository(from(shop), from("https://github.com/acme/shop (v2, aa23456789ab)"))?.host).toBe(
      "github.com",
    );
    expect(sharedRepository(from(shop), from("https://github.com/acme/blog (main, aa23456789ab)"))).toBeNull();
    expect(sharedRepository(from("a folder", "folder"), from("a folder", "folder"))).toBeNull();
  });
});
