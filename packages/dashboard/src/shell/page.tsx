/** The head every page has: its name, which takes the focus when one comes here, a sentence, and its actions. */
import { useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";

export interface PageProps {
  title: string;
  /** Of the browser's tab; default: the title. */
  tab?: string;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** Where the reader was before; null when the dashboard has only just been opened, and the focus is the browser's. */
let shownAt: string | null = null;

export function Page({ title, tab = title, description, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Of the page that is shown: while the next one is loaded, the address is already that of the next.
  const pathname = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  useEffect(() => {
    if (pathname === undefined) return;
    if (shownAt !== null && shownAt !== pathname) heading.current?.focus({ preventScroll: true });
    shownAt = pathname;
  }, [pathname]);
  useEffect(() => {
    document.title = `${tab} · Landfall`;
  }, [tab]);
  return (
    <div className="lf:mx-auto lf:w-full lf:max-w-6xl lf:p-4 lf:@container lf:md:p-6">
      <header className="lf:mb-6 lf:flex lf:flex-wrap lf:items-start lf:justify-between lf:gap-3">
        <div className="lf:min-w-0 lf:flex-1 lf:basis-40">
          <h1 ref={heading} tabIndex={-1} className="lf:text-xl lf:font-semibold lf:break-words lf:outline-none">
            {title}
          </h1>
          {description === undefined ? null : <div className="lf:mt-1 lf:text-muted">{description}</div>}
        </div>
        {actions === undefined ? null : <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
