/** What is shown where a page should be and is none. */
import { EmptyState, ErrorPanel, errorReportOf, useConnectionState } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Page } from "./page.tsx";

export function NotFound() {
  return (
    <main className="lf:mx-auto lf:max-w-xl lf:p-8">
      <h1 className="lf:mb-4 lf:text-xl lf:font-semibold">Nothing is here</h1>
      <EmptyState title="No page has this address" action={<Link to="/">Go to your projects</Link>} />
    </main>
  );
}

export function PageError({ error }: { error: unknown }) {
  return (
    <main className="lf:mx-auto lf:max-w-xl lf:p-8">
      <h1 className="lf:mb-4 lf:text-xl lf:font-semibold">This page could not be shown</h1>
      <ErrorPanel error={errorReportOf(error)} onRetry={() => location.reload()} isNew />
    </main>
  );
}

/** Within the frame, which stays. What could not be shown for want of a connection is shown when there is one. */
export function FramedPageError({ error }: { error: unknown }) {
  const { kind } = useConnectionState();
  const isLost = kind === "offline" || kind === "reconnecting";
  const wasLost = useRef(false);
  useEffect(() => {
    if (kind === "live" && wasLost.current) location.reload();
    wasLost.current ||= isLost;
  }, [kind, isLost]);
  const report = errorReportOf(error);
  return (
    <Page title="This page could not be shown">
      {isLost ? (
        <ErrorPanel error={{ ...report, next: "It is shown by itself when the connection is back." }} isNew />
      ) : (
        <ErrorPanel error={report} onRetry={() => location.reload()} isNew />
      )}
    </Page>
  );
}
