export interface Link {
  slug: string;
  to: string;
  clicks: number;
}

const links = new Map<string, Link>(
  [
    ["mdn", "https://developer.mozilla.org/"],
    ["http", "https://www.rfc-editor.org/rfc/rfc9110"],
    ["css", "https://www.w3.org/Style/CSS/"],
  ].map(([slug, to]) => [slug!, { slug: slug!, to: to!, clicks: 0 }]),
);

export function all(): Link[] {
  return [...links.values()].toSorted((a, b) => b.clicks - a.clicks);
}

/** The link's target, counted as a click; undefined when there is no such link. */
export function follow(slug: string): string | undefined {
  const link = links.get(slug);
  if (link) link.clicks += 1;
  return link?.to;
}

/** A new link with a slug that is free; undefined when the address is not one of the web. */
export function shorten(to: string): Link | undefined {
  if (!URL.canParse(to) || !["http:", "https:"].includes(new URL(to).protocol)) return undefined;
  let slug: string;
  do slug = Math.random().toString(36).slice(2, 7);
  while (links.has(slug));
  const link = { slug, to, clicks: 0 };
  links.set(slug, link);
  return link;
}
