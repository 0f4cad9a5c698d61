/** What a page shows is in its address: `?tab=`, `?step=`, filters, and the lines of a log after `#`. */
import { useLocation, useNavigate } from "@tanstack/react-router";

export interface Address {
  /** Every field as text; absent ones are undefined. */
  fields: Readonly<Record<string, string | undefined>>;
  /** Without its `#`; null when there is none. */
  hash: string | null;
  /** Null takes a field out. The page stays where it is; `push` makes a step one goes back over. */
  set(changes: Record<string, string | null>, options?: { push?: boolean }): void;
  setHash(hash: string | null): void;
}

export function useAddress(): Address {
  const navigate = useNavigate();
  const location = useLocation();
  // The router reads numbers and truth values out of an address; names of branches may look like them.
  const fields = Object.fromEntries(
    Object.entries(location.search as Record<string, unknown>).map(([name, value]) => [name, String(value)]),
  );
  return {
    fields,
    hash: location.hash === "" ? null : location.hash,
    set(changes, { push = false } = {}) {
      const search: Record<string, string> = {};
      for (const [name, value] of Object.entries({ ...fields, ...changes })) if (value !== null) search[name] = value;
      void navigate({
        to: location.pathname,
        search: search as never,
        hash: true,
        replace: !push,
        resetScroll: false,
        hashScrollIntoView: false,
      });
    },
    setHash(hash) {
      void navigate({
        to: location.pathname,
        search: true as never,
        hash: hash ?? "",
        replace: true,
        resetScroll: false,
        hashScrollIntoView: false,
      });
    },
  };
}
