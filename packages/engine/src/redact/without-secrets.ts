/** Errors that hold nothing secret. */
import { DeployError } from "../error.ts";
import { createRedactor } from "./redact.ts";

/** The error without the secrets a vendor may have sent back in it, and without what it came from when that was so. */
export function withoutSecrets(error: unknown, secrets: string[]): unknown {
  if (!(error instanceof DeployError)) return error;
  const text = JSON.stringify(error.text);
  const hidden = createRedactor(secrets.map((value) => ({ name: "credential", value }))).text(text);
  return hidden === text ? error : new DeployError(error.code, JSON.parse(hidden) as DeployError["text"]);
}
