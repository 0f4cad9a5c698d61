/** The places of the dashboard, and those of the project that is open. On narrow screens the bar shows and hides it. */
import { Link } from "@tanstack/react-router";
import { useIsOpen, useOpenProject } from "./needs.ts";
import { searchOf, usePlace } from "./place.ts";
import { type Destination, everywhere, inProject } from "./places.ts";

/** Of the element the menu button shows and hides. */
export const navigationId = "navigation";

export function SideNav({ isOpen }: { isOpen: boolean }) {
  const project = useOpenProject();
  const isOpenTo = useIsOpen();
  return (
    <div
      className={`lf:border-line lf:md:w-52 lf:md:shrink-0 lf:md:border-e lf:md:border-b-0 ${isOpen ? "lf:border-b" : ""}`}
    >
      <nav
        id={navigationId}
        aria-label="Main"
        className={`lf:p-2 lf:md:sticky lf:md:top-12 lf:md:block lf:md:p-3 ${isOpen ? "" : "lf:hidden"}`}
      >
        {project === null ? null : (
          <Group
            title={project}
            destinations={inProject}
            isOfProject
            className="lf:mb-3 lf:border-b lf:border-line lf:pb-3"
          />
        )}
        <Group title={null} destinations={everywhere.filter(({ to }) => isOpenTo(to))} className="" />
      </nav>
    </div>
  );
}

function Group({
  title,
  destinations,
  isOfProject = false,
  className,
}: {
  title: string | null;
  destinations: readonly Destination[];
  isOfProject?: boolean;
  className: string;
}) {
  const place = usePlace();
  const where = isOfProject ? { params: { project: place.project }, search: searchOf(place) } : {};
  return (
    <div className={className}>
      {title === null ? null : (
        <p className="lf:truncate lf:px-2 lf:pb-1 lf:text-xs lf:font-medium lf:text-muted">{title}</p>
      )}
      <ul aria-label={title === null ? "Landfall" : `Project ${title}`}>
        {destinations.map(({ to, title: name, icon: Icon, isExact }) => (
          <li key={to}>
            <Link
              {...(where as object)}
              to={to as "/"}
              activeOptions={{ exact: isExact === true, includeSearch: false }}
              className="lf:flex lf:min-h-8 lf:items-center lf:gap-2 lf:rounded-md lf:px-2 lf:text-sm lf:no-underline"
              activeProps={{ className: "lf:bg-neutral-soft lf:font-medium lf:text-text" }}
              inactiveProps={{ className: "lf:text-muted lf:hover:bg-surface lf:hover:text-text" }}
            >
              <Icon aria-hidden size={16} className="lf:shrink-0" />
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
