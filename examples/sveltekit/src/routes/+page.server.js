import { all } from "#lib/server/places.js";

export function load() {
  return { places: all().map(({ id, name, noise, notes }) => ({ id, name, noise, notes: notes.length })) };
}
