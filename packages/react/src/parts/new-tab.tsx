"use client";

const says = ", opens in a new tab";

/** Said of a link that does not take the place of the page: the last thing inside it. */
export function NewTab() {
  return <span className="lf:sr-only">{says}</span>;
}

/** The name of a link that opens a new tab, where it is not made of what the link shows. */
export function nameInNewTab(name: string): string {
  return name + says;
}
