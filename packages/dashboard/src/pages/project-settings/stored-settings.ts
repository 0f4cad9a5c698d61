/** Settings of a project as the server gives them, and how each is called. */
import type { LandfallClient } from "@landfall/react";

export type Stored = Awaited<ReturnType<LandfallClient["projects"]["settings"]["get"]>>;

export type Settings = Stored["settings"];

export type Field = keyof Settings;

/** Names of the fields, as the difference is told. */
export const fieldLabels: Record<Field, string> = {
  rootDirectory: "Folder",
  framework: "Framework",
  installCommand: "Install command",
  buildCommand: "Build command",
  outputDir: "Output folder",
  startCommand: "Start command",
  releaseCommand: "Release command",
  healthPath: "Health check",
  platform: "Platform",
  savedTarget: "Saved target",
};
