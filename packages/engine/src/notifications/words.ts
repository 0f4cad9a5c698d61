/** A message as people read it: in a channel, in a letter. What somebody chose stands in it as text, whatever is in it. */
import type { NotificationBody } from "./ends.ts";
import type { NotificationLetter } from "./place.ts";

type Ended = NonNullable<NotificationBody["data"]>;

/** A sentence that says all. */
function headline({ type, data }: NotificationBody): string {
  if (data === null) return "A test message of Landfall: deployments are told here.";
  const { project, environment, operation } = data;
  const what = operation === "rollback" ? "a rollback" : operation === "promote" ? "a promotion" : "a deployment";
  const ended = {
    "deployment.succeeded": "succeeded",
    "deployment.failed": "failed",
    "deployment.cancelled": "was cancelled",
  };
  return `${project}: ${what} of ${environment} ${type === "test" ? "" : ended[type]}.`;
}

/** What else there is to say, each in a line; links apart. */
function details({ error, reason, message, commit, startedBy }: Ended): string[] {
  const lines = [
    error ? `${error.what}${error.next === undefined ? "" : ` ${error.next}`}` : reason,
    message,
    commit
      ? `Commit ${commit.sha.slice(0, 8)}${commit.branch === null ? "" : ` on ${commit.branch}`}${commit.message === null ? "" : `: ${oneLine(commit.message)}`}`
      : null,
    startedBy === null ? null : `Started by ${startedBy}.`,
  ];
  return lines.filter((line) => line !== null && line !== "").map((line) => oneLine(line!));
}

function linksOf({ url, page, deployment }: Ended): { label: string; href: string }[] {
  return [
    ...(url === null ? [] : [{ label: url, href: url }]),
    ...(page === null ? [] : [{ label: deployment, href: page }]),
  ];
}

/** Slack's `mrkdwn`. Source: https://docs.slack.dev/messaging/formatting-message-text, read 2026-11. */
export function slackText(body: NotificationBody): string {
  const plain = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const { data } = body;
  const links = data ? linksOf(data).map(({ label, href }) => `<${plain(href)}|${plain(label)}>`) : [];
  return [`*${plain(headline(body))}*`, ...(data ? details(data).map((line) => cut(plain(line))) : []), ...links].join(
    "\n",
  );
}

/** Discord's Markdown, of at most 2,000 characters. Source: https://docs.discord.com/developers/resources/webhook, read 2026-11. */
export function discordText(body: NotificationBody): string {
  const plain = (text: string): string => text.replaceAll(/[\\*_~`|>#[\]()<@]/g, "\\$&");
  const { data } = body;
  const links = data ? linksOf(data).map(({ href }) => href) : [];
  return [`**${plain(headline(body))}**`, ...(data ? details(data).map((line) => cut(plain(line))) : []), ...links]
    .join("\n")
    .slice(0, 2_000);
}

export function letterOf(body: NotificationBody, { id, to }: { id: string; to: string }): NotificationLetter {
  const { data } = body;
  return {
    id,
    to,
    subject: headline(body),
    paragraphs: [
      headline(body),
      ...(data ? details(data) : []),
      ...(data ? linksOf(data).map(({ href }) => ({ link: href })) : []),
    ],
  };
}

/** Enough of a line to know what it is about. */
function cut(text: string): string {
  return text.length > 400 ? `${text.slice(0, 399)}…` : text;
}

/** Without line ends and other control characters, and what turns the direction of writing. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u{202A}-\u{202E}\u{2066}-\u{2069}]+/gu, " ").trim();
}
