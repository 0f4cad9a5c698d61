/** Which of two versions of Landfall is the later one. Loaded only where there are two. */
import gt from "semver/functions/gt.js";
import valid from "semver/functions/valid.js";

/** False where either is no version. */
export function isLater(version: string, than: string): boolean {
  return valid(version) !== null && valid(than) !== null && gt(version, than);
}
