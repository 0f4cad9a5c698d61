/** What a build makes. Bytes are in the blob store; an artifact is a manifest, so equal outputs are stored once. */
import type { SnapshotFile } from "./snapshot/snapshot.ts";

export type ArtifactKind = "source" | "files" | "prebuilt" | "image" | "package" | "repository";

/** How the static files of an artifact are to be served. */
export interface StaticRules {
  /** Unknown paths get /index.html with 200 (a single-page application). */
  spaFallback: boolean;
  /** Serve `/a` from `a.html` and `/a/` from `a/index.html`. */
  cleanUrls: boolean;
  trailingSlash?: "always" | "never";
}

export interface Artifact {
  kind: ArtifactKind;
  /** sha256 (hex) over kind, files, and what starts it; what rollback compares. */
  digest: string;
  /** Files relative to the output directory (`files`) or to the service's workspace (`source`, `prebuilt`: what the server needs to run). */
  files: SnapshotFile[];
  sizeBytes: number;
  static?: StaticRules;
}
