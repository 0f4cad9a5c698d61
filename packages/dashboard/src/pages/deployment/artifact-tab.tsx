/** What was made: each service with its kind and how it runs, the files it was made of, what was sent. */
import { Badge, type Deployment, EmptyState, type PlanService } from "@landfall/react";
import type { ReactNode } from "react";
import { Card } from "../../parts/section.tsx";
import { counted, SiteUrl } from "../../parts/deployment-words.tsx";
import { bytesInWords } from "../../parts/bytes.ts";

export function ArtifactTab({ deployment }: { deployment: Deployment }) {
  const { plan, releaseId, releasedBytes, bytesSent, filesSent } = deployment;
  if (plan === null)
    return <EmptyState title="Not planned yet">What will be made is here as soon as it is planned.</EmptyState>;
  return (
    <div className="lf:grid lf:grid-cols-1 lf:gap-4">
      <dl className="lf:grid lf:gap-x-6 lf:gap-y-3 lf:@md:grid-cols-2">
        <Row name="Source">
          {plan.source.description}, {counted(plan.source.files, "file")}, {bytesInWords(plan.source.sizeBytes)}
        </Row>
        <Row name="Release">
          {releaseId === null ? (
            "None was made."
          ) : (
            <code className="lf:font-mono lf:text-xs lf:break-all">{releaseId}</code>
          )}
        </Row>
        <Row name="Size">{releasedBytes === null ? "Not known." : bytesInWords(releasedBytes)}</Row>
        <Row name="Sent to the platform">
          {filesSent === 0
            ? "Nothing: it had everything, or runs here."
            : `${counted(filesSent, "file")}, ${bytesInWords(bytesSent)}`}
        </Row>
      </dl>
      <ul className="lf:grid lf:grid-cols-1 lf:gap-3">
        {plan.services.map((service) => (
          <li key={service.name}>
            <Card>
              <Service
                service={service}
                url={deployment.services.find(({ name }) => name === service.name)?.url ?? null}
              />
            </Card>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Service({ service, url }: { service: PlanService; url: string | null }) {
  const { name, kind, framework, runtime, runtimeVersion, build, start, path, port, check } = service;
  return (
    <>
      <h3 className="lf:flex lf:flex-wrap lf:items-center lf:gap-2 lf:font-medium">
        {name} <Badge>{kind}</Badge>
      </h3>
      {url === null ? null : <SiteUrl url={url} />}
      <dl className="lf:mt-2 lf:grid lf:gap-x-6 lf:gap-y-2 lf:@md:grid-cols-2">
        <Row name="Made with">
          {[framework, `${runtime}${runtimeVersion === undefined ? "" : ` ${runtimeVersion}`}`]
            .filter(Boolean)
            .join(", ")}
        </Row>
        <Row name="Folder">{path === "" ? "." : path}</Row>
        {build?.build === undefined || build.build.length === 0 ? null : (
          <Row name="Built by">{build.build.map(commandLine)}</Row>
        )}
        {build === undefined ? null : <Row name="Output">{build.outputDir === "" ? "." : build.outputDir}</Row>}
        {start === undefined ? null : <Row name="Started by">{commandLine(start)}</Row>}
        {port === undefined ? null : <Row name="Port">{port}</Row>}
        {kind === "worker" ? null : <Row name="Checked at">{check.path}</Row>}
      </dl>
    </>
  );
}

function commandLine({ argv }: { argv: string[] }) {
  const text = argv.join(" ");
  return (
    <code key={text} className="lf:block lf:font-mono lf:text-xs lf:break-all">
      {text}
    </code>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="lf:min-w-0">
      <dt className="lf:text-xs lf:text-muted">{name}</dt>
      <dd className="lf:min-w-0 lf:break-words">{children}</dd>
    </div>
  );
}
