import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { linksIn } from "../src/links.ts";
import { requestFrom, type RequestFlags } from "../src/request.ts";

const cwd = realpathSync(mkdtempSync(join(tmpdir(), "landfall-request-")));
const links = linksIn(join(cwd, "home"), "local");
mkdirSync(join(cwd, "site"));
for (const file of ["site.tar.gz", "site.zip", "notes.txt"]) writeFileSync(join(cwd, file), "");
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function request(source: string | undefined, flags: RequestFlags = {}, env: Record<string, string> = {}) {
  return requestFrom(source, flags, { cwd, env, commands: ["deploy", "rollback", "ls"], links });
}

function refusal(code: string, next: RegExp) {
  return expect.objectContaining({
    code,
    text: expect.objectContaining({ next: expect.stringMatching(next) as unknown }) as unknown,
  }) as unknown;
}

describe("the source", () => {
  it.each([
    [undefined, { kind: "folder", path: cwd }],
    ["site", { kind: "folder", path: join(cwd, "site") }],
    ["site.tar.gz", { kind: "archive", path: join(cwd, "site.tar.gz") }],
    ["site.zip", { kind: "archive", path: join(cwd, "site.zip") }],
    ["https://example.com/a/b.git", { kind: "git", url: "https://example.com/a/b.git" }],
    ["git@example.com:a/b.git", { kind: "git", url: "git@example.com:a/b.git" }],
    ["github:a/b", { kind: "git", url: "https://github.com/a/b.git" }],
  ])("%s is understood", async (text, source) => {
    expect((await request(text)).source).toEqual(source);
  });

  it("takes ref and subdirectory, by the names of other tools too", async () => {
    const source = { kind: "git", url: "https://e.example/b", ref: "v1", subdirectory: "web" };
    expect((await request("https://e.example/b", { ref: "v1", subdirectory: "web" })).source).toEqual(source);
    expect((await request("https://e.example/b", { branch: "v1", root: "web" })).source).toEqual(source);
  });

  it("is deployed as it was last, unless it is a part, a flag or its landfall.json says otherwise", async () => {
    const folder = `folder ${join(cwd, "site")}`;
    links.set("corner", folder);
    links.set("2048", `archive ${join(cwd, "site.zip")}`);
    expect((await request("site")).project).toBe("corner");
    expect((await request("site.zip")).project).toBe("2048");
    expect((await request("site", { subdirectory: "web" })).project).toBeUndefined();
    expect((await request("site", { name: "other" })).project).toBe("other");
    links.set("market", folder);
    links.set("corner", `folder ${cwd}`);
    expect((await request("site")).project).toBe("market");
    expect((await request(".")).project).toBe("corner");
    writeFileSync(join(cwd, "site", "landfall.json"), '{ "name": "own" }');
    expect((await request("site")).project).toBeUndefined();
    expect((await request("site", { prebuilt: true })).project).toBe("market");
  });

  it("is deployed by its own name where what was remembered cannot be read", async () => {
    const home = join(cwd, "other");
    mkdirSync(home);
    for (const kept of ['{ "local": { "corner": "folder /x" } }', "null", "[", '{ "local": 1 }']) {
      writeFileSync(join(home, "links.json"), kept);
      const others = linksIn(home, "local");
      expect(others.projectOf(`folder ${cwd}`)).toBeUndefined();
      others.set("kept", `folder ${cwd}`);
      expect(linksIn(home, "local").projectOf(`folder ${cwd}`)).toBe("kept");
    }
  });

  it("that is a mistyped command is answered with the command", async () => {
    await expect(request("depoly")).rejects.toThrow(refusal("INVALID_SOURCE", /landfall deploy\?/));
    await expect(request("rolback")).rejects.toThrow(refusal("INVALID_SOURCE", /landfall rollback\?/));
    await expect(request("./gone")).rejects.toThrow(refusal("INVALID_SOURCE", /Give a folder/));
  });

  it("that is a file of another kind, or a folder with a ref, is refused", async () => {
    await expect(request("notes.txt")).rejects.toThrow(refusal("INVALID_SOURCE", /\.tar\.zst/));
    await expect(request("site", { ref: "main" })).rejects.toThrow(
      refusal("INVALID_SOURCE", /address of the repository/),
    );
  });
});

describe("variables", () => {
  it("are taken byte for byte from flags, and from this shell by name", async () => {
    const { variables } = await request("site", { env: ["A=1=2", "B=", "C= x \n", "D"] }, { D: "from shell" });
    expect(variables).toEqual({ A: "1=2", B: "", C: " x \n", D: "from shell" });
  });

  it("without a value or a name are refused, all at once", async () => {
    await expect(request("site", { env: ["NOPE", "=x"] })).rejects.toThrow(
      expect.objectContaining({
        code: "INVALID_VARIABLE",
        text: expect.objectContaining({
          faults: [
            { path: "--env NOPE", message: "has no value, and this shell has none either" },
            { path: "--env", message: "has no name before the =" },
          ],
        }) as unknown,
      }),
    );
  });
});

describe("the environment", () => {
  it("is production, or a preview by name", async () => {
    expect((await request("site")).environment).toBe("production");
    expect((await request("site", { prod: true })).environment).toBe("production");
    expect((await request("site", { preview: true })).environment).toBe("preview");
    expect((await request("site", { preview: "pr-7" })).environment).toBe("pr-7");
  });

  it("does not swallow a folder that follows --preview", async () => {
    expect(await request(undefined, { preview: "./site" })).toMatchObject({
      environment: "preview",
      source: { kind: "folder", path: join(cwd, "site") },
    });
  });
});

it("passes what is said about the build on as overrides, and nothing that was not said", async () => {
  const flags = {
    dir: "public",
    buildCommand: "",
    startCommand: "node s.js",
    port: "3001",
    name: "shop",
    target: "local",
    service: ["web"],
  };
  expect(await request("site", flags)).toEqual({
    source: { kind: "folder", path: join(cwd, "site") },
    environment: "production",
    project: "shop",
    platform: "local",
    services: ["web"],
    variables: {},
    overrides: { outputDir: "public", buildCommand: "", startCommand: "node s.js", port: 3001 },
  });
});
