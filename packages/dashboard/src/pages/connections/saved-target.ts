/** A saved target, as the server gives it. */
import type { LandfallClient } from "@landfall/react";

export type SavedTarget = Awaited<ReturnType<LandfallClient["targets"]["saved"]>>["targets"][number];
