/** What `env()` of Laravel means: it answers null for what is missing, and the files of configuration a package brings expect that. */
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
