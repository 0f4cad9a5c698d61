/** Domains of a project: added, the records to set compared with those found, until visitors arrive over a certificate that holds. */
import { Badge, Button, type Domain, EmptyState, type Platform } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../ask.ts";
import { useFilters, useProjectName } from "../parts/address.ts";
import { Asked } from "../parts/asked.tsx";
import { SelectField } from "../parts/fields.tsx";
import { TextField } from "../parts/text-field.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
import { CliCommand } from "../parts/cli-command.tsx";
import { DeployLink } from "../parts/deploy-link.tsx";
import { word } from "../parts/command-word.ts";
import { useMay } from "../session.ts";
import { Page } from "../shell/page.tsx";
import { DomainCard } from "./domains/domain-card.tsx";
import type { DomainPlace } from "./domains/place.ts";

/** So many deployments back is looked where a project lives. */
const recent = 100;

export function DomainsPage() {
  const project = useProjectName();
  const answer = useAsk(["domain-platforms", project], async (client, signal) => {
    const [{ deployments }, { platforms }] = await Promise.all([
      client.deployments.list({ project, limit: recent }, { signal }),
      client.platforms.list({}, { signal }),
    ]);
    return platforms.filter(({ id }) => deployments.some(({ platform }) => platform === id));
  });
  const [{ platform: asked }, setFilters] = useFilters(["platform"]);
  return (
    <Page title="Domains" tab={`Domains · ${project}`} description="Names of your own for what is in production.">
      <Asked answer={answer} waitsFor="where the project is">
        {(platforms) => {
          const able = platforms.filter(({ operations }) => operations.includes("domains"));
          const chosen = able.find(({ id }) => id === asked) ?? able[0];
          if (chosen === undefined) return <NoDomains project={project} platforms={platforms} />;
          return (
            <>
              {able.length > 1 ? (
                <div className="lf:mb-4 lf:max-w-60">
                  <SelectField
                    label="Platform"
                    value={chosen.id}
                    choices={able.map(({ id, name }) => ({ value: id, label: name }))}
                    onChange={(event) => setFilters({ platform: event.target.value })}
                  />
                </div>
              ) : null}
              <DomainList key={chosen.id} place={{ project, platform: chosen.id }} platformName={chosen.name} />
            </>
          );
        }}
      </Asked>
    </Page>
  );
}

/** Where the project is, no domain can be added: said, instead of offering what would be refused. */
function NoDomains({ project, platforms }: { project: string; platforms: Platform[] }) {
  if (platforms.length === 0)
    return (
      <EmptyState title="Deploy the project first" action={<DeployLink project={project} />}>
        A domain leads to a deployment. Deploy to a hosted platform, then add domains here.
      </EmptyState>
    );
  return (
    <EmptyState
      title={`${platforms.map(({ name }) => name).join(" and ")} ${platforms.length === 1 ? "has" : "have"} no domains of your own`}
      action={
        <Link to="/p/$project" params={{ project }}>
          See the project's addresses
        </Link>
      }
    >
      What this server runs itself is reached at its own address. To use a domain, put a proxy in front of that address,
      or deploy to a hosted platform.
    </EmptyState>
  );
}

function DomainList({ place, platformName }: { place: DomainPlace; platformName: string }) {
  const may = useMay();
  const { project, platform } = place;
  const answer = useAsk(["domains", project, platform], (client, signal) =>
    client.domains.list({ ...place, check: false }, { signal }),
  );
  const [adding, setAdding] = useState<string | null>(null);
  const mayAdd = may("create:domain");
  const add = (
    <Button look="primary" onClick={() => setAdding("")}>
      <Plus aria-hidden size={14} />
      Add a domain
    </Button>
  );
  return (
    <>
      <Asked answer={answer} waitsFor={platformName} lines={6}>
        {({ domains }) =>
          domains.length === 0 ? (
            <EmptyState title="No domain yet" action={mayAdd ? add : undefined}>
              Add one, and the records to set at your domain's provider are shown here, with whether they are seen.
            </EmptyState>
          ) : (
            <>
              {mayAdd ? <div className="lf:mb-4">{add}</div> : null}
              <div className="lf:grid lf:gap-4">
                {byProgress(domains).map((domain) => (
                  <DomainCard
                    key={domain.name}
                    place={place}
                    listed={domain}
                    onAddOther={mayAdd ? setAdding : undefined}
                    mayRemove={may("delete:domain")}
                  />
                ))}
              </div>
            </>
          )
        }
      </Asked>
      {mayAdd ? null : (
        <p className="lf:mt-3 lf:text-sm lf:text-muted">Your role may look at domains, and not change them.</p>
      )}
      <div className="lf:mt-6">
        <CliCommand command={`landfall domains ls --project ${word(project)}`} />
      </div>
      {adding === null ? null : (
        <AddDomainDialog
          key={adding}
          place={place}
          name={adding}
          platformName={platformName}
          onClose={() => setAdding(null)}
        />
      )}
    </>
  );
}

/** What waits for somebody first, as far as the platform knows; they stay where they are when more is known. */
function byProgress(domains: readonly Domain[]): Domain[] {
  const isThere = ({ verified, certificate }: Domain): boolean => verified && certificate.platform === "issued";
  return domains.toSorted(
    (one, other) => Number(isThere(one)) - Number(isThere(other)) || one.name.localeCompare(other.name),
  );
}

interface AddDomainDialogProps {
  place: DomainPlace;
  /** To begin with: empty, or the one that was offered. */
  name: string;
  platformName: string;
  onClose(): void;
}

function AddDomainDialog({ place, name, platformName, onClose }: AddDomainDialogProps) {
  const [text, setText] = useState(name);
  const add = useDo((client, wanted: string) => client.domains.add({ ...place, name: wanted }));
  const wanted = text.trim();
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Add a domain"
      description={
        <>
          It is added at <Badge>{platformName}</Badge>, which then says which records it needs.
        </>
      }
      submit="Add"
      unavailable={wanted === "" ? "Type a name first." : undefined}
      doing={add}
      command={`landfall domains add ${word(wanted === "" ? "www.example.com" : wanted)} --project ${word(place.project)}`}
      onSubmit={async () => {
        if (await add.run(wanted)) onClose();
      }}
    >
      <TextField
        label="Domain"
        hint="Such as www.example.com"
        inputMode="url"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </FormDialog>
  );
}
