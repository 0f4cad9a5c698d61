/** What both products share of uploads. */

/** The largest file either takes, in bytes: what wrangler 4.164.0 refuses to upload. */
export const maxFileBytes = 25 * 1024 * 1024;

/** Signs the tokens of uploads; a simulator keeps no secrets. */
export const uploadKey = "simulated-upload-key";
