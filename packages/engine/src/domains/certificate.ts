/** The certificate a domain shows, as a browser sees it. */
import { isIP } from "node:net";
import type { PeerCertificate } from "node:tls";
import type { Dns } from "./dns.ts";

export interface CertificateCheck {
  state: "valid" | "invalid" | "none";
  issuer?: string;
  /** ISO 8601. */
  expiresAt?: string;
  /** Why it is not valid, or why there is none. */
  fault?: string;
}

const timeoutMs = 8_000;

/** Greet port 443 (or `port`) of the domain and look at what it shows. Never throws. */
export async function checkCertificate(
  dns: Dns,
  name: string,
  { port = 443, signal }: { port?: number; signal?: AbortSignal } = {},
): Promise<CertificateCheck> {
  const [address] = await dns.resolve(name, "A").catch(() => []);
  if (!address) return { state: "none", fault: "the name leads nowhere yet" };
  return new Promise((resolve) => {
    // Loaded only here: TLS is a good part of a command's start.
    const { connect } = process.getBuiltinModule("node:tls");
    const socket = connect({ host: address, port, servername: isIP(name) ? "" : name, rejectUnauthorized: false });
    const end = (check: CertificateCheck): void => {
      signal?.removeEventListener("abort", stop);
      socket.destroy();
      resolve(check);
    };
    const stop = (): void => end({ state: "none", fault: "not waited for" });
    signal?.addEventListener("abort", stop);
    socket.setTimeout(timeoutMs, () => end({ state: "none", fault: `${address}:${port} does not answer` }));
    socket.on("error", (error) => end({ state: "none", fault: error.message }));
    socket.on("secureConnect", () => {
      const shown = socket.getPeerCertificate();
      const facts = factsOf(shown);
      if (socket.authorized) end({ state: "valid", ...facts });
      else end({ state: "invalid", ...facts, fault: String(socket.authorizationError) });
    });
  });
}

function factsOf({ issuer, valid_to: validTo }: PeerCertificate): Pick<CertificateCheck, "issuer" | "expiresAt"> {
  // The types promise an issuer; a certificate without one has none.
  const by = (issuer as PeerCertificate["issuer"] | undefined)?.O ?? issuer?.CN;
  const at = new Date(validTo);
  return {
    ...(typeof by === "string" ? { issuer: by } : {}),
    ...(Number.isNaN(at.getTime()) ? {} : { expiresAt: at.toISOString() }),
  };
}
