/** The hosted platforms, in the order they are listed. */
import type { Platform } from "../platform.ts";
import { cloudflarePages } from "./cloudflare/pages.ts";
import { cloudflareWorkers } from "./cloudflare/workers.ts";
import { netlify } from "./netlify.ts";
import { vercel } from "./vercel/vercel.ts";

export const hostedPlatforms: Platform[] = [vercel, netlify, cloudflarePages, cloudflareWorkers];
