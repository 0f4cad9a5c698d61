import { getCollection } from "astro:content";

const escape = (text) => text.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export async function GET({ site }) {
  const notes = (await getCollection("notes")).sort((a, b) => b.data.date.valueOf() - a.data.date.valueOf());
  const items = notes.map(
    ({ id, data }) =>
      `<item><title>${escape(data.title)}</title><link>${new URL(`/notes/${id}/`, site)}</link><pubDate>${data.date.toUTCString()}</pubDate><description>${escape(data.summary)}</description></item>`,
  );
  return new Response(
    `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Field notes</title><link>${site}</link><description>Small observations of a small place</description>${items.join("")}</channel></rss>`,
    { headers: { "content-type": "application/rss+xml" } },
  );
}
