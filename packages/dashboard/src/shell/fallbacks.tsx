/** What is shown where a page should be and is none. */
import { EmptyState, ErrorPanel, errorReportOf } from "@landfall/react";
import { Link } from "@tanstack/react-router";

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
