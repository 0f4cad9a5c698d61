/** Bookmarks, kept in memory: the newest first. */
const bookmarks = [
  { id: 3, url: "https://www.w3.org/Provider/Style/URI", title: "Cool URIs don't change", tags: ["web", "links"] },
  { id: 2, url: "https://www.rfc-editor.org/rfc/rfc9110", title: "HTTP Semantics", tags: ["http"] },
  { id: 1, url: "https://www.gov.uk/guidance/government-design-principles", title: "Do less", tags: ["web", "design"] },
];

export function find({ tag, text }) {
  return bookmarks.filter(
    (bookmark) =>
      (!tag || bookmark.tags.includes(tag)) && (!text || bookmark.title.toLowerCase().includes(text.toLowerCase())),
  );
}

export function byId(id) {
  return bookmarks.find((bookmark) => bookmark.id === id);
}

/** Adds a bookmark, or answers every fault of the input at once. */
export function add(input) {
  const faults = [];
  if (typeof input?.title !== "string" || input.title.trim() === "") faults.push("title: a text, not empty");
  if (!URL.canParse(input?.url ?? "") || !/^https?:$/.test(new URL(input.url).protocol)) faults.push("url: an http or https address");
  const tags = input?.tags ?? [];
  if (!Array.isArray(tags) || tags.some((tag) => typeof tag !== "string")) faults.push("tags: a list of texts");
  if (faults.length > 0) return { faults };
  const bookmark = { id: bookmarks[0].id + 1, url: input.url, title: input.title.trim(), tags };
  bookmarks.unshift(bookmark);
  return { bookmark };
}
