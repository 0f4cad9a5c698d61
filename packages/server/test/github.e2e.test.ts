/**
 * Signing in with GitHub. Better Auth's addresses of GitHub are fixed: a stand-in on loopback answers in its place, by way of a `fetch` that
 * leads there. Everything else is as it is.
 */
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Kysely } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Caller, password, serverFor, type TestServer } from "./harness.ts";

interface GithubPerson {
  id: number;
  login: string;
  name: string | null;
  email: string | null;
  emails: { email: string; primary: boolean; verified: boolean }[];
}

const client = { id: "landfall-at-github", secret: "its-secret-at-github" };

/** GitHub's three endpoints: docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps. */
async function openGithub() {
  let person: GithubPerson;
  const codes = new Map<string, { challenge: string | null; redirectUri: string; person: GithubPerson }>();
  const tokens = new Map<string, GithubPerson>();
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url!, "http://github");
      const json = (status: number, body: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      };
      if (url.pathname === "/login/oauth/access_token") {
        let text = "";
        for await (const chunk of request) text += String(chunk);
        const form = new URLSearchParams(text);
        const code = codes.get(form.get("code") ?? "");
        codes.delete(form.get("code") ?? "");
        const verified =
          !code?.challenge ||
          createHash("sha256")
            .update(form.get("code_verifier") ?? "")
            .digest("base64url") === code.challenge;
        if (form.get("client_secret") !== client.secret) return json(200, { error: "incorrect_client_credentials" });
        if (!code || !verified || code.redirectUri !== form.get("redirect_uri"))
          return json(200, { error: "bad_verification_code" });
        const token = `gho_${randomBytes(18).toString("hex")}`;
        tokens.set(token, code.person);
        return json(200, { access_token: token, token_type: "bearer", scope: "read:user,user:email" });
      }
      const known = tokens.get((request.headers.authorization ?? "").replace(/^Bearer /i, ""));
      if (!known) return json(401, { message: "Bad credentials" });
      const { emails, ...profile } = known;
      if (url.pathname === "/user") return json(200, profile);
      if (url.pathname === "/user/emails") return json(200, emails);
      return json(404, { message: "Not Found" });
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens,
    is: (one: GithubPerson) => void (person = one),
    /** The page a person agrees on: the address they are sent back to. */
    agree(authorize: string): string {
      const query = new URL(authorize).searchParams;
      const code = randomBytes(10).toString("hex");
      const redirectUri = query.get("redirect_uri")!;
      codes.set(code, { challenge: query.get("code_challenge"), redirectUri, person });
      const back = new URL(redirectUri);
      back.searchParams.set("code", code);
      back.searchParams.set("state", query.get("state")!);
      return back.href;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const somebody = (email: string, more: Partial<GithubPerson> = {}): GithubPerson => ({
  id: 4711,
  login: "somebody",
  name: "Some Body",
  email,
  emails: [{ email, primary: true, verified: true }],
  ...more,
});

let github: Awaited<ReturnType<typeof openGithub>>;
let server: TestServer;
let owner: Caller;
beforeAll(async () => {
  github = await openGithub();
  const real = globalThis.fetch;
  vi.stubGlobal("fetch", (input: string | URL | Request, init?: RequestInit) => {
    const { href } = new URL(input instanceof Request ? input.url : input);
    const there = href.replace(/^https:\/\/(?:api\.)?github\.com/, github.url);
    return there === href ? real(input, init) : real(there, init);
  });
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await github.close();
});
beforeEach(async () => {
  server = await serverFor({ github: client });
  owner = await server.setUp();
});
afterEach(() => server[Symbol.asyncDispose]());

const cookiesOf = (headers: Headers): string =>
  headers
    .getSetCookie()
    .map((one) => one.split(";", 1)[0])
    .join("; ");

/** From the button to where the browser ends, with its cookies. */
async function through(person: GithubPerson, more: Record<string, unknown> = {}) {
  github.is(person);
  const begun = await server.as({ origin: server.url }).call("POST", "/auth/sign-in/social", {
    provider: "github",
    callbackURL: "/projects",
    ...more,
  });
  if (begun.status !== 200) return { begun, to: null, caller: server.anyone };
  const cookie = cookiesOf(begun.headers);
  const back = github.agree(begun.body.url as string);
  const answer = await fetch(back, { redirect: "manual", headers: { cookie } });
  await answer.arrayBuffer();
  const to = answer.headers.get("location")!.replace(server.url, "");
  return { begun, to, back, cookie, caller: server.as({ cookie: cookiesOf(answer.headers), origin: server.url }) };
}

describe("signing in with GitHub", () => {
  it("is offered where Landfall is registered there, and is not there elsewhere", async () => {
    expect((await server.anyone.call("GET", "/setup")).body.signInWith).toEqual(["password", "github"]);
    expect((await owner.client.me()).signInWith).toEqual(["password", "github"]);
    await using without = await serverFor();
    expect((await without.anyone.call("GET", "/setup")).body.signInWith).toEqual(["password"]);
    const body = { provider: "github" };
    expect((await without.anyone.call("POST", "/auth/sign-in/social", body)).status).toBe(404);
    expect((await without.anyone.call("GET", "/auth/callback/github?code=x&state=x")).status).toBe(404);
  });

  it("sends a person to GitHub with PKCE and a state, and to an address of ours back", async () => {
    const { begun } = await through(somebody("owner@example.com"));
    const url = new URL(begun.body.url as string);
    expect([url.origin, url.searchParams.get("client_id")]).toEqual(["https://github.com", client.id]);
    expect(url.searchParams.get("redirect_uri")).toBe(`${server.url}/api/auth/callback/github`);
    expect(url.searchParams.get("code_challenge_method")).toBe("S256");
    expect(JSON.stringify(begun.body)).not.toContain(client.secret);
  });

  it("opens the account of the verified address, and keeps no token of GitHub", async () => {
    const { to, caller } = await through(somebody("owner@example.com"));
    expect(to).toBe("/projects");
    const me = await caller.client.me();
    expect([me.user.email, me.organization!.role]).toEqual(["owner@example.com", "owner"]);
    expect(me.organizations).toHaveLength(1);
    const rows = server.engine.database.db as unknown as Kysely<{ login: Record<string, string | null> }>;
    const logins = await rows.selectFrom("login").selectAll().where("providerId", "=", "github").execute();
    expect(logins).toHaveLength(1);
    for (const token of github.tokens.keys()) expect(JSON.stringify(logins)).not.toContain(token);
    // Again: it is the same login.
    expect((await through(somebody("owner@example.com"))).to).toBe("/projects");
    expect(await rows.selectFrom("login").selectAll().where("providerId", "=", "github").execute()).toHaveLength(1);
    // The password still opens it too.
    await server.signIn("owner@example.com");
  });

  it("makes no account for a stranger", async () => {
    const { to, caller } = await through(somebody("stranger@example.com"));
    expect(to).toMatch(/^\/sign-in\?error=not_invited/);
    expect((await caller.call("GET", "/me")).status).toBe(401);
    expect((await owner.client.members.list()).members).toHaveLength(1);
    const asked = await through(somebody("stranger@example.com"), { requestSignUp: true });
    expect(asked.to).toMatch(/error=not_invited/);
  });

  it("makes one for who is invited; joining is still by the invitation", async () => {
    const email = "invited@example.com";
    const { token } = await owner.client.invitations.create({ email, role: "developer" });
    const { to, caller } = await through(somebody("Invited@Example.com"));
    expect(to).toBe("/projects");
    const me = await caller.client.me();
    expect([me.user.email, me.organization]).toEqual([email, null]);
    expect((await caller.call("GET", "/projects")).status).toBe(403);
    expect((await caller.call("POST", "/invitations/accept", { token })).status).toBe(200);
    expect((await caller.client.me()).organization!.role).toBe("developer");
  });

  it("makes none for an invitation that was taken back", async () => {
    const { id } = await owner.client.invitations.create({ email: "late@example.com", role: "viewer" });
    await owner.client.invitations.cancel({ id });
    expect((await through(somebody("late@example.com"))).to).toMatch(/error=not_invited/);
  });

  it("opens nothing by an address that GitHub has not verified", async () => {
    const emails = [{ email: "owner@example.com", primary: true, verified: false }];
    const taken = await through(somebody("owner@example.com", { emails }));
    expect(taken.to).toMatch(/^\/sign-in\?error=/);
    expect((await taken.caller.call("GET", "/me")).status).toBe(401);
    await owner.client.invitations.create({ email: "new@example.com", role: "owner" });
    const invited = await through(
      somebody("new@example.com", { emails: [{ email: "new@example.com", primary: true, verified: false }] }),
    );
    expect(invited.to).toMatch(/error=not_invited/);
  });

  it("takes no answer in another browser, without its state, or twice", async () => {
    github.is(somebody("owner@example.com"));
    const begin = () =>
      server.as({ origin: server.url }).call("POST", "/auth/sign-in/social", { provider: "github", callbackURL: "/" });
    const browse = async (address: string, cookie: string) => {
      const answer = await fetch(address, { redirect: "manual", headers: { cookie } });
      await answer.arrayBuffer();
      return { to: answer.headers.get("location"), session: cookiesOf(answer.headers).includes("session_token=") };
    };
    const one = await begin();
    const back = github.agree(one.body.url as string);
    // A person who is led to somebody else's answer is not signed in as them.
    expect(await browse(back, cookiesOf((await begin()).headers))).toMatchObject({ session: false });
    expect(await browse(back, "")).toMatchObject({ session: false });
    const forged = new URL(github.agree(one.body.url as string));
    forged.searchParams.set("state", "x".repeat(32));
    expect(await browse(forged.href, cookiesOf(one.headers))).toMatchObject({ session: false });
    expect(await browse(back, cookiesOf(one.headers))).toMatchObject({ session: true, to: "/" });
    expect(await browse(back, cookiesOf(one.headers))).toMatchObject({ session: false });
  });

  it("sends nobody to another site afterwards", async () => {
    for (const field of ["callbackURL", "errorCallbackURL", "newUserCallbackURL"])
      for (const address of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
        const { begun } = await through(somebody("owner@example.com"), { [field]: address });
        expect([field, address, begun.status]).toEqual([field, address, 403]);
      }
  });

  it("is not begun by another site", async () => {
    const { status } = await server
      .as({ origin: "https://evil.example" })
      .call("POST", "/auth/sign-in/social", { provider: "github", callbackURL: "/" });
    expect(status).toBe(403);
  });

  it("leaves the password of an account that has none to be set by nobody", async () => {
    await owner.client.invitations.create({ email: "invited@example.com", role: "viewer" });
    await through(somebody("invited@example.com"));
    const { status } = await server.anyone.call("POST", "/auth/sign-in/email", {
      email: "invited@example.com",
      password,
    });
    expect(status).toBe(401);
  });
});
