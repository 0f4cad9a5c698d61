/** What both products share of uploads. */

/** The largest file either takes, in bytes. Source: developers.cloudflare.com/workers/platform/limits, read 2026-08-22. */
export const maxFileBytes = 25 * 1024 * 1024;

/** Signs the tokens of uploads; a simulator keeps no secrets. */
export const uploadKey = "simulated-upload-key";
