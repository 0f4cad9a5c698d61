"use client";
import { NewTab } from "../parts/new-tab.tsx";

/** Where tokens are made, as a link where it is one. */
export function HelpLink({ help }: { help: string }) {
  if (!/^https?:\/\//.test(help)) return <>{help}</>;
  return (
    <a href={help} target="_blank" rel="noreferrer" className="lf:text-link lf:break-all">
      {help.replace(/^https?:\/\//, "")}
      <NewTab />
    </a>
  );
}
