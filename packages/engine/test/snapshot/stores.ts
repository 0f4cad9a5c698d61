/** The S3-compatible stores that tests run against: our stand-in, and a real one. What must be so on both is said once: `describe.each(stores)`. */
import type { S3State, Simulator } from "@landfall/simulators";
import { afterAll, beforeAll, expect } from "vitest";
import type { BlobStoreOptions } from "../../src/snapshot/s3.ts";
import { openBucket, optionsOf } from "./bucket.ts";
import { missingSwift, startSwift, type Swift } from "./swift.ts";

export interface Store {
  name: string;
  /** Call in a `describe`. What it answers gives a new, empty bucket. */
  use(): () => Promise<BlobStoreOptions>;
}

const both: Store[] = [
  {
    name: "a simulated S3",
    use() {
      const buckets: Simulator<S3State>[] = [];
      afterAll(async () => {
        for (const bucket of buckets) {
          expect(bucket.violations).toEqual([]);
          await bucket.close();
        }
      });
      return async () => {
        const bucket = await openBucket();
        buckets.push(bucket);
        return optionsOf(bucket);
      };
    },
  },
  {
    name: "OpenStack Swift",
    use() {
      let swift: Swift;
      beforeAll(async () => {
        swift = await startSwift();
      }, 120_000);
      afterAll(() => swift[Symbol.asyncDispose]());
      return () => swift.bucket();
    },
  },
];

const missing = missingSwift();
const isLeftOut = missing !== null && !process.env["CI"];
if (isLeftOut) console.warn(`Not tested on a real store: ${missing}`);

/** Both; without Swift only the stand-in, which is said, and is an error where CI is set. */
export const stores = isLeftOut ? both.slice(0, 1) : both;
