/** What opens an account on a platform. A token stays as it is; one got by OAuth is renewed before it ends and when it is refused. */
import { type Secret, secret } from "../secret.ts";

/** An application registered at a vendor; without a secret it proves itself by PKCE alone. */
export interface OAuthClient {
  id: string;
  secret?: string;
}

export interface Credential {
  /** The access token to send now; renewed first when it is about to end. Throws AUTH_FAILED. */
  current(): Promise<Secret>;
  /** `refused` was refused: true when another one is there now. Throws AUTH_FAILED when there will be none. */
  renew?(refused: Secret): Promise<boolean>;
}

/** Told every secret a credential holds before it is used: a redactor. */
export type Learn = (secrets: string[]) => void;

export function tokenCredential(token: string, learn?: Learn): Credential {
  learn?.([token]);
  const value = secret(token);
  return { current: async () => value };
}

/** What a connection keeps, sealed. */
export interface KeptCredential {
  accessToken: string;
  refreshToken?: string;
  /** From when on it is renewed, in milliseconds since the epoch: some time before it ends. */
  renewAt?: number;
  /** The client it was given to; a process without an environment renews it too. */
  client?: OAuthClient;
}

/** The secrets of a kept credential. */
export function secretsOf({ accessToken, refreshToken, client }: KeptCredential): string[] {
  return [accessToken, refreshToken, client?.secret].filter((one) => one !== undefined);
}
