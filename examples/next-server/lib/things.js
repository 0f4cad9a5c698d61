/** What was found, in memory: the newest first. Next may load this file more than once, hence the global. */
const things = (globalThis.things ??= [
  { id: "2", what: "Violin case, empty", where: "Platform 4", returned: false },
  { id: "1", what: "One left glove, green", where: "Waiting room", returned: false },
]);

export function all() {
  return things;
}

export function byId(id) {
  return things.find((thing) => thing.id === id);
}

export function report({ what, where }) {
  const thing = { id: String(things.length + 1), what, where, returned: false };
  things.unshift(thing);
  return thing;
}
