/** What opens an account on a platform. A token stays as it is; one got by OAuth is renewed before it ends and when it is refused. */
import { type Secret, secret } from "../secret.ts";

export interface Credential {
  /** The access token to send now; renewed first when it is about to end. */
  current(): Promise<Secret>;
  /** The token was refused: true when another one is there now. */
  renew?(): Promise<boolean>;
}

export function tokenCredential(token: string): Credential {
  const value = secret(token);
  return { current: async () => value };
}
