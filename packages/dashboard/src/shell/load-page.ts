/**
 * The code of a page. One that cannot be had while the server answers was replaced with a newer dashboard: the router loads that one, and
 * the whole page with it. Without a connection this would leave the browser's own page and nothing of ours: that is an error like any other.
 */
export async function loadPage<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (await doesServerAnswer()) throw error;
    throw new TypeError("There is no connection to load the page over.", { cause: error });
  }
}

function doesServerAnswer(): Promise<boolean> {
  return fetch("/icon.svg", { method: "HEAD", cache: "no-store" }).then(
    ({ ok }) => ok,
    () => false,
  );
}
