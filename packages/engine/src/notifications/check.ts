/** What somebody asks of a place, looked at before anything is changed. */
import { isIP } from "node:net";
import { DeployError } from "../error.ts";
import {
  notificationEnvironments,
  notificationEvents,
  type NotificationKind,
  notificationKinds,
  type NotificationPlaceChange,
} from "./place.ts";
import { isOpen } from "./post.ts";

export interface Address {
  text: string;
  /** What of it is shown. */
  leadsTo: string;
}

/** Answers the address as it is kept; null where none was given, which then stays. Throws INVALID_CONFIG with every fault of what was asked. */
export function check(
  { kind, address, events, environments, name }: NotificationPlaceChange & { kind: NotificationKind },
  { hasMail, allowPrivate }: { hasMail: boolean; allowPrivate: boolean },
): Address | null {
  const faults: { path: string; message: string }[] = [];
  const fault = (path: string, message: string): null => {
    faults.push({ path, message });
    return null;
  };
  const oneOf = (all: readonly string[], path: string, value: string | undefined): void => {
    if (value !== undefined && !all.includes(value)) fault(path, `one of ${all.join(", ")}`);
  };
  oneOf(notificationKinds, "kind", kind);
  oneOf(notificationEnvironments, "environments", environments);
  for (const event of events ?? []) oneOf(notificationEvents, "events", event);
  if (events?.length === 0) fault("events", `at least one of ${notificationEvents.join(", ")}`);
  if (name !== undefined && !/^[^\p{Cc}\p{Zl}\p{Zp}]{1,80}$/u.test(name))
    fault("name", "one line of at most 80 characters");
  const found =
    address === undefined
      ? null
      : kind === "email"
        ? mailbox(address, hasMail, fault)
        : urlOf(address, { allowPrivate, fault });
  if (faults.length === 0) return found;
  throw new DeployError("INVALID_CONFIG", {
    what: faults.some(({ path }) => path === "address") ? "This address cannot be told anything." : "This cannot be.",
    faults,
    next: "Nothing was changed. Mend what is named here.",
  });
}

type Fault = (path: string, message: string) => null;

/** An address of somebody; null with a fault where it is none, or nothing can be sent there. */
export function mailbox(address: string, hasMail: boolean, fault: Fault): Address | null {
  if (!hasMail)
    return fault("kind", "no mail is sent from here; set LANDFALL_SMTP_URL and LANDFALL_MAIL_FROM for landfall serve");
  const text = address.trim();
  // What mail servers may make of one is theirs; no header and no second recipient begins in it.
  if (text.length <= 200 && /^[^\s@"(),:;<>[\\\]\p{Cc}]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/iu.test(text))
    return { text, leadsTo: text };
  return fault("address", "a mail address, such as team@example.com");
}

/** No message repeats what was given: it may be the secret. */
function urlOf(address: string, { allowPrivate, fault }: { allowPrivate: boolean; fault: Fault }): Address | null {
  const text = address.trim();
  const url = text.length <= 2_000 && URL.canParse(text) ? new URL(text) : null;
  if (url === null) return fault("address", "a URL, such as https://example.com/landfall");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isHere = host === "localhost" || (isIP(host) !== 0 && (host === "::1" || host.startsWith("127.")));
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere && allowPrivate))
    return fault("address", "must begin with https://");
  if (url.username !== "" || url.password !== "") return fault("address", "must have no user and password in it");
  if (isIP(host) !== 0 && !isOpen(host, allowPrivate))
    return fault("address", "is on the server's own machine or in a private network");
  url.hash = "";
  return { text: url.href, leadsTo: url.host };
}
