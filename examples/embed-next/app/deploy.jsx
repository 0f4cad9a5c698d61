"use client";
import { DeployButton, LandfallProvider } from "@landfall/react";
import { useState } from "react";

export function Deploy({ sandbox, project }) {
  const [url, setUrl] = useState(null);
  return (
    <LandfallProvider>
      <DeployButton project={project} source={{ sandbox }} onSettled={(deployment) => setUrl(deployment.url)} />
      {url && (
        <p>
          It is at <a href={url}>{url}</a>.
        </p>
      )}
    </LandfallProvider>
  );
}
