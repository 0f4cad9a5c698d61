/** Where one can go, as a table: for the side navigation, the palette and the keys. */
import { useRouter } from "@tanstack/react-router";
import {
  Activity,
  Globe,
  House,
  KeyRound,
  Layers,
  type LucideIcon,
  Plug,
  Rocket,
  Server,
  Settings,
  Settings2,
  Users,
} from "lucide-react";
import { useCommands } from "./commands.ts";
import { useIsOpen, useOpenProject } from "./needs.ts";
import { searchOf, usePlace } from "./place.ts";

export interface Destination {
  to: string;
  title: string;
  keys: string;
  icon: LucideIcon;
  /** It has no pages below it. */
  isExact?: boolean;
}

export const everywhere: readonly Destination[] = [
  { to: "/", title: "Projects", keys: "g p", icon: Layers, isExact: true },
  { to: "/connections", title: "Connections", keys: "g c", icon: Plug },
  { to: "/servers", title: "Servers", keys: "g s", icon: Server },
  { to: "/activity", title: "Activity", keys: "g a", icon: Activity },
  { to: "/team", title: "Team", keys: "g t", icon: Users },
  { to: "/settings", title: "Your settings", keys: "g y", icon: Settings },
];

export const inProject: readonly Destination[] = [
  { to: "/p/$project", title: "Overview", keys: "g o", icon: House, isExact: true },
  { to: "/p/$project/deployments", title: "Deployments", keys: "g d", icon: Rocket },
  { to: "/p/$project/variables", title: "Variables", keys: "g v", icon: KeyRound },
  { to: "/p/$project/domains", title: "Domains", keys: "g n", icon: Globe },
  { to: "/p/$project/settings", title: "Project settings", keys: "g e", icon: Settings2 },
];

/** Offers those that are open to the person as commands. */
export function usePlaces({ showKeys }: { showKeys(): void }): void {
  const router = useRouter();
  const place = usePlace();
  const project = useOpenProject();
  const isOpen = useIsOpen();
  const go = (to: string, params: object = {}, search: object = {}): void =>
    void router.navigate({ to, params, search } as never);
  useCommands([
    ...[...everywhere, { to: "/new", title: "New project", keys: "n" }]
      .filter(({ to }) => isOpen(to))
      .map(({ to, title, keys }) => ({ id: to, title, keys, group: "Pages", run: () => go(to) })),
    ...(project === null
      ? []
      : inProject.map(({ to, title, keys }) => ({
          id: to,
          title: to === "/p/$project/settings" ? title : `${title} of ${project}`,
          keys,
          group: "Pages",
          run: () => go(to, { project }, searchOf(place)),
        }))),
    { id: "keys", title: "Keys", keys: "?", group: "Pages", run: showKeys },
  ]);
}
