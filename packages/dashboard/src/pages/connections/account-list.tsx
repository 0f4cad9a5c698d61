import { Badge, type Connection, EmptyState, type Platform, RelativeTime } from "@landfall/react";
import { DataTable } from "../../parts/data-table.tsx";

/** For who may look, and not connect. */
export function AccountList({
  platforms,
  connections,
}: {
  platforms: readonly Platform[];
  connections: readonly Connection[];
}) {
  if (connections.length === 0)
    return (
      <EmptyState title="No account is connected">An administrator of your organisation connects them.</EmptyState>
    );
  return (
    <>
      <DataTable
        label="Connected accounts"
        rows={connections}
        keyOf={({ id, name }) => id ?? name}
        columns={[
          { title: "Platform", cell: ({ platform }) => platforms.find(({ id }) => id === platform)?.name ?? platform },
          { title: "Account", cell: ({ account, name }) => account?.name ?? name },
          {
            title: "State",
            cell: ({ fault }) =>
              fault === null ? <Badge tone="success">Works</Badge> : <Badge tone="failure">Refused</Badge>,
          },
          {
            title: "Checked",
            cell: ({ checkedAt }) => (checkedAt === null ? "Never" : <RelativeTime at={checkedAt} />),
          },
        ]}
      />
      <p className="lf:mt-2 lf:text-sm lf:text-muted">Administrators connect and disconnect accounts.</p>
    </>
  );
}
