/** What was chosen lately in the palette, by id; of this browser. */
const stored = "landfall-recent";
const most = 8;

export function recentIds(): string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(stored) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    // Somebody else's text under our name: as if there were nothing.
    return [];
  }
}

export function noteRecent(id: string): void {
  localStorage.setItem(stored, JSON.stringify([id, ...recentIds().filter((one) => one !== id)].slice(0, most)));
}
