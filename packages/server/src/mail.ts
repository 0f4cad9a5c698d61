/** Sending mail. Whoever causes a letter does not wait for it: it is tried a few times in this process, and the log says how it went. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { isLoopback } from "@landfall/engine/special-address";
import type { SendLetter } from "@landfall/engine";
import type { Transporter } from "nodemailer";
import { bodyOf, type Letter, oneLine } from "./letters.ts";
import type { Logger } from "./log.ts";

/** The server that takes our mail. */
export interface MailServer {
  host: string;
  port: number;
  /** TLS from the first byte (smtps). Otherwise as soon as the server offers it (STARTTLS). */
  isSecure: boolean;
  /** Null for a server that takes mail from this machine without. */
  login: { user: string; password: string } | null;
  from: { name: string; address: string };
}

export interface Mail extends AsyncDisposable {
  /** Hand it over; never throws. */
  send(letter: Letter): void;
}

/** How long to connect and to be greeted, and how long one answer may take. */
const connectMs = 10_000;
const answerMs = 20_000;
/** Before the second try, the third, and so on. */
const retryMs = [2_000, 20_000, 120_000];
/** What is being sent when the server stops has so long. */
const drainMs = 5_000;

/** Connects when there is something to send. */
async function transportTo({ host, port, isSecure, login }: MailServer): Promise<Transporter> {
  const { createTransport } = await import("nodemailer");
  const isHere = isLoopback(host);
  return createTransport({
    host,
    port,
    secure: isSecure,
    // A password goes to another machine under TLS or not at all. A server on this one has a certificate for no name we know it by.
    requireTLS: login !== null && !isHere,
    tls: { rejectUnauthorized: !isHere },
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: answerMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** What of a letter is the same whatever it says. `id` names it at every mail server it passes. */
function envelope({ from }: MailServer, { id, to }: { id: string; to: string }) {
  return {
    from,
    to: { name: "", address: to },
    messageId: `<${id}@${from.address.split("@")[1]}>`,
    headers: { "Auto-Submitted": "auto-generated" },
    xMailer: false as const,
  };
}

/** Hands a letter about a deployment over, once: when it is tried again is the engine's to say. */
export function letterSender(server: MailServer): SendLetter {
  let opening: Promise<Transporter> | undefined;
  return async ({ id, to, subject, paragraphs }) => {
    const transport = await (opening ??= transportTo(server));
    const plain = paragraphs.map((one) => (typeof one === "string" ? oneLine(one) : one));
    const message = { ...envelope(server, { id, to }), subject: oneLine(subject), ...bodyOf({ paragraphs: plain }) };
    try {
      await transport.sendMail(message);
      return { ok: true, isFinal: false, words: "The mail server took it." };
    } catch (error) {
      const { isFinal, told, words } = failureOf(error);
      // A wrong password is mended here; a refused letter is not.
      return { ok: false, isFinal: isFinal && told.code !== "EAUTH", words };
    }
  };
}

/** Disposing lets what is being sent go, and gives up what waits for another try. */
export async function openMail(server: MailServer, log: Logger): Promise<Mail> {
  const transport = await transportTo(server);
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();

  /** Every try has the same id, so that a letter the other side took without saying so arrives once. */
  async function deliver(letter: Letter): Promise<void> {
    const { kind, to, subject } = letter;
    const message = { ...envelope(server, { id: randomUUID(), to }), subject, ...bodyOf(letter) };
    for (let attempt = 1; ; attempt++) {
      const failure = await transport.sendMail(message).then(
        () => null,
        (error: unknown) => failureOf(error),
      );
      if (failure === null) return log.info({ mail: kind, attempt }, "A mail was sent");
      const waitMs = failure.isFinal || stopping.signal.aborted ? undefined : retryMs[attempt - 1];
      const next = waitMs === undefined ? "it is given up" : `it is tried again in ${waitMs / 1000} s`;
      log.warn({ mail: kind, attempt, ...failure.told }, `A mail could not be sent; ${next}`);
      if (waitMs === undefined) return;
      try {
        await delay(waitMs, undefined, { signal: stopping.signal, ref: false });
      } catch {
        // Only the signal ends it early.
        return log.warn({ mail: kind, attempt }, "A mail could not be sent before the server stopped");
      }
    }
  }

  return {
    send(letter) {
      const sent = deliver(letter).catch((error: unknown) =>
        log.error({ mail: letter.kind, err: error }, "A mail was lost"),
      );
      underWay.add(sent);
      void sent.finally(() => underWay.delete(sent));
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.race([Promise.all(underWay), delay(drainMs, undefined, { ref: false })]);
      transport.close();
    },
  };
}

const connectionCodes = new Set(["ECONNECTION", "ESOCKET", "ETIMEDOUT", "EDNS", "ETLS"]);
const look = "See LANDFALL_SMTP_URL.";

interface Failure {
  /** The server took it and refused it, for good: the same letter is not tried again. */
  isFinal: boolean;
  told: {
    code?: string | undefined;
    command?: string | undefined;
    answer?: number | undefined;
    reason?: string | undefined;
  };
  /** For people, in a sentence or two. */
  words: string;
}

/**
 * What of a failure is told. The answer of a mail server repeats addresses and may repeat more, so of that only the number is; a
 * failure before there was any answer is about the connection, and is told whole. A number from 500 on is for good (RFC 5321, 4.2.1),
 * but not one to STARTTLS, which says nothing about the letter.
 */
function failureOf(error: unknown): Failure {
  const {
    code,
    command,
    responseCode: answer,
    message = "",
  } = error as {
    code?: string;
    command?: string;
    responseCode?: number;
    message?: string;
  };
  const told = { code, command, answer };
  if (answer !== undefined && code === "ETLS") {
    const words = `The mail server offers no TLS (STARTTLS), and without it no password is sent. ${look}`;
    return { isFinal: false, told: { ...told, reason: words }, words };
  }
  if (answer !== undefined) {
    const words =
      code === "EAUTH"
        ? `The mail server refused the user or the password (${answer}). ${look}`
        : `The mail server answered ${answer}.`;
    return { isFinal: answer >= 500, told, words };
  }
  const reason = connectionCodes.has(code ?? "") ? message : undefined;
  return { isFinal: false, told: { ...told, reason }, words: reason === undefined ? unreachable : wordsOf(reason) };
}

const unreachable = "The mail server could not be reached.";

/** Of what Node and OpenSSL say about a connection. */
function wordsOf(reason: string): string {
  if (/does not match certificate's altnames/i.test(reason))
    return `The mail server's certificate is for another name, not for the one it is asked by. ${reason.slice(0, 200)}`;
  if (/certificate/i.test(reason))
    return `The mail server's certificate is not trusted: ${reason.slice(0, 200)}. An authority of one's own is named with NODE_EXTRA_CA_CERTS.`;
  if (/wrong version number|packet length too long|record layer/i.test(reason))
    return `The mail server speaks no TLS at the first byte. smtp:// and smtps:// are two ways to begin. ${look}`;
  return unreachable;
}
