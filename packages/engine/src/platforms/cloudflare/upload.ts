/** What both products share of an upload: tokens that end, and rounds until nothing is missing. */
import type { Clock } from "../../clock.ts";
import { DeployError } from "../../error.ts";
import { ApiError } from "../../http/api-error.ts";
import { type Secret, secret } from "../../secret.ts";
import { sendAll } from "../../upload/send-all.ts";
import { isCode } from "./api.ts";

/** What a signed token says of itself. It is read, not verified: that is for Cloudflare to do. */
export function claimsOf(token: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as Record<string, unknown>;
  } catch {
    return {}; // A token of another form: it is used until it is refused.
  }
}

export interface TokenKeeper {
  /** Do `work` with a token that is good; with a fresh one once more when it was refused all the same. */
  use<T>(work: (token: Secret) => Promise<T>): Promise<T>;
}

/** The upload token is refused by this number: it is too old, or somebody else's. */
const tokenRefused = 8000013;

/** Keeps one token for everybody: asked for when first needed, before it ends, and when it was refused; once for all who wait. */
export function keepToken(askFor: () => Promise<string>, clock: Clock): TokenKeeper {
  interface Held {
    token: Secret;
    renewAt: number;
  }
  let held: Promise<Held> | undefined;
  let latest: Held | undefined;

  async function fresh(): Promise<Held> {
    const askedAt = clock.now();
    const token = await askFor();
    const { exp } = claimsOf(token);
    const endsAt = typeof exp === "number" ? exp * 1_000 : Infinity;
    // A request under way needs some time to arrive, even with a token that is good for a short time only.
    latest = { token: secret(token), renewAt: endsAt - Math.min(20_000, (endsAt - askedAt) / 4) };
    return latest;
  }

  function renew(): Promise<Held> {
    const next = fresh();
    held = next;
    next.catch(() => {
      if (held === next) held = undefined; // Whoever waits hears of it; the next one asks anew.
    });
    return next;
  }

  async function current(): Promise<Held> {
    const asked = held ?? renew();
    const known = await asked;
    if (known.renewAt > clock.now()) return known;
    return held === undefined || held === asked ? renew() : held;
  }

  return {
    async use(work) {
      const known = await current();
      try {
        return await work(known.token);
      } catch (error) {
        if (!isCode(error, tokenRefused)) throw error;
        // Of all whose token was refused, the first asks for the next one.
        if (latest === known) held = latest = undefined;
        return work((await current()).token);
      }
    },
  };
}

export interface Rounds<Parcel> {
  /** What is still missing, in parcels; none when all is there. */
  missing(): Promise<Parcel[]>;
  send(parcel: Parcel, signal: AbortSignal): Promise<void>;
  /** Bytes of a parcel that are in memory while it is sent. */
  weigh(parcel: Parcel): number;
  /** Whether all is known to be there after a round in which nothing was lost. */
  isComplete(): boolean;
  /** Asked for after `missing`, which may tell. */
  concurrency(): { start: number; most: number };
  clock: Clock;
  signal: AbortSignal;
}

const mostRounds = 6;

/**
 * Send what is missing. An answer that was lost does not say whether its parcel arrived; that is settled by asking what is missing in the next
 * round, so that nothing is sent twice. Throws UPLOAD_FAILED, and what `missing` and `send` throw for good.
 */
export async function sendRounds<Parcel>(rounds: Rounds<Parcel>): Promise<void> {
  const { clock, signal } = rounds;
  /** Of the last round: answers that were lost. */
  let lost: ApiError[] = [];
  for (let round = 1; round <= mostRounds; round++) {
    if (round > 1) await clock.sleep(100 * 2 ** round, signal);
    const parcels = await rounds.missing();
    if (parcels.length === 0) return;
    lost = [];
    await sendAll(parcels, {
      async send(parcel, inner) {
        try {
          await rounds.send(parcel, inner);
        } catch (error) {
          if (inner.aborted || !(error instanceof ApiError && error.lost)) throw error;
          lost.push(error);
        }
      },
      weigh: (parcel) => rounds.weigh(parcel),
      // A gateway that fails is not asked for more at once.
      concurrency: round === 1 ? rounds.concurrency() : { start: 1, most: 2 },
      clock,
      signal,
    });
    if (lost.length === 0 && rounds.isComplete()) return;
  }
  throw new DeployError(
    "UPLOAD_FAILED",
    {
      what: `Some files did not arrive in ${mostRounds} rounds.${lost[0] ? ` ${lost[0].text.what}` : ""}`,
      next: "Deploy again: what has arrived already is not sent twice.",
      step: "upload",
    },
    { cause: lost[0] },
  );
}
