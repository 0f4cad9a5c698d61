/** You: which organisation, how it looks, the keys, and out. */
import { useNavigate } from "@tanstack/react-router";
import { chooseOrganization, type Me, signOut } from "../session.ts";
import { Menu } from "./menu.tsx";
import type { MenuEntry } from "./menu-entry.ts";
import { chooseTheme, type Theme, useTheme } from "./theme.ts";

const themes: { value: Theme; label: string }[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function PersonMenu({ me, onKeys }: { me: Me; onKeys(): void }) {
  const navigate = useNavigate();
  const theme = useTheme();
  const { name, email } = me.user;
  const organizations: MenuEntry[] =
    me.organizations.length < 2
      ? []
      : [
          {
            kind: "choice",
            title: "Organisation",
            value: me.organization?.id ?? "",
            options: me.organizations.map((one) => ({ value: one.id, label: one.name })),
            choose(id) {
              chooseOrganization(id);
              location.assign("/");
            },
          },
          { kind: "separator" },
        ];
  return (
    <Menu
      align="end"
      label={`${name}: account and appearance`}
      className="lf:px-1!"
      button={
        <span
          aria-hidden
          className="lf:inline-flex lf:size-6 lf:items-center lf:justify-center lf:rounded-full lf:bg-action lf:text-xs lf:text-on-action"
        >
          {name.trim().slice(0, 1).toUpperCase()}
        </span>
      }
      entries={[
        {
          kind: "note",
          text: (
            <>
              <span className="lf:block lf:truncate lf:text-sm lf:font-medium">{name}</span>
              <span className="lf:block lf:truncate lf:text-xs lf:text-muted">{email}</span>
            </>
          ),
        },
        { kind: "separator" },
        ...organizations,
        {
          kind: "choice",
          title: "Appearance",
          value: theme,
          options: themes,
          choose: (chosen) => chooseTheme(themes.find(({ value }) => value === chosen)?.value ?? "system"),
        },
        { kind: "separator" },
        { kind: "action", title: "Keys", run: onKeys },
        { kind: "action", title: "Your settings", run: () => void navigate({ to: "/settings" }) },
        { kind: "action", title: "Sign out", run: () => void signOut().then(() => location.assign("/sign-in")) },
      ]}
    />
  );
}
