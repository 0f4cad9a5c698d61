/** The bar above every page: where one is to the left; how current it is, the palette and the person to the right. */
import { Link } from "@tanstack/react-router";
import { Button } from "@landfall/react";
import { Menu as MenuIcon, Search } from "lucide-react";
import { type Me, useHeld } from "../session.ts";
import { ConnectionNote } from "./connection-note.tsx";
import { paletteKeys } from "./keys.ts";
import { menusId } from "./menu-entry.ts";
import { PersonMenu } from "./person-menu.tsx";
import { useOpenProject } from "./needs.ts";
import { navigationId } from "./side-nav.tsx";
import { EnvironmentSwitch, ProjectSwitch } from "./switches.tsx";

export interface TopBarProps {
  me: Me;
  /** Of the navigation, on narrow screens. */
  isMenuOpen: boolean;
  onMenu(): void;
  onPalette(): void;
  onKeys(): void;
}

export function TopBar({ me, isMenuOpen, onMenu, onPalette, onKeys }: TopBarProps) {
  const project = useOpenProject();
  const held = useHeld();
  return (
    <header className="lf:sticky lf:top-0 lf:z-30 lf:flex lf:min-h-12 lf:flex-wrap lf:items-center lf:gap-x-1 lf:border-b lf:border-line lf:bg-page lf:px-3">
      <Button
        look="quiet"
        aria-expanded={isMenuOpen}
        aria-controls={navigationId}
        className="lf:-ms-1.5 lf:px-1.5! lf:md:hidden"
        onClick={onMenu}
      >
        <MenuIcon aria-hidden size={18} />
        <span className="lf:sr-only">Menu</span>
      </Button>
      <Link
        to="/"
        aria-label="Landfall, your projects"
        className="lf:hidden lf:md:inline-flex lf:min-h-8 lf:min-w-8 lf:items-center lf:justify-center lf:rounded-md"
      >
        <img src="/icon.svg" alt="" width={22} height={22} />
      </Link>
      <div className="lf:flex lf:min-w-0 lf:flex-1 lf:items-center">
        <ProjectSwitch project={project} />
        {project === null ? null : <EnvironmentSwitch project={project} />}
      </div>
      {held.has("read:deployment") ? <ConnectionNote /> : null}
      <Button
        look="quiet"
        onClick={onPalette}
        aria-keyshortcuts="Control+K Meta+K"
        className="lf:px-1.5! lf:text-muted lf:md:px-3!"
      >
        <Search aria-hidden size={16} />
        <span className="lf:sr-only lf:md:not-sr-only">Search</span>
        <kbd className="lf:hidden lf:rounded-sm lf:border lf:border-line lf:px-1 lf:font-mono lf:text-xs lf:md:inline">
          {paletteKeys}
        </kbd>
      </Button>
      <PersonMenu me={me} onKeys={onKeys} />
      <div id={menusId} />
    </header>
  );
}
