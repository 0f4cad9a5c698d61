/** Sandboxes exported to GitHub and GitLab by name: what both do alike. */
import { describe, expect, it } from "vitest";
import {
  asked,
  exported,
  git,
  hub,
  kept,
  lab,
  made,
  owner,
  sandbox,
  server,
  token,
  useCodeHosts,
} from "./code-hosts.ts";
import { serverFor } from "./harness.ts";

useCodeHosts();

const vendors = [
  { vendor: "github" as const, organization: "acme", simulator: () => hub },
  { vendor: "gitlab" as const, organization: "acme/shop", simulator: () => lab },
];

describe.each(vendors)("exporting a sandbox to $vendor", ({ vendor, organization, simulator }) => {
  it("makes the repository, private, and pushes; asked again it uses what is there", async () => {
    const id = await sandbox({ "index.html": "one", ".env": "SECRET=stays" });
    const first = await exported(
      vendor,
      {
        name: "shop",
        description: "A shop",
        message: "From the product",
        author: { name: "Ada", email: "ada@example.com" },
      },
      { id },
    );
    expect(first).toMatchObject({
      status: 200,
      body: {
        branch: "main",
        pushed: true,
        created: true,
        private: true,
        repository: "ada/shop",
        url: `${simulator().url}/ada/shop`,
      },
    });
    expect(kept[vendor]("ada/shop")).toMatchObject({ description: "A shop" });
    expect(git(vendor, "ada/shop", "log", "--format=%H %an %s", "main")).toBe(
      `${first.body.commit} Ada From the product`,
    );
    expect(git(vendor, "ada/shop", "ls-tree", "-r", "--name-only", "main")).toBe("index.html");

    expect((await exported(vendor, { name: "shop" }, { id })).body).toMatchObject({ created: false, pushed: false });
    await owner.client.sandboxes.write({ id, files: [{ path: "index.html", text: "two" }] });
    const next = await exported(vendor, { name: "shop" }, { id });
    expect(next.body).toMatchObject({ created: false, pushed: true });
    expect(git(vendor, "ada/shop", "rev-parse", "main^")).toBe(first.body.commit);
    expect(made()).toBe(1);
  });

  it("makes it where it is told, public when asked, under the name the vendor can have, on the branch asked for", async () => {
    const { body } = await exported(vendor, {
      owner: organization,
      name: "My shop: ümlaut & co",
      private: false,
      branch: "release/1",
    });
    expect(body).toMatchObject({ repository: `${organization}/My-shop-mlaut-co`, private: false, branch: "release/1" });
    expect(git(vendor, body.repository, "show", "release/1:index.html")).toBe("one");
    const again = await exported(vendor, {
      owner: organization.toUpperCase(),
      name: "My shop: ümlaut & co",
      branch: "release/1",
    });
    if (vendor === "github") expect(again.body).toMatchObject({ created: false, repository: body.repository });
  });

  it("waits for a repository that git does not know for a moment, and says of one it goes on not knowing that it is made", async () => {
    simulator().state.nextUnknown = 2;
    expect((await exported(vendor, { name: "slow" })).body).toMatchObject({ created: true, pushed: true });
    simulator().state.nextUnknown = 100;
    const { status, body } = await exported(vendor, { name: "slower" });
    expect({ status, body }).toMatchObject({
      status: 503,
      body: { code: "PLATFORM_UNAVAILABLE", what: expect.stringContaining("ada/slower was made") },
    });
    kept[vendor]("ada/slower")!.unknownToGit = 0;
    expect((await exported(vendor, { name: "slower" })).body).toMatchObject({ created: false, pushed: true });
  });

  it("says that the repository was made when the push is refused, and uses it when asked again", async () => {
    const id = await sandbox({ "index.html": "one" });
    simulator().fail("status", { status: 403, match: { path: /git-receive-pack$/, method: "POST" }, times: 1 });
    const { body } = await exported(vendor, { name: "half" }, { id });
    expect(body).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      what: expect.stringContaining("ada/half was made and is empty"),
      next: expect.stringContaining("Asking again uses it."),
    });
    expect((await exported(vendor, { name: "half" }, { id })).body).toMatchObject({ created: false, pushed: true });
  });

  it("makes one and not two when the answer is lost, or two ask at once", async () => {
    simulator().fail("reset", { match: { method: "POST", path: /repos$|projects$/ }, once: true, afterWork: true });
    expect((await exported(vendor, { name: "lost" })).body).toMatchObject({ created: true, pushed: true });
    const id = await sandbox({ "index.html": "one" });
    const both = await Promise.all([1, 2].map(() => exported(vendor, { name: "race" }, { id })));
    expect(made()).toBe(2);
    expect(both.filter(({ body }) => body.created === true).length).toBeLessThanOrEqual(1);
    expect(both.some(({ status }) => status === 200)).toBe(true);
  });

  it("goes where a repository is that was renamed, and says its present name", async () => {
    await exported(vendor, { name: "before" });
    const repository = kept[vendor]("ada/before")!;
    repository.formerly.push("ada/before");
    if ("path" in repository) repository.path = "after";
    else repository.name = "after";
    expect(
      (await exported(vendor, { name: "before" }, { id: await sandbox({ "index.html": "two" }) })).body,
    ).toMatchObject({
      created: false,
      pushed: true,
      repository: "ada/after",
      url: `${simulator().url}/ada/after`,
    });
    // Elsewhere than the API itself nothing is followed: there the token would go too.
    simulator().fail("status", {
      status: 301,
      headers: { location: "http://169.254.169.254/user" },
      match: { method: "GET", path: /before/ },
      json: {},
    });
    expect((await exported(vendor, { name: "before" })).body).toMatchObject({ code: "PLATFORM_UNAVAILABLE" });
  });

  it("does not put into a public repository what was asked to be private", async () => {
    await exported(vendor, { name: "open", private: false });
    const before = git(vendor, "ada/open", "rev-parse", "main");
    const id = await sandbox({ "index.html": "secret plans" });
    expect((await exported(vendor, { name: "open", private: true }, { id })).body).toMatchObject({
      code: "CONFLICT",
      what: expect.stringContaining("public"),
    });
    expect(git(vendor, "ada/open", "rev-parse", "main")).toBe(before);
    expect((await exported(vendor, { name: "open" }, { id })).body).toMatchObject({ pushed: true, private: false });
  });

  it("refuses a name that is taken by what this token may not write to or see, and what is archived", async () => {
    await exported(vendor, { name: "theirs", private: false, owner: organization });
    const repository = kept[vendor](`${organization}/theirs`)!;
    repository.hiddenFrom.push(token);
    expect(await exported(vendor, { name: "theirs", owner: organization })).toMatchObject({
      status: 409,
      body: { code: "PROJECT_NAME_TAKEN", next: expect.stringContaining("another name") },
    });
    repository.hiddenFrom = [];
    repository.archived = true;
    expect((await exported(vendor, { name: "theirs", owner: organization })).body).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      what: expect.stringContaining("archived"),
    });
    expect(git(vendor, `${organization}/theirs`, "rev-list", "--count", "main")).toBe("1");
  });

  it("says of an owner that is not there, or another person, what to do", async () => {
    expect((await exported(vendor, { name: "x", owner: "nobody-here" })).body).toMatchObject({
      code: "NOT_FOUND",
      where: "owner",
    });
    expect((await exported(vendor, { name: "x", owner: "bob" })).body).toMatchObject({
      code: "INVALID_CONFIG",
      what: expect.stringContaining("another person"),
    });
    expect(made()).toBe(0);
  });

  it("says of a token that is wrong how to get one, and shows it nowhere", async () => {
    const wrong = "ghp_wrongwrongwrongwrong";
    const refused = await exported(vendor, { name: "x", token: wrong });
    expect(refused).toMatchObject({
      status: 401,
      body: { code: "AUTH_FAILED", next: expect.stringContaining("https://git") },
    });
    // A host that says the token back.
    simulator().fail("status", { status: 400, json: { message: `bad header Bearer ${token}` } });
    const echoed = await exported(vendor, { name: "x" });
    expect(echoed.body).toMatchObject({ code: "INVALID_CONFIG" });
    const { entries } = await owner.client.audit.list({});
    for (const text of [refused.body, echoed.body, entries, server.logged]) {
      expect(JSON.stringify(text)).not.toContain(wrong);
      expect(JSON.stringify(text)).not.toContain(token);
    }
  });

  it.each([
    ["seconds", { retryAfterS: 90 }],
    ["a date", { retryAfterS: 90, as: "http-date" as const }],
  ])("tells a wait that is asked for in %s instead of waiting", async (_name, how) => {
    simulator().fail("rate-limit", how);
    const { status, headers, body } = await exported(vendor, { name: "x" });
    expect({ status, body }).toMatchObject({ status: 429, body: { code: "RATE_LIMIT_EXCEEDED" } });
    expect(Math.abs(Number(headers.get("retry-after")) - 90)).toBeLessThanOrEqual(2);
    expect(simulator().journal.length).toBe(1);
    expect(made()).toBe(0);
  });

  it("tries again what does not work for a moment, and takes no page of a proxy for an answer", async () => {
    simulator().fail("server-error", { status: 502, match: { method: "GET" }, times: 1 });
    expect((await exported(vendor, { name: "x" })).body).toMatchObject({ created: true });
    simulator().fail("html-with-200");
    expect(await exported(vendor, { name: "y" })).toMatchObject({
      status: 503,
      body: { code: "PLATFORM_UNAVAILABLE", what: expect.stringContaining("not JSON") },
    });
    expect(made()).toBe(1);
  });

  it.each([
    ["a branch that is an option", { branch: "--force" }],
    ["a ref in full", { branch: "refs/tags/v1" }],
    ["an owner that leads elsewhere", { owner: "../user" }],
    ["an owner that is a dot", { owner: ".." }],
    ["an owner with a query", { owner: "acme?x=1" }],
    ["a name of dots", { name: ".." }],
    ["a name that git takes for its own", { name: "shop.git" }],
    ["a name of another line", { name: "a\nb" }],
    ["a name that is too long", { name: "a".repeat(300) }],
    ["a description of another line", { description: "a\r\nx-evil: 1" }],
    ["a token of another line", { token: "a\nb" }],
  ])("refuses %s before anything is made", async (_name, more) => {
    const { status } = await exported(vendor, { name: "shop", ...more });
    expect(status).toBe(400);
    expect(made()).toBe(0);
    expect(simulator().requests({ method: "POST" })).toEqual([]);
  });

  it("makes no repository for a sandbox without files", async () => {
    const { body } = await exported(vendor, { name: "x" }, { id: await sandbox({ ".env": "A=1" }) });
    expect(body).toMatchObject({ code: "INVALID_SOURCE", what: expect.stringContaining("nothing to push") });
    expect(made()).toBe(0);
  });

  it("does not ask a host of the server's own network, unless the server was started so", async () => {
    await using guarded = await serverFor({}, { LANDFALL_GITHUB_API_URL: hub.url, LANDFALL_GITLAB_API_URL: lab.url });
    const person = await guarded.setUp();
    const { body } = await exported(vendor, { name: "x" }, { caller: person });
    expect(body).toMatchObject({ code: "INVALID_SOURCE", what: expect.stringContaining("private network") });
    expect(asked()).toBe(0);
  });

  it.each([
    "not an address",
    "http://git.example.com",
    "https://ada:secret-pass@git.example.com",
    "https://git.example.com/?a=b",
  ])("says which variable is wrong when the host was moved to %s", async (address) => {
    await using wrong = await serverFor(
      { allowPrivateSources: true },
      { [`LANDFALL_${vendor.toUpperCase()}_API_URL`]: address },
    );
    const { status, body } = await exported(vendor, { name: "x" }, { caller: await wrong.setUp() });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { code: "INVALID_CONFIG", where: `LANDFALL_${vendor.toUpperCase()}_API_URL` },
    });
    expect(JSON.stringify(body)).not.toContain("secret-pass");
  });

  it("gives the token to no other host than the one that was asked", async () => {
    const of = simulator().url.replace("127.0.0.1", "localhost");
    await using moved = await serverFor(
      { allowPrivateSources: true },
      { [`LANDFALL_${vendor.toUpperCase()}_API_URL`]: of },
    );
    const { body } = await exported(vendor, { name: "x" }, { caller: await moved.setUp() });
    expect(body).toMatchObject({ code: "PLATFORM_UNAVAILABLE", what: expect.stringContaining("another host") });
    expect(simulator().requests({ path: /\.git\// })).toEqual([]);
  });

  it("is for who may change sandboxes", async () => {
    const id = await sandbox({ "a.txt": "a" });
    const viewer = await server.member(owner, "viewer");
    const { status } = await viewer.call("POST", `/sandboxes/${id}/export/${vendor}`, { token, name: "x" });
    expect(status).toBe(403);
    expect(asked()).toBe(0);
  });
});
