/** API keys of the organisation that one may see: made for what they are to do, shown once, taken back. */
import { Badge, Button, EmptyState, type LandfallClient, RelativeTime } from "@landfall/react";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../ask.ts";
import { useHeld } from "../session.ts";
import { KeyDialog } from "./api-key-dialog.tsx";
import { Asked } from "./asked.tsx";
import { DataTable } from "./data-table.tsx";
import { ConfirmDialog } from "./form-dialog.tsx";
import { IconButton, Section } from "./section.tsx";
import { ShownOnce } from "./shown-once.tsx";

type ApiKey = Awaited<ReturnType<LandfallClient["keys"]["list"]>>["keys"][number];

/** `only`: the email address whose keys are meant; absent: all one may see. */
export function ApiKeys({ only }: { only?: string }) {
  const held = useHeld();
  const answer = useAsk(["keys"], (client, signal) => client.keys.list({}, { signal }), {
    enabled: held.has("read:key"),
  });
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const [removing, setRemoving] = useState<{ id: string; name: string } | null>(null);
  const remove = useDo((client, id: string) => client.keys.remove({ id }));
  const make = (
    <Button onClick={() => setMaking(true)}>
      <Plus aria-hidden size={14} />
      New key
    </Button>
  );
  if (!held.has("read:key")) return null;
  return (
    <Section
      title={only === undefined ? "API keys" : "Your access keys"}
      description="For programs, such as a build server. A key never may more than whoever made it."
      actions={held.has("create:key") ? make : undefined}
    >
      <Asked answer={answer} waitsFor="the keys" lines={2}>
        {({ keys }) => {
          const shown = keys.filter(({ owner }) => only === undefined || owner === only);
          if (shown.length === 0)
            return <EmptyState title="There is no key">A program signs in with one instead of a password.</EmptyState>;
          return (
            <DataTable
              label="API keys"
              rows={shown}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: "Name",
                  cell: ({ name, start }) => (
                    <>
                      {name} <span className="lf:font-mono lf:text-xs lf:font-normal lf:text-muted">{start}…</span>
                    </>
                  ),
                },
                { title: "May", cell: ({ scopes }) => <Scopes scopes={scopes} /> },
                ...(only === undefined
                  ? [{ title: "Of", className: "lf:wrap-anywhere", cell: ({ owner }: ApiKey) => owner }]
                  : []),
                {
                  title: "Last used",
                  cell: ({ lastUsedAt }) => (lastUsedAt === null ? "Never" : <RelativeTime at={lastUsedAt} />),
                },
                { title: "Ends", cell: ({ expiresAt }) => <Ends at={expiresAt} /> },
                {
                  title: "Actions",
                  isTitleHidden: true,
                  className: "lf:@2xl:text-end",
                  cell: ({ id, name }) =>
                    held.has("delete:key") ? (
                      <IconButton
                        icon={Trash2}
                        label={`Remove key ${name}`}
                        onClick={() => setRemoving({ id, name })}
                      />
                    ) : null,
                },
              ]}
            />
          );
        }}
      </Asked>
      {isMaking ? (
        <KeyDialog
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false);
            setSecret(key);
          }}
        />
      ) : null}
      <ShownOnce
        text={secret}
        onClose={() => setSecret(null)}
        title="Your new key"
        label="key"
        description="A program sends it as: Authorization: Bearer …"
      />
      <ConfirmDialog
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove the key ${removing?.name ?? ""}?`}
        description="Programs that use it can do nothing from now on."
        submit="Remove"
        doing={remove}
        onSubmit={() => {
          if (removing) void remove.run(removing.id).then((done) => (done ? setRemoving(null) : undefined));
        }}
      />
    </Section>
  );
}

function Ends({ at }: { at: string | null }) {
  if (at === null) return "Never";
  return Date.parse(at) < Date.now() ? <Badge tone="warning">Ended</Badge> : <RelativeTime at={at} />;
}

/** A few are named; of many, how many. */
function Scopes({ scopes }: { scopes: readonly string[] }) {
  const text = scopes.map((scope) => scope.replace(":", " ")).join(", ");
  if (scopes.length <= 3) return text;
  return (
    <details>
      <summary className="lf:min-h-6 lf:cursor-pointer">{scopes.length} permissions</summary>
      <p className="lf:mt-1 lf:text-xs lf:text-muted">{text}</p>
    </details>
  );
}
