"use client";
import type { Connection, ErrorReport, Platform } from "../types.ts";

export type ConnectorState =
  | { kind: "not-connected" }
  | { kind: "waiting-for-browser"; url: string }
  | { kind: "checking" }
  | { kind: "connected"; connection: Connection }
  | { kind: "refused"; error: ErrorReport; connection?: Connection }
  | { kind: "unreachable"; error: ErrorReport; connection?: Connection };

export interface PlatformConnectorProps {
  platform: Platform;
  state: ConnectorState;
  /** Send the person to the platform; absent: only a token can be given. */
  onAuthorize?(): void;
  /** Check a pasted token and keep it. */
  onToken(token: string, name?: string): void;
  onCheck?(): void;
  onDisconnect?(): void;
  /** Projects that use it. */
  usedBy?: readonly string[];
}

export function PlatformConnector(_props: PlatformConnectorProps) {
  return null;
}
