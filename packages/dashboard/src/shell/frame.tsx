/** Around every page of a person who is signed in; who is not is sent to sign in, and comes back. */
import { Announcer, Button, EmptyState, ErrorPanel, Skeleton, useLiveChanges } from "@landfall/react";
import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import {
  chooseOrganization,
  chosenOrganization,
  type Me,
  signOut,
  useHasSessionEnded,
  useHeld,
  useMe,
  useWayIn,
} from "../session.ts";
import { ClosedPage } from "./closed-page.tsx";
import { useKeptFocus } from "./kept-focus.ts";
import { useKeys } from "./keys.ts";
import { useClosed } from "./needs.ts";
import { usePlaces } from "./places.ts";
import { loadMenu } from "./menu.tsx";
import { SideNav } from "./side-nav.tsx";
import { TopBar } from "./top-bar.tsx";

const loadPalette = () => import("./palette.tsx");
const loadKeysHelp = () => import("./keys-help.tsx");
const loadSessionEnded = () => import("./session-ended.tsx");
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));
const KeysHelp = lazy(async () => ({ default: (await loadKeysHelp()).KeysHelp }));
const SessionEnded = lazy(async () => ({ default: (await loadSessionEnded()).SessionEnded }));

/** So long after the frame is there, the page in it has what it needs. */
const settledMs = 2_000;

export function Frame() {
  const me = useMe();
  if (me.data)
    return (
      <Announcer>
        <Inside me={me.data} />
      </Announcer>
    );
  if (me.error?.code === "UNAUTHORIZED") return <ToSignIn />;
  if (me.error?.code === "INSUFFICIENT_PERMISSIONS" && chosenOrganization() !== null) {
    // The organisation looked at last is none of this person's any more: the first one instead.
    chooseOrganization(null);
    location.reload();
    return null;
  }
  return (
    <main className="lf:mx-auto lf:max-w-xl lf:p-8">
      {me.error ? <ErrorPanel error={me.error} onRetry={me.again} /> : <Skeleton waitsFor="the server" />}
    </main>
  );
}

function ToSignIn() {
  const wayIn = useWayIn();
  const navigate = useNavigate();
  // Where one came from, not where one is being sent.
  const [from] = useState(useLocation().href);
  const to = wayIn.data?.needed === true ? "/setup" : wayIn.data || wayIn.error ? "/sign-in" : null;
  useEffect(() => {
    if (to !== null) void navigate({ to, search: (to === "/setup" ? {} : { to: from }) as never, replace: true });
  }, [to, from, navigate]);
  return null;
}

function Inside({ me }: { me: Me }) {
  const [shown, setShown] = useState<"palette" | "keys" | null>(null);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const { pathname } = useLocation();
  useEffect(() => setMenuOpen(false), [pathname]);
  const hasEnded = useHasSessionEnded();
  const held = useHeld();
  useWhatOpensLater();
  usePlaces({ showKeys: () => setShown("keys") });
  useKeptFocus();
  useKeys(() => setShown((one) => (one === "palette" ? null : "palette")));
  const close = (): void => setShown(null);
  return (
    <div
      className="lf:flex lf:min-h-screen lf:flex-col"
      onKeyDown={({ key }) => {
        if (key === "Escape") setMenuOpen(false);
      }}
    >
      <a
        href="#content"
        className="lf:sr-only lf:focus:not-sr-only lf:focus:fixed! lf:focus:start-2 lf:focus:top-2 lf:focus:z-50 lf:focus:rounded-md lf:focus:bg-action lf:focus:px-3 lf:focus:py-2 lf:focus:text-on-action"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("content")?.focus();
        }}
      >
        Skip to content
      </a>
      <TopBar
        me={me}
        isMenuOpen={isMenuOpen}
        onMenu={() => setMenuOpen(!isMenuOpen)}
        onPalette={() => setShown("palette")}
        onKeys={() => setShown("keys")}
      />
      {/* To whom no deployment is open, there is nothing to follow. */}
      {held.has("read:deployment") ? <Following /> : null}
      {hasEnded ? (
        <Suspense>
          <SessionEnded email={me.user.email} />
        </Suspense>
      ) : null}
      <div className="lf:flex lf:flex-1 lf:flex-col lf:md:flex-row">
        <SideNav isOpen={isMenuOpen} />
        <main id="content" tabIndex={-1} className="lf:min-w-0 lf:flex-1 lf:outline-none lf:[&_*]:scroll-mt-20">
          {me.organization ? <Page me={me} /> : <NoOrganization />}
        </main>
      </div>
      <Suspense>
        {shown === "palette" ? <Palette onClose={close} /> : null}
        {shown === "keys" ? <KeysHelp onClose={close} /> : null}
      </Suspense>
    </div>
  );
}

/** What opens over a page is had before: it opens at once, and without a connection too. */
function useWhatOpensLater(): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const load of [loadPalette, loadKeysHelp, loadSessionEnded, loadMenu]) load().catch(() => undefined);
    }, settledMs);
    return () => clearTimeout(timer);
  }, []);
}

function Following() {
  useLiveChanges();
  return null;
}

/** The page, or its layout until its code is here; of one that is closed to the person, why. */
function Page({ me }: { me: Me }): ReactNode {
  const closed = useClosed();
  if (closed !== null) return <ClosedPage me={me} closed={closed} />;
  return (
    <Suspense
      fallback={
        <div className="lf:mx-auto lf:w-full lf:max-w-6xl lf:p-4 lf:md:p-6">
          <Skeleton waitsFor="the page" />
        </div>
      }
    >
      <Outlet />
    </Suspense>
  );
}

function NoOrganization() {
  return (
    <div className="lf:mx-auto lf:max-w-xl lf:p-8">
      <h1 className="lf:mb-4 lf:text-xl lf:font-semibold">You are in no organisation</h1>
      <EmptyState
        title="Nothing is shared with you"
        action={<Button onClick={() => void signOut().then(() => location.assign("/sign-in"))}>Sign out</Button>}
      >
        Ask an administrator for an invitation, and open the link they send you.
      </EmptyState>
    </div>
  );
}
