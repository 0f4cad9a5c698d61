/** What `env()` of Laravel means: it answers null for what is missing, and the files of configuration a package brings expect that. */
import { maskSlashComments } from "../mask.ts";
import type { Sighting } from "../sighting.ts";

/** Files of configuration that Laravel or its packages bring; what a project asks for in one of its own it needs. */
const brought = new Set(
  `activitylog app auth backup broadcasting bugsnag cache captcha cashier clockwork cors database debugbar dompdf excel
  filament filesystems fortify geoip hashing horizon ide-helper image jetstream jwt l5-swagger livewire log-viewer logging
  mail media-library newrelic nova octane passport permission pulse queue recaptcha reverb sanctum scout scramble sentry
  services session settings snappy telescope tinker trustedproxy view websockets`.split(/\s+/),
);

const isNothing = /^env\(\s*["']\w+["']\s*(?:,\s*(?:""|''|null)\s*)?\)/;

/** Takes back what `sightings`, of one file in PHP, say of such calls in a file that expects nothing of them. */
export function settleLaravelConfig(path: string, code: string, sightings: Sighting[]): void {
  const [, folders, name] = /(?:^|\/)config\/(.*\/)?([\w-]+)\.php$/.exec(path) ?? [];
  // Symfony keeps its own deeper, and manifests read those.
  if (name === undefined || !(brought.has(name) || folders !== undefined)) return;
  // A default that stands for a value is there to be replaced, whoever brings the file.
  for (const sighting of sightings)
    if (sighting.need === "plain" && isNothing.test(code.slice(sighting.offset, sighting.offset + 100)))
      sighting.need = "guarded";
}

/** What the program asks for of its services and disks: `config('services.stripe.secret')`, `Storage::disk('s3')`. */
const asked =
  /(?:\bconfig\(\s*|\bConfig::get\(\s*)["']services\.([\w.-]{1,80})["']\s*\)|\bStorage::disk\(\s*["']([\w-]{1,40})["']\s*\)/g;
const doesWithout = /(?:\bif\s*\(|\b(?:filled|empty|isset|blank)\(|!|&&|\?)\s*$/;
const isReplaced = /^\s*(?:\?\?|\?:|\?(?!->)|&&|[=!]==?)/;
/** What tells people of something, or runs now and then. */
const beside = /(?:^|\/)(?:Console|Jobs|Listeners|Mail|Notifications|Nova)\//;
const ofDisk = /\.(?:key|secret|bucket)$/;

/** Takes back that the program does without what it asks for of its services. `texts` are the files in PHP. */
export function settleLaravelServices(sightings: Sighting[], texts: ReadonlyMap<string, string>): void {
  const own = sightings.filter(
    ({ need, path }) => need === "guarded" && /(?:^|\/)config\/(?:services|filesystems)\.php$/.test(path),
  );
  if (own.length === 0) return;
  const [needed, spared] = [new Set<string>(), new Set<string>()];
  for (const [path, text] of texts)
    for (const match of beside.test(path) || !/\bconfig\(|Config::|Storage::/.test(text) ? [] : text.matchAll(asked)) {
      const [all, service, disk] = match;
      const end = match.index + all.length;
      const isSpared =
        service !== undefined &&
        (doesWithout.test(text.slice(Math.max(0, match.index - 40), match.index)) ||
          isReplaced.test(text.slice(end, end + 10)));
      (isSpared ? spared : needed).add(service ?? `disks.${disk}`);
    }
  const keys = new Set<string>();
  for (const sighting of needed.size > 0 ? own : []) {
    const code = maskSlashComments(texts.get(sighting.path) ?? "");
    if (!isNothing.test(code.slice(sighting.offset, sighting.offset + 100))) continue;
    const name = pathAt(code, sighting.offset);
    const isNeeded = name.startsWith("disks.")
      ? ofDisk.test(name) && needed.has(name.replace(ofDisk, ""))
      : needed.has(name);
    if (isNeeded && !spared.has(name)) keys.add(sighting.key);
  }
  for (const sighting of sightings)
    if (keys.has(sighting.key) && sighting.need === "guarded" && /(?:^|\/)config\//.test(sighting.path))
      sighting.need = "plain";
}

/** Under which keys of the array in `code` a place stands: `stripe.secret`. */
function pathAt(code: string, offset: number): string {
  const above: (string | null)[] = [];
  let key: string | null = null;
  for (const [token, name] of code
    .slice(0, offset)
    .matchAll(/["']([\w-]{1,80})["']\s*=>|"[^"\n]*"|'[^'\n]*'|[[\](),]/g))
    if (name !== undefined) key = name;
    else {
      if (token === "[" || token === "(") above.push(key);
      if (token === "]" || token === ")") above.pop();
      if (token.length === 1) key = null;
    }
  return [...above, key].filter((one) => one !== null).join(".");
}
