/** Places that are told how a project's deployments ended, and what they were told; in types. */

/** What a place is: an address of one's own that takes signed JSON, a channel of Slack or Discord, a mailbox. */
export const notificationKinds = ["webhook", "slack", "discord", "email"] as const;
export type NotificationKind = (typeof notificationKinds)[number];

/** How a deployment may end. */
export const notificationEvents = ["succeeded", "failed", "cancelled"] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

/** Of which environments a place hears. */
export const notificationEnvironments = ["production", "all"] as const;
export type NotificationEnvironments = (typeof notificationEnvironments)[number];

export interface NotificationPlaceView {
  id: string;
  /** What a person calls it; unique in its project. */
  name: string;
  kind: NotificationKind;
  /** As much of its address as is no secret: the host of a URL, or the mail address. */
  leadsTo: string;
  events: NotificationEvent[];
  environments: NotificationEnvironments;
  createdAt: string;
  /** What it was told last; null before that. */
  last: NotificationView | null;
}

/** A message to a place. */
export interface NotificationView {
  /** The same with every try: by it a receiver knows what it has already. */
  id: string;
  event: NotificationEvent | "test";
  deployment: string | null;
  /** `given-up`: it was tried for about a day, or the place said that it is gone. */
  state: "waiting" | "delivered" | "given-up";
  attempts: number;
  /** Of the last answer over HTTP. */
  status: number | null;
  /** What came of the last try, in a sentence. */
  outcome: string | null;
  createdAt: string;
  triedAt: string | null;
  /** Of one that waits. */
  nextTryAt: string | null;
}

export interface NewNotificationPlace {
  project: string;
  kind: NotificationKind;
  /** The URL or the mail address. A URL is a secret and is never shown again. */
  address: string;
  /** Default: what kind it is, or its host. */
  name?: string;
  /** Default: `succeeded` and `failed`. */
  events?: NotificationEvent[];
  /** Default: `production`. */
  environments?: NotificationEnvironments;
}

/** What is absent stays; what it is, and what its messages are signed with, do too. */
export interface NotificationPlaceChange {
  name?: string | undefined;
  address?: string | undefined;
  events?: NotificationEvent[] | undefined;
  environments?: NotificationEnvironments | undefined;
}

/** Places that are told how a project's deployments ended. */
export interface Notifications {
  own: OwnNotifications;
  /** By name. Throws NOT_FOUND (the project). */
  list(of: { project: string }): Promise<NotificationPlaceView[]>;
  /**
   * Add one. `secret` is what messages to a webhook are signed with: in this answer and nowhere else; null for other kinds.
   * Throws NOT_FOUND, INVALID_CONFIG (with every fault), CONFLICT (the name is taken, there are too many).
   */
  save(asked: NewNotificationPlace): Promise<NotificationPlaceView & { secret: string | null }>;
  /** What it was still to be told goes to where it leads then. Throws as `save`. */
  update(of: { project: string; id: string } & NotificationPlaceChange): Promise<NotificationPlaceView>;
  /** With what it was told and is still to be told. Throws NOT_FOUND. */
  remove(of: { project: string; id: string }): Promise<void>;
  /** Send it a message now, once, and say what came of it. Throws NOT_FOUND. */
  test(of: { project: string; id: string }): Promise<{ ok: boolean; status: number | null; detail: string }>;
  /** Newest first. Throws NOT_FOUND. */
  deliveries(of: { project: string; id: string; before?: string; limit?: number }): Promise<NotificationView[]>;
  /** One more try, now, under the same id; what is given up or was taken waits again. Throws NOT_FOUND. */
  resend(of: { project: string; id: string; delivery: string }): Promise<NotificationView>;
  /** Tell places, of every organisation, what they are to be told: `idle` ends when nothing is due, `aborted` with the signal. */
  deliver(how: { signal: AbortSignal; until: "idle" | "aborted" }): Promise<void>;
  /** Forget what is old. To be called now and then. */
  tend(): Promise<void>;
  /** Where people see deployments, for links in messages: the address of a server's dashboard. Kept. */
  pagesAre(origin: string): Promise<void>;
}

/** Of which ends somebody may be told when they started a deployment themselves: they cancel it themselves, too. */
export const ownNotificationEvents = ["succeeded", "failed"] as const satisfies NotificationEvent[];
export type OwnNotificationEvent = (typeof ownNotificationEvents)[number];

/** What people are told by mail of deployments they started themselves; `person` is the id they are known by. */
export interface OwnNotifications {
  get(person: string): Promise<OwnNotificationsView>;
  /** No events is nothing any more. Throws INVALID_CONFIG (no mail is sent from here, or not to this address). */
  save(person: string, chosen: { address: string; events: OwnNotificationEvent[] }): Promise<OwnNotificationsView>;
}

export interface OwnNotificationsView {
  events: OwnNotificationEvent[];
  /** Whether this process has a mail server to send by. */
  sendsMail: boolean;
}

/** A letter about a deployment. */
export interface NotificationLetter {
  /** The message's. */
  id: string;
  to: string;
  subject: string;
  /** In order; a link stands by itself. */
  paragraphs: (string | { link: string })[];
}

/** Hands a letter to a mail server, once. Never rejects; `isFinal`: another try would end the same. */
export type SendLetter = (letter: NotificationLetter) => Promise<{ ok: boolean; isFinal: boolean; words: string }>;
