import { Button, type ErrorReport, ErrorPanel } from "@landfall/react";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { SignInForm } from "../parts/sign-in-form.tsx";
import { callAuth, useWayIn } from "../session.ts";
import { Bare } from "../shell/bare.tsx";

export function SignInPage() {
  const { to } = useSearch({ strict: false }) as { to?: unknown };
  const next = placeHere(to);
  const wayIn = useWayIn();
  const [error, setError] = useState<ErrorReport | null>(null);
  async function withGitHub(): Promise<void> {
    const { answer, error: refused } = await callAuth<{ url?: string }>("sign-in/social", {
      provider: "github",
      callbackURL: next,
    });
    setError(refused);
    if (answer?.url !== undefined) location.assign(answer.url);
  }
  return (
    <Bare title="Sign in" description={`To Landfall at ${location.host}.`}>
      {wayIn.data?.signInWith.includes("github") ? (
        <div className="lf:mb-6 lf:flex lf:flex-col lf:gap-3">
          {error === null ? null : <ErrorPanel error={error} isNew />}
          <Button onClick={() => void withGitHub()} className="lf:min-h-9">
            Continue with GitHub
          </Button>
          <p className="lf:text-center lf:text-xs lf:text-muted">or with your password</p>
        </div>
      ) : null}
      {/* A whole load: nothing of whoever was here before stays in memory. */}
      <SignInForm onDone={() => location.assign(next)} />
      <p className="lf:mt-3">
        <Link to="/forgot-password" className="lf:inline-block lf:min-h-6 lf:text-link lf:underline">
          Forgot password?
        </Link>
      </p>
      {wayIn.data?.sendsMail === false ? (
        <p className="lf:text-muted">An owner can make a link to a new one on the server’s machine.</p>
      ) : null}
      <p className="lf:mt-6 lf:text-muted">No account? An administrator can send you an invitation.</p>
    </Bare>
  );
}

/** Only an address of this dashboard: nobody is led elsewhere by a link to the sign-in. */
export function placeHere(to: unknown): string {
  if (typeof to !== "string") return "/";
  const url = URL.canParse(to, location.origin) ? new URL(to, location.origin) : null;
  if (url?.origin !== location.origin || url.pathname === "/sign-in") return "/";
  return url.pathname + url.search + url.hash;
}
