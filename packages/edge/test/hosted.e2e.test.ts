/** Every hosted platform does what every platform must do. */
import { get } from "@landfall/engine/deployment/ask";
import { conforms } from "../../engine/test/conformance.ts";
import { hostedIds, openHostedPlace } from "./hosted-place.ts";

for (const id of hostedIds) {
  conforms({
    id,
    rollback: true,
    hosted: true,
    open: () => openHostedPlace(id),
    get: (url, path) => get(url, path, AbortSignal.timeout(10_000)),
  });
}
