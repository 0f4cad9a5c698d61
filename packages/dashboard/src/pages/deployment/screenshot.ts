/** The picture of what a deployment put online, as an address of this page: an image sends no header that says of which organisation. */
import { type Deployment, useLandfall } from "@landfall/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/** Null until it is here, and where there is none. */
export function useScreenshot({ id, screenshot }: Deployment): { url: string; alt: string } | null {
  const { client } = useLandfall();
  const { data } = useQuery({
    queryKey: ["landfall", "screenshot", id],
    queryFn: ({ signal }) => client.deployments.screenshot({ id }, { signal }),
    enabled: screenshot !== null,
    // It never changes.
    staleTime: Infinity,
    retry: false,
  });
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (data === undefined) return undefined;
    const made = URL.createObjectURL(data);
    setUrl(made);
    return () => {
      setUrl(null);
      URL.revokeObjectURL(made);
    };
  }, [data]);
  return screenshot === null || url === null ? null : { url, alt: screenshot.alt };
}
