/** How often an account, an address, or both together may try what can be guessed. Counted in this process. */
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { tooMany } from "./errors.ts";

const quarterHour = 15 * 60;

export interface Attempts {
  /** Count a try to sign in. Throws RATE_LIMIT_EXCEEDED. */
  signIn(email: string, address: string): Promise<void>;
  /** It was the right password. */
  signedIn(email: string, address: string): Promise<void>;
  /** Count a code, a token or a key that was wrong; the right one is never kept out. Throws RATE_LIMIT_EXCEEDED. */
  wrong(kind: "key" | "session" | "setup" | "invitation" | "device" | "webhook", address: string): Promise<void>;
}

export function attemptsOf(): Attempts {
  // The pair is tight; the account alone is wide, so that nobody can lock another out from one address.
  const pair = new RateLimiterMemory({ points: 10, duration: quarterHour });
  const account = new RateLimiterMemory({ points: 50, duration: quarterHour });
  const address = new RateLimiterMemory({ points: 100, duration: quarterHour });
  const wrong = new RateLimiterMemory({ points: 200, duration: quarterHour });
  return {
    async signIn(email, from) {
      await count(address, from);
      await count(account, email);
      await count(pair, `${email} ${from}`);
    },
    async signedIn(email, from) {
      await Promise.all([pair.delete(`${email} ${from}`), account.reward(email), address.reward(from)]);
    },
    wrong: (kind, from) => count(wrong, `${kind} ${from}`),
  };
}

async function count(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (error instanceof RateLimiterRes) throw tooMany(error.msBeforeNext);
    throw error;
  }
}
