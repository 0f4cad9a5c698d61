/** Sandboxes exported to GitHub and GitLab by name: what each has of its own, and refuses in its own way. */
import { describe, expect, it } from "vitest";
import { exported, git, hub, kept, lab, made, other, sandbox, token, useCodeHosts } from "./code-hosts.ts";

useCodeHosts();

describe("what GitHub alone has", () => {
  it.each([
    ["scopes that are too few", ["read:user"], {}, /`repo`.*It has the scope `read:user`/],
    ["no scope", [], {}, /no scope at all/],
    ["a scope for public ones alone", ["public_repo"], {}, /`repo`/],
    ["no scope for workflows", ["repo"], { ".github/workflows/a.yml": "on: push" }, /`workflow`/],
  ])("says of %s what is missing, before anything is made", async (_name, scopes, files, what) => {
    hub.state.tokens.set(token, { login: "ada", scopes });
    const { status, body } = await exported("github", { name: "x" }, { id: await sandbox({ "a.txt": "a", ...files }) });
    expect({ status, code: body.code }).toEqual({ status: 403, code: "INSUFFICIENT_PERMISSIONS" });
    expect(body.what).toMatch(what);
    expect(made()).toBe(0);
  });

  it("needs less for a public one, and nothing is said against a token without scopes", async () => {
    hub.state.tokens.set(token, { login: "ada", scopes: ["public_repo"] });
    expect((await exported("github", { name: "open", private: false })).body).toMatchObject({ created: true });
    hub.state.tokens.set(token, { login: "ada", scopes: null });
    expect((await exported("github", { name: "fine" })).body).toMatchObject({ created: true });
  });

  it("names the scope GitHub asks for where only its headers say it", async () => {
    hub.fail("status", {
      status: 403,
      match: { method: "POST" },
      json: { message: "Forbidden" },
      headers: { "x-oauth-scopes": "gist", "x-accepted-oauth-scopes": "repo, public_repo" },
    });
    expect((await exported("github", { name: "x" })).body).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      next: expect.stringMatching(/`gist`.*`repo`, `public_repo`/),
    });
  });

  it("says of a workflow in a repository that is there what the push lacks", async () => {
    await exported("github", { name: "ci" });
    hub.state.tokens.set(token, { login: "ada", scopes: ["repo"] });
    const { body } = await exported(
      "github",
      { name: "ci" },
      { id: await sandbox({ ".github/workflows/a.yml": "on: push" }) },
    );
    expect(body).toMatchObject({ code: "INSUFFICIENT_PERMISSIONS", next: expect.stringContaining("`workflow`") });
  });

  it("says where a token is allowed for single sign-on, and whom to ask where members make none", async () => {
    hub.state.organizations.get("acme")!.signOn = "https://github.com/orgs/acme/sso?authorization_request=A1";
    expect((await exported("github", { name: "x", owner: "acme" })).body).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      next: expect.stringContaining("open https://github.com/orgs/acme/sso?authorization_request=A1"),
    });
    Object.assign(hub.state.organizations.get("acme")!, { signOn: null, membersCreate: false });
    expect((await exported("github", { name: "x", owner: "acme" })).body).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      what: expect.stringContaining("does not let this account make repositories"),
    });
    hub.state.organizations.get("acme")!.members = [];
    expect((await exported("github", { name: "x", owner: "acme" })).body).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      what: expect.stringContaining("does not reach the organisation acme"),
    });
  });

  it.each([
    ["a secondary limit", { message: "You have exceeded a secondary rate limit." }, { "retry-after": "75" }, 75],
    ["a secondary limit without a time", { message: "You have exceeded a secondary rate limit." }, {}, 60],
    [
      "a limit that is used up",
      { message: "API rate limit exceeded for user ID 1." },
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "in 300 s" },
      300,
    ],
  ])("knows %s by a 403", async (_name, json, given, seconds) => {
    const headers = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [
        key,
        value === "in 300 s" ? String(Math.ceil(Date.now() / 1000) + 300) : value,
      ]),
    );
    hub.fail("status", { status: 403, json, headers, match: { method: "POST" } });
    const answer = await exported("github", { name: "x" });
    expect(answer).toMatchObject({ status: 429, body: { code: "RATE_LIMIT_EXCEEDED" } });
    expect(Math.abs(Number(answer.headers.get("retry-after")) - seconds)).toBeLessThanOrEqual(2);
  });

  it("uses an application's own token, which is nobody's, in an organisation that is named", async () => {
    hub.fail("status", {
      status: 403,
      json: { message: "Resource not accessible by integration" },
      match: { path: "/user" },
    });
    expect((await exported("github", { name: "x", owner: "acme" })).body).toMatchObject({
      repository: "acme/x",
      created: true,
    });
    expect((await exported("github", { name: "x" })).body).toMatchObject({ code: "INSUFFICIENT_PERMISSIONS" });
  });

  it("is asked in the words it wants", async () => {
    await exported("github", { name: "x" });
    for (const { headers } of hub.requests({ path: /^\/(user|repos)/ }))
      expect(headers).toMatchObject({
        accept: "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
        "user-agent": "landfall",
      });
  });
});

describe("what GitLab alone has", () => {
  it("keeps the name as a title where GitLab takes it as one", async () => {
    expect((await exported("gitlab", { name: "My Shop" })).body).toMatchObject({ repository: "ada/My-Shop" });
    expect(kept.gitlab("ada/My-Shop")).toMatchObject({ name: "My Shop" });
  });

  it("names the scope that is missing, and says of a group what its members may", async () => {
    lab.state.tokens.set(token, { username: "ada", scopes: ["read_user"] });
    expect((await exported("gitlab", { name: "x" })).body).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      next: expect.stringContaining("`api`"),
    });
    lab.state.tokens.set(token, { username: "ada", scopes: ["api"] });
    expect((await exported("gitlab", { name: "x", owner: "watched" })).body).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      what: expect.stringContaining("The group watched does not let this account make projects"),
    });
    lab.state.projectLimit = 0;
    expect((await exported("gitlab", { name: "x" })).body).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      next: expect.stringContaining("no more projects"),
    });
  });

  it("does not write into a project that is marked for deletion, or where this account may only read", async () => {
    await exported("gitlab", { name: "going" });
    kept.gitlab("ada/going")!.markedForDeletion = "2026-12-06";
    expect(await exported("gitlab", { name: "going" }, { id: await sandbox({ "index.html": "two" }) })).toMatchObject({
      status: 409,
      body: { code: "CONFLICT", what: expect.stringContaining("marked for deletion") },
    });
    await exported("gitlab", { name: "theirs", private: false, token: other });
    kept.gitlab("bob/theirs")!.members = { ada: 20 };
    expect((await exported("gitlab", { name: "theirs", owner: "bob" })).body).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      what: expect.stringContaining("may not push"),
    });
    expect(git("gitlab", "bob/theirs", "rev-list", "--count", "main")).toBe("1");
  });

  it.each([
    ["a text", { message: "400 Bad request" }],
    ["one error", { error: "namespace_id is invalid" }],
    ["lists by field", { message: { path: ["is a reserved name"] } }],
  ])("says what GitLab says in %s", async (_name, json) => {
    lab.fail("status", { status: 400, json, match: { method: "POST" } });
    const { body } = await exported("gitlab", { name: "x" });
    expect(body).toMatchObject({ code: "INVALID_CONFIG", next: expect.stringContaining("Mend") });
    expect(body.what).toMatch(/400 Bad request|namespace_id is invalid|path is a reserved name/);
  });
});
