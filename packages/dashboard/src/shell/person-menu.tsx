/** You: which organisation, how it looks, the keys, and out. */
import { useNavigate } from "@tanstack/react-router";
import { useAsk } from "../ask.ts";
import { chooseOrganization, type Me, signOut } from "../session.ts";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "./menu.tsx";
import { chooseTheme, type Theme, useTheme } from "./theme.ts";

const themes: { value: Theme; label: string }[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function PersonMenu({ me, onKeys }: { me: Me; onKeys(): void }) {
  const navigate = useNavigate();
  const theme = useTheme();
  const { data: organizations = [] } = useAsk(
    ["organizations"],
    async (client, signal) => (await client.organizations.list({}, { signal })).organizations,
  );
  const { name, email } = me.user;
  return (
    <Menu
      align="end"
      label={`${name}: account and appearance`}
      className="lf:px-1"
      button={
        <span
          aria-hidden
          className="lf:inline-flex lf:size-6 lf:items-center lf:justify-center lf:rounded-full lf:bg-action lf:text-xs lf:text-on-action"
        >
          {name.trim().slice(0, 1).toUpperCase()}
        </span>
      }
    >
      <p className="lf:m-0 lf:px-2 lf:py-1.5">
        <span className="lf:block lf:truncate lf:text-sm lf:font-medium">{name}</span>
        <span className="lf:block lf:truncate lf:text-xs lf:text-muted">{email}</span>
      </p>
      <MenuSeparator />
      {organizations.length > 1 ? (
        <>
          <MenuChoice
            title="Organisation"
            value={me.organization?.id ?? ""}
            options={organizations.map((one) => ({ value: one.id, label: one.name }))}
            onChoose={(id) => {
              chooseOrganization(id);
              location.assign("/");
            }}
          />
          <MenuSeparator />
        </>
      ) : null}
      <MenuChoice title="Appearance" value={theme} options={themes} onChoose={chooseTheme} />
      <MenuSeparator />
      <MenuItem onSelect={onKeys}>Keys</MenuItem>
      <MenuItem onSelect={() => void navigate({ to: "/settings" })}>Settings</MenuItem>
      <MenuItem onSelect={() => void signOut().then(() => location.assign("/sign-in"))}>Sign out</MenuItem>
    </Menu>
  );
}
