/**
 * The table of failures. Order matters here and nowhere else: a row that says more comes before one that says less, for a page that could
 * not be rendered may well be a variable that is not set.
 */
import type { Signature } from "./signature.ts";
import { environmentSignatures } from "./environment.ts";
import { frameworkSignatures } from "./frameworks.ts";
import { installSignatures } from "./install.ts";
import { languageSignatures } from "./languages.ts";
import { moduleSignatures } from "./modules.ts";

export const signatures: readonly Signature[] = [
  ...installSignatures,
  ...environmentSignatures,
  ...frameworkSignatures,
  ...languageSignatures,
  ...moduleSignatures,
];
