/** A bucket of one's own in a stand-in of S3, and a connection to it. */
import { createSimulator, s3, type S3State, type Simulator, type SimulatorOptions } from "@landfall/simulators";
import { type Clock, systemClock } from "../../src/clock.ts";
import { type BlobStoreOptions, openS3, readStoreUrl, type S3 } from "../../src/snapshot/s3.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

export const openBucket = (options?: SimulatorOptions): Promise<Simulator<S3State>> =>
  createSimulator(s3({ bucket: "bytes", region: "eu-central-1", pageKeys: 7, ...credentials }), options);

/** As the engine is told. */
export function optionsOf({ url }: Simulator<S3State>): BlobStoreOptions {
  return {
    url: `s3://bytes/of/landfall?endpoint=${encodeURIComponent(url)}&region=eu-central-1`,
    ...credentials,
  };
}

export function connect(
  bucket: Simulator<S3State>,
  more: Partial<BlobStoreOptions> = {},
  clock: Clock = systemClock,
): S3 {
  const options = { ...optionsOf(bucket), ...more };
  return openS3(readStoreUrl(options.url), options, clock);
}
