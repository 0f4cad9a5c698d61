/** Operations a server does not have for callers from elsewhere: each says so, and what to do. */
import type { Engine } from "@landfall/engine";
import { DeployError, type ErrorText } from "@landfall/engine/error";

/** An operation that always throws INVALID_CONFIG. */
export function refuse(text: ErrorText): () => Promise<never> {
  return () => Promise.reject(new DeployError("INVALID_CONFIG", text));
}

/** Several of them, by name. */
export function refusing<const Name extends string>(
  names: readonly Name[],
  text: ErrorText,
): Record<Name, () => Promise<never>> {
  return Object.fromEntries(names.map((name) => [name, refuse(text)])) as Record<Name, () => Promise<never>>;
}

/** A whole part of the engine that is not for callers from elsewhere, whatever its operations are called. */
export function closed<Part extends keyof Engine>(part: Part, text: ErrorText): Pick<Engine, Part> {
  const refused = refuse(text);
  return { [part]: new Proxy({}, { get: () => refused }) } as unknown as Pick<Engine, Part>;
}
