/** What the source is, why that is believed, and what a person says instead. */
import {
  Button,
  type Detection,
  DeploymentConfigForm,
  type ErrorReport,
  kindWord,
  type ServiceOverrides,
  useAnnounce,
} from "@landfall/react";
import { useEffect } from "react";

export interface DetectedStepProps {
  detection: Detection | null;
  error: ErrorReport | null;
  onRetry(): void;
  overrides: ServiceOverrides;
  onOverrides(overrides: ServiceOverrides): void;
  services: string[] | null;
  onServices(services: string[]): void;
  onDone(): void;
}

export function DetectedStep({
  detection,
  error,
  onRetry,
  overrides,
  onOverrides,
  services,
  onServices,
  onDone,
}: DetectedStepProps) {
  // What was not recognised can still be said by hand; what could not be read cannot.
  const isUnreadable = error !== null && error.code !== "NOT_DETECTED";
  const { say } = useAnnounce();
  const found = detection === null ? null : detectionInWords(detection);
  useEffect(() => {
    if (found !== null) say(`Detected: ${found}.`);
  }, [found, say]);
  return (
    <div className="lf:flex lf:flex-col lf:gap-4">
      <DeploymentConfigForm
        detection={detection}
        error={error}
        value={overrides}
        onChange={onOverrides}
        {...(services === null ? {} : { services })}
        {...(detection !== null && detection.services.length > 1 ? { onServices } : {})}
      />
      <div className="lf:flex lf:gap-2">
        {isUnreadable ? (
          <Button onClick={onRetry}>Look again</Button>
        ) : (
          <Button
            look="primary"
            {...(detection === null && error === null ? { unavailable: "It is being looked at." } : {})}
            onClick={onDone}
          >
            Continue
          </Button>
        )}
      </div>
    </div>
  );
}

/** "astro, static pages". */
export function serviceInWords({ made, kind }: { made: string | null | undefined; kind: string }): string {
  return [made === "static" ? null : made, kindWord(kind)].filter(Boolean).join(", ");
}

/** In a line. */
export function detectionInWords(detection: Detection): string {
  if (detection.services.length > 1)
    return `${detection.services.length} services: ${detection.services.map(({ name }) => name).join(", ")}`;
  const words = serviceInWords({ made: detection.framework ?? detection.runtime, kind: detection.kind });
  return words.charAt(0).toUpperCase() + words.slice(1);
}
