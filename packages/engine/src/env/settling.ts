/** What the places, taken together, say of each: how much one needs a variable may follow from another place, or from the example. */
import type { EnvVariable } from "../detect/detection.ts";
import type { ExampleEntry } from "./told/example.ts";
import type { Sighting } from "./sighting.ts";
import type { Gathered } from "./surroundings.ts";

/** Changes the needs, and the names, of `sightings`. */
export function settle(sightings: Sighting[], examples: readonly ExampleEntry[]): void {
  const inExample = new Set(examples.map(({ key }) => key));
  settleReports(sightings, inExample);
  settleReportsOfHealth(sightings);
  settleChoices(sightings, examples);
  settleOwnNames(sightings, inExample);
  settleParts(sightings, inExample);
}

/** What has a value of its own is never told to be missing, and what nothing else names is no variable. */
function settleReports(sightings: Sighting[], inExample: ReadonlySet<string>): void {
  if (!sightings.some(({ isReported }) => isReported)) return;
  const given = new Set(sightings.flatMap(({ key, need }) => (need === "default" ? [key] : [])));
  const read = new Set(sightings.flatMap(({ key, isReported }) => (isReported ? [] : [key])));
  for (const sighting of sightings)
    if (sighting.isReported && sighting.need === "checked") {
      if (given.has(sighting.key)) sighting.need = "default";
      else if (!read.has(sighting.key) && !inExample.has(sighting.key)) sighting.need = "tooling";
    }
}

const ofHealth =
  /(?:^|\/)(?:health|healthz|healthchecks?|diagnostics?)(?:[./-]\w+)*\.[cm]?[jt]sx?$|(?:^|\/)(?:health|diagnostics?)\//i;

/** Who reports how the program is doing looks whether a variable is there, and needs none. */
function settleReportsOfHealth(sightings: Sighting[]): void {
  for (const sighting of sightings)
    if (/^(?:default|guarded|skipped)$/.test(sighting.need) && ofHealth.test(sighting.path)) sighting.need = "tooling";
}

const switchedOn = /^(?:true|1|yes|on|enabled)$/i;

/** What code reads from a schema's result is the variable the schema filled it from. */
function settleOwnNames(sightings: Sighting[], inExample: ReadonlySet<string>): void {
  const names = new Map(sightings.flatMap(({ key, knownAs }) => (knownAs === undefined ? [] : [[knownAs, key]])));
  for (const sighting of names.size > 0 ? sightings : []) {
    const full = inExample.has(sighting.key) ? undefined : names.get(sighting.key);
    if (full !== undefined) sighting.key = full;
  }
}

const interchangeable =
  /(?:^|\/)(?:plugins?|providers?|integrations?|connectors?|adapters?)\/(?:.*\/)?[^/]+\.(?!(?:[cm]?[jt]sx?|vue|svelte)$)\w+$/;

/** What one of many parts asks for, and the example leaves out, is needed by whoever uses that part. */
function settleParts(sightings: Sighting[], inExample: ReadonlySet<string>): void {
  for (const sighting of inExample.size > 0 ? sightings : [])
    if (
      /^(?:checked|asserted|plain)$/.test(sighting.need) &&
      !sighting.inSchema &&
      !inExample.has(sighting.key) &&
      interchangeable.test(sighting.path)
    )
      sighting.need = "guarded";
}

/** What is read for a choice the example does not make is not needed; a switch it says nothing of is off. */
function settleChoices(sightings: Sighting[], examples: readonly ExampleEntry[]): void {
  for (const sighting of sightings) {
    if (!sighting.onlyFor || !/^(?:checked|asserted|plain|quieted)$/.test(sighting.need)) continue;
    const { key, values, isValue, isOneOfSeveral, otherwise } = sighting.onlyFor;
    const told = examples.find((one) => one.key === key && !one.isCommentedOut)?.value ?? "";
    if (told === "" && isOneOfSeveral && (otherwise === undefined || !values.includes(otherwise)))
      sighting.need = "guarded";
    if (told === "" && !values.some((value) => switchedOn.test(value))) continue;
    if (values.includes(told) !== isValue) sighting.need = "tooling";
  }
}

/** Where the key of a vendor is asked for before it is used and the example does not tell of it, the vendor can be done without. */
export function withoutSparedVendors(
  found: EnvVariable[],
  seen: ReadonlyMap<string, Gathered>,
  hasExample: boolean,
): EnvVariable[] {
  const isUntold = (key: string): boolean =>
    seen.get(key)!.examples.length === 0 && !seen.get(key)!.sightings.some(({ inSchema }) => inSchema);
  const spared = new Set(
    found.flatMap(({ key, required }) =>
      !required &&
      isUntold(key) &&
      seen.get(key)!.sightings.some(({ need, asksFeature }) => asksFeature || (need === "guarded" && hasExample))
        ? (vendorKey.exec(key)?.[1] ?? [])
        : [],
    ),
  );
  return found.map((variable) =>
    spared.has(variable.key.split("_", 1)[0]!) && isUntold(variable.key) && variable.required
      ? { ...variable, required: false, because: "the code works without that vendor" }
      : variable,
  );
}

/** The key to a vendor's service; its first group is the vendor. Those of many services are not spared with one of them. */
const vendorKey =
  /^(?!GOOGLE_|AWS_|AZURE_|APP_|API_|AUTH_|NEXTAUTH_|JWT_|SESSION_|DB_|DATABASE_|SECRET_|COOKIE_|ADMIN_)([A-Z0-9]+)_(?:\w+_)?(?:SECRET|KEY|TOKEN)$/;
