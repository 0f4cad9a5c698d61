/** A page without the frame: one thing to do, in the middle. */
import { type ReactNode, useEffect } from "react";

export function Bare({
  title,
  description,
  children,
}: {
  title: string;
  description?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Landfall`;
  }, [title]);
  return (
    <main className="lf:mx-auto lf:flex lf:min-h-screen lf:w-full lf:max-w-md lf:flex-col lf:justify-center lf:p-4 lf:pb-[12vh]">
      <img src="/icon.svg" alt="Landfall" width={36} height={36} className="lf:mb-5" />
      <h1 className="lf:text-xl lf:font-semibold">{title}</h1>
      {description === undefined ? null : <p className="lf:mt-1 lf:text-muted">{description}</p>}
      <div className="lf:mt-6">{children}</div>
    </main>
  );
}
