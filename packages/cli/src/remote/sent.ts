/** What came over the wire, as the engine's types have it. */

/** The same fields; JSON has none that are there and undefined. */
export type Sent<T> = T extends (infer One)[]
  ? Sent<One>[]
  : T extends object
    ? { [K in keyof T]: Sent<Exclude<T[K], undefined>> }
    : T;

/** The value itself, for types that take absent fields only. */
export function sent<T>(value: T): Sent<T> {
  return value as Sent<T>;
}
