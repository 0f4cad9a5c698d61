import { get } from "@landfall/engine/deployment/ask";
import { conforms } from "../../engine/test/conformance.ts";
import { openPlace } from "./place.ts";

conforms({
  id: "local",
  rollback: true,
  open: openPlace,
  get: (url, path) => get(url, path, AbortSignal.timeout(10_000)),
});
