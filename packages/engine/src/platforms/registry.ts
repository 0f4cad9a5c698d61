/** The hosted platforms, in the order they are listed. */
import type { Platform } from "../platform.ts";

export const hostedPlatforms: Platform[] = [];
