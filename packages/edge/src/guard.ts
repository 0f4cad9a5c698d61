/**
 * Who has a site's password: HTTP Basic (RFC 7617), with any name. The password is kept as a slow hash, so what was right is remembered for a
 * while, by a digest nobody else can make; and what was wrong is counted, so that nobody guesses for long.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Clock } from "@landfall/engine/clock";
import { isPassword } from "@landfall/engine/protection/password";
import { clientAddress } from "./forwarding.ts";
import type { Page } from "./pages.ts";

export interface Guards {
  /** Null: let in, and the credential is taken out of the request, for it is no business of the program's. Else what to answer. */
  look(request: IncomingMessage, hash: string): Page | null | Promise<Page | null>;
}

/** What was right is not asked again for so long. */
const rememberedMs = 10 * 60_000;
const mostRemembered = 10_000;
/** An address may be wrong so often, then it waits until so long after the first time. */
const triesEach = 10;
const triesMs = 5 * 60_000;
const mostAddresses = 10_000;
/** Passwords that are looked at one after the other; whoever comes then is to come again. */
const mostWaiting = 16;
const longestHeader = 1_024;

export function createGuards({ clock }: { clock: Clock }): Guards {
  const secret = randomBytes(32);
  const right = new Map<string, number>();
  const wrong = new Map<string, { tries: number; until: number }>();
  /** By what is asked: who asks the same meanwhile gets the same answer. */
  const asking = new Map<string, Promise<Page | null>>();
  let last: Promise<unknown> = Promise.resolve();

  /** Throws nothing. */
  async function ask({ hash, key, address, password }: Asked): Promise<Page | null> {
    const tries = counted(address);
    // One at a time: each takes a good part of a second and 32 MB.
    const isRight = last.then(() => isPassword(password, hash));
    last = isRight.catch(() => {}); // Told below.
    if (!(await isRight.catch(() => false))) return tries < triesEach ? challenge : tooMany(address);
    wrong.delete(address);
    keep(right, key, clock.now() + rememberedMs, mostRemembered);
    return null;
  }

  /** Counted before it is known, so that many at once are as many tries. */
  function counted(address: string): number {
    const now = clock.now();
    const known = wrong.get(address);
    const entry = known && known.until > now ? known : { tries: 0, until: now + triesMs };
    entry.tries += 1;
    keep(wrong, address, entry, mostAddresses);
    return entry.tries;
  }

  function tooMany(address: string): Page {
    const waitMs = Math.max(0, (wrong.get(address)?.until ?? 0) - clock.now());
    return { ...limited, headers: ["Retry-After", String(Math.ceil(waitMs / 1_000))] };
  }

  return {
    look(request, hash) {
      const { authorization } = request.headers;
      const password = passwordIn(authorization);
      if (password === null) return challenge;
      const key = createHmac("sha256", secret).update(`${hash}\n${authorization}`).digest("base64");
      if ((right.get(key) ?? 0) > clock.now()) return letIn(request);
      const address = visitor(request);
      const before = wrong.get(address);
      if (before && before.until > clock.now() && before.tries >= triesEach) return tooMany(address);
      let answer = asking.get(key);
      if (!answer) {
        if (asking.size >= mostWaiting) return busy;
        answer = ask({ hash, key, address, password }).finally(() => asking.delete(key));
        asking.set(key, answer);
      }
      return answer.then((page) => page ?? letIn(request));
    },
  };
}

interface Asked {
  hash: string;
  key: string;
  address: string;
  password: string;
}

/** The newest last; the oldest makes room. */
function keep<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value!);
}

/** Null when none was sent that could be one. */
function passwordIn(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.length > longestHeader) return null;
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon === -1 ? null : pair.slice(colon + 1);
}

function letIn(request: IncomingMessage): null {
  delete request.headers.authorization;
  request.rawHeaders = request.rawHeaders.filter(
    (_, index, all) => all[index - (index % 2)]!.toLowerCase() !== "authorization",
  );
  return null;
}

/** Whose tries are counted. An IPv6 network of one customer counts as one. */
function visitor(request: IncomingMessage): string {
  const address = clientAddress(request);
  return address.includes(":") ? address.split(":").slice(0, 4).join(":") : address;
}

const challenge: Page = {
  status: 401,
  code: "password_needed",
  reason: "This site is for those who have its password.",
  headers: ["WWW-Authenticate", 'Basic realm="protected", charset="UTF-8"'],
};
const limited: Page = {
  status: 429,
  code: "too_many_tries",
  reason: "Too many wrong passwords came from your address. Try again later.",
};
const busy: Page = {
  status: 503,
  code: "busy",
  reason: "Too many passwords are being looked at. Try again in a moment.",
  headers: ["Retry-After", "1"],
};
