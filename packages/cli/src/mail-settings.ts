/** LANDFALL_SMTP_URL and LANDFALL_MAIL_FROM: where mail of the server goes, and whom it is from. Pure; no fault repeats the first, which has a password in it. */
import type { MailServer } from "@landfall/server";
import { isIP } from "node:net";

const form =
  "must look like smtp://user:password@mail.example.com:587, with / ? # @ % in the password written as %2F %3F %23 %40 %25";
const usualPorts = { "smtp:": 587, "smtps:": 465 } as const;

interface Fault {
  path: string;
  message: string;
}

/** Null when neither is set. */
export function mailServerFrom(env: Readonly<Record<string, string | undefined>>, faults: Fault[]): MailServer | null {
  const { LANDFALL_SMTP_URL: url, LANDFALL_MAIL_FROM: sender } = env;
  if (!url && !sender) return null;
  const place = placeIn(url, (message) => faults.push({ path: "LANDFALL_SMTP_URL", message }));
  const from = senderIn(sender, (message) => faults.push({ path: "LANDFALL_MAIL_FROM", message }));
  return place && from && { ...place, from };
}

function placeIn(text: string | undefined, fault: (message: string) => void): Omit<MailServer, "from"> | null {
  if (!text) return no("is not set; LANDFALL_MAIL_FROM needs it: smtp://user:password@mail.example.com:587");
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return no(form);
  const { protocol } = url;
  if (protocol !== "smtp:" && protocol !== "smtps:") return no("must begin with smtp:// or smtps://");
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) === 0 && !/^[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?$/i.test(host)) return no("names no mail server");
  if (!["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== "") return no(form);
  const [user, password] = [plain(url.username), plain(url.password)];
  if (user === null || password === null) return no("has a % that stands for no character; write % as %25");
  if ((user === "") !== (password === "")) return no("needs a user and a password, or neither");
  return {
    host,
    port: url.port === "" ? usualPorts[protocol] : Number(url.port),
    isSecure: protocol === "smtps:",
    login: user === "" ? null : { user, password },
  };

  function no(message: string): null {
    fault(message);
    return null;
  }
}

function senderIn(text: string | undefined, fault: (message: string) => void): MailServer["from"] | null {
  if (!text) {
    fault("is not set; LANDFALL_SMTP_URL needs it: landfall@example.com");
    return null;
  }
  const {
    name = "",
    address,
    alone,
  } = /^(?:"?(?<name>[^"<>\p{Cc}]*?)"?\s*<(?<address>[^<>]+)>|(?<alone>[^<>]+))$/u.exec(text.trim())?.groups ?? {};
  const found = (address ?? alone ?? "").trim();
  if (/^[^\s@"(),:;<>[\\\]\p{Cc}]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/iu.test(found)) return { name, address: found };
  fault(
    `is ${JSON.stringify(text)}; it must be an address, such as landfall@example.com or Landfall <landfall@example.com>`,
  );
  return null;
}

/** Null when it cannot be decoded. */
function plain(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
