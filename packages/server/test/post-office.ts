/** A mail server on loopback that keeps what it is given. */
import type { MailServer } from "../src/mail.ts";
import { SMTPServer } from "smtp-server";

export interface Received {
  /** Of the envelope: who the mail server brings it to. */
  to: string[];
  /** As it came, with the lines of a long header put together. */
  headers: string[];
  subject: string;
  text: string;
  html: string;
  /** The one address in it that works once. */
  link: string;
}

export interface PostOffice extends AsyncDisposable {
  /** As a server of ours is told of it. */
  mail: MailServer;
  /** The same as a setting. */
  url: string;
  received: Received[];
  /** The passwords it was told, and whether under TLS. */
  asked: { password: string; isSecure: boolean }[];
  /** The newest letter to this address; waits for it. */
  letterTo(email: string, subject?: RegExp): Promise<Received>;
  /** It answers every recipient so; null: it takes the letter. */
  refuse(answer: { responseCode: number; message: string } | null): void;
}

export const mailUser = "landfall";
export const mailPassword = "p@ss:word/of#the%post";

interface Asked {
  /** One that is to be listened on; default: any free one. */
  port?: number;
  /** What it shows who it is with: from the first byte, or when STARTTLS is asked for. Without it speaks no TLS. */
  tls?: { key: string; cert: string; from: "first byte" | "STARTTLS" };
  /** The name or number by which it is spoken to. */
  host?: string;
}

export async function openPostOffice({ port = 0, tls, host = "127.0.0.1" }: Asked = {}): Promise<PostOffice> {
  const received: Received[] = [];
  const asked: PostOffice["asked"] = [];
  let refusal: { responseCode: number; message: string } | null = null;
  const server = new SMTPServer({
    authOptional: false,
    // One that can speak TLS takes no password without.
    allowInsecureAuth: tls === undefined,
    disabledCommands: tls?.from === "STARTTLS" ? [] : ["STARTTLS"],
    ...(tls === undefined ? {} : { key: tls.key, cert: tls.cert, secure: tls.from === "first byte" }),
    onAuth({ username, password }, { secure }, done) {
      asked.push({ password: password ?? "", isSecure: secure });
      if (username === mailUser && password === mailPassword) done(null, { user: username });
      else done(new Error("Invalid login"));
    },
    onRcptTo(address, _session, done) {
      if (refusal) done(Object.assign(new Error(`${refusal.message} <${address.address}>`), refusal));
      else done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        received.push(
          read(
            Buffer.concat(chunks).toString("utf8"),
            session.envelope.rcptTo.map(({ address }) => address),
          ),
        );
        done();
      });
    },
  });
  // A client that does not trust it breaks off: no error of ours.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const at = (server.server.address() as { port: number }).port;
  return {
    received,
    asked,
    mail: {
      host,
      port: at,
      isSecure: tls?.from === "first byte",
      login: { user: mailUser, password: mailPassword },
      from: { name: "Landfall", address: "landfall@example.com" },
    },
    url: `smtp://${mailUser}:${encodeURIComponent(mailPassword)}@127.0.0.1:${at}`,
    async letterTo(email, subject = /./) {
      for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((next) => setTimeout(next, 20))) {
        const found = received.findLast((one) => one.to.includes(email) && subject.test(one.subject));
        if (found) return found;
      }
      throw new Error(`no letter came to ${email}`);
    },
    refuse: (answer) => (refusal = answer),
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Of what we send: two parts, each in quoted-printable or as it is. */
function read(raw: string, to: string[]): Received {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const headers = head.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n");
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1];
  const parts = rest.join("\r\n\r\n").split(`--${boundary}`);
  const part = (type: string): string => {
    const found = parts.find((one) => one.includes(`Content-Type: ${type}`)) ?? "";
    const [about = "", ...body] = found.replace(/^\r\n/, "").split("\r\n\r\n");
    const text = body.join("\r\n\r\n");
    return /quoted-printable/i.test(about) ? unquoted(text) : text;
  };
  const text = part("text/plain");
  return {
    to,
    headers,
    subject: headers.find((one) => one.startsWith("Subject: "))?.slice(9) ?? "",
    text,
    html: part("text/html"),
    link: /https?:\/\/\S+#\S+/.exec(text)?.[0] ?? "",
  };
}

function unquoted(text: string): string {
  const bytes = text
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
