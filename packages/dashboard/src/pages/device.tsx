/** Somebody asks from a terminal to act as whoever is signed in here: the code is compared, then allowed or denied. RFC 8628. */
import { Button, type ErrorReport, ErrorPanel, Skeleton } from "@landfall/react";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { CircleCheck, CircleSlash } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { RuleForm } from "../parts/rule-form.tsx";
import { present } from "../parts/rules.ts";
import { callAuth, useMe } from "../session.ts";
import { Page } from "../shell/page.tsx";

export function DevicePage() {
  // As it stands in the address: the router would take a code of digits for a number.
  const code = new URLSearchParams(useLocation().searchStr).get("user_code")?.replaceAll('"', "") ?? "";
  return (
    <Page title="Log in from a terminal">
      <div className="lf:max-w-md">{code === "" ? <Enter /> : <Confirm key={code} code={code} />}</div>
    </Page>
  );
}

function Enter() {
  const navigate = useNavigate();
  return (
    <RuleForm
      autoFocus
      submit="Go on"
      submitting="Going on"
      fields={[
        {
          name: "code",
          label: "Code",
          autoComplete: "off",
          hint: "The command landfall login shows it in the terminal.",
          rule: present("the code the terminal shows"),
        },
      ]}
      onSubmit={async ({ code = "" }) => {
        await navigate({ to: "/device", search: { user_code: code.trim().toUpperCase() } as never });
        return null;
      }}
    />
  );
}

type Standing = "asking" | "open" | "allowing" | "denying" | "allowed" | "denied";

function Confirm({ code }: { code: string }) {
  const { data: me } = useMe();
  const [standing, setStanding] = useState<Standing>("asking");
  const [error, setError] = useState<ErrorReport | null>(null);
  const asked = useRef(false);
  useEffect(() => {
    // Asking makes this session the one that may answer: once is enough.
    if (asked.current) return;
    asked.current = true;
    void ask();
    async function ask(): Promise<void> {
      const known = await callAuth<{ status: string }>(`device?${new URLSearchParams({ user_code: code })}`);
      setError(withAdvice(known.error));
      const status = known.answer?.status;
      setStanding(status === "approved" ? "allowed" : status === "denied" ? "denied" : "open");
    }
  }, [code]);

  async function answer(what: "approve" | "deny"): Promise<void> {
    setStanding(what === "approve" ? "allowing" : "denying");
    const { error: refused } = await callAuth(`device/${what}`, { userCode: code });
    setError(
      refused === null ? null : { ...refused, next: refused.next ?? "Run landfall login again for a new code." },
    );
    setStanding(refused === null ? (what === "approve" ? "allowed" : "denied") : "open");
  }

  if (standing === "asking") return <Skeleton waitsFor="the code" />;
  if (standing === "allowed")
    return (
      <p role="status" className="lf:flex lf:items-center lf:gap-2 lf:font-medium lf:text-success">
        <CircleCheck aria-hidden size={18} /> Allowed. The terminal goes on by itself; you can close this page.
      </p>
    );
  if (standing === "denied")
    return (
      <p role="status" className="lf:flex lf:items-center lf:gap-2 lf:font-medium">
        <CircleSlash aria-hidden size={18} /> Denied. Nobody got in.
      </p>
    );
  if (error !== null)
    return (
      <div className="lf:flex lf:flex-col lf:gap-4">
        <ErrorPanel error={error} isNew />
        <Enter />
      </div>
    );
  return (
    <>
      <p>
        A terminal asks to act as you{me === undefined ? "" : `, ${me.user.email}`}. Allow it only when you ran{" "}
        <code className="lf:font-mono">landfall login</code> and it shows this code:
      </p>
      <p className="lf:my-5 lf:font-mono lf:text-2xl lf:tracking-[0.2em]">{code}</p>
      <div className="lf:flex lf:gap-2">
        <Button
          look="primary"
          {...(standing === "allowing" ? { unavailable: "Allowing" } : {})}
          onClick={() => void answer("approve")}
        >
          Allow
        </Button>
        <Button {...(standing === "denying" ? { unavailable: "Denying" } : {})} onClick={() => void answer("deny")}>
          Deny
        </Button>
      </div>
    </>
  );
}

function withAdvice(error: ErrorReport | null): ErrorReport | null {
  return error === null ? null : { next: "Run landfall login again for a new code.", ...error };
}
