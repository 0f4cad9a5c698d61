/** A value that prints, stores and sends as `[secret]`. It is opened on the line that uses it. */
import { inspect } from "node:util";

export interface Secret {
  open(): string;
  toString(): string;
  toJSON(): string;
}

const hidden = (): string => "[secret]";

export function secret(value: string): Secret {
  return Object.freeze({ open: () => value, toString: hidden, toJSON: hidden, [inspect.custom]: hidden });
}
