/** The domains a page is about. */

/** A project's domains on one platform. */
export interface DomainPlace {
  project: string;
  platform: string;
}
