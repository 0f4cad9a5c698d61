/** What needs the network says so while there is none. */
import { useConnectionState } from "@landfall/react";

/** Why nothing can be changed now; undefined when it can. */
export function useOfflineReason(): string | undefined {
  return useConnectionState().kind === "offline" ? "There is no connection to the server." : undefined;
}
