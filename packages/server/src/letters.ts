/** What the server writes to people. What somebody chose (names) stands in it as text on one line, whatever is in it. */
import type { Role } from "@landfall/contract";

export interface Letter {
  /** For the log, which says nothing else of a letter. */
  kind: "invitation" | "new-password" | "password-changed";
  to: string;
  subject: string;
  /** In order; a link stands by itself. */
  paragraphs: (string | { link: string })[];
}

export function invitationLetter(asked: {
  to: string;
  by: { name: string; email: string };
  organization: string;
  role: Role;
  link: string;
  expiresAt: string;
}): Letter {
  const { to, by, organization, role, link, expiresAt } = asked;
  return {
    kind: "invitation",
    to,
    subject: oneLine(`${by.name} invites you to ${organization} on Landfall`),
    paragraphs: [
      oneLine(`${by.name} (${by.email}) invites you to ${organization} on Landfall, as ${role}.`),
      `Accept with this link. It is for ${to} alone, works once, and until ${instant(expiresAt)}.`,
      { link },
      "If you know nothing of this, leave it: nothing happens without the link.",
    ],
  };
}

export function newPasswordLetter({ to, publicUrl, link }: { to: string; publicUrl: string; link: string }): Letter {
  return {
    kind: "new-password",
    to,
    subject: "Choose a new password for Landfall",
    paragraphs: [
      `Somebody asked for a new password for ${to} at ${publicUrl}.`,
      "Choose it with this link, within an hour. It works once.",
      { link },
      "If it was not you, leave it: your password stays as it is.",
    ],
  };
}

/** `at` is an instant. */
export function passwordChangedLetter({ to, publicUrl, at }: { to: string; publicUrl: string; at: string }): Letter {
  return {
    kind: "password-changed",
    to,
    subject: "Your password for Landfall was changed",
    paragraphs: [
      `The password of ${to} at ${publicUrl} was changed on ${instant(at)}.`,
      "Whoever was signed in with the old one is signed out. API keys go on working; each is taken back by itself under Settings.",
      "If it was not you, choose a new password here, and tell an owner of your organisation.",
      { link: `${publicUrl}/forgot-password` },
    ],
  };
}

/** The same words twice: as plain text, and as HTML that loads nothing. */
export function bodyOf({ paragraphs }: Pick<Letter, "paragraphs">): { text: string; html: string } {
  const html = paragraphs.map((one) => {
    if (typeof one === "string") return `<p>${escaped(one)}</p>`;
    const link = escaped(one.link);
    return `<p><a href="${link}">${link}</a></p>`;
  });
  return {
    text: `${paragraphs.map((one) => (typeof one === "string" ? one : one.link)).join("\n\n")}\n`,
    html: `<!doctype html><html lang="en"><meta charset="utf-8"><body>${html.join("\n")}</body></html>\n`,
  };
}

/** Without line ends, other control characters, and what turns the direction of writing: none may begin a header or change what is read. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u{202A}-\u{202E}\u{2066}-\u{2069}]+/gu, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

/** `2026-01-31 09:05 UTC` */
function instant(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}
