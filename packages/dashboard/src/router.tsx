/**
 * Every page and its address. A page is loaded when somebody goes there. What is of one project stands below `/p/`: a project may be called
 * as any page is.
 */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { Frame } from "./shell/frame.tsx";
import { FramedPageError, NotFound, PageError } from "./shell/fallbacks.tsx";
import { loadPage } from "./shell/load-page.ts";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageError });

const lazily = (load: () => Promise<Record<string, unknown>>, name: string) =>
  lazyRouteComponent((() => loadPage(load)) as never, name as never);

/** Without the frame: for people who are not signed in, and for shared pages. */
const page = <const P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({ getParentRoute: () => root, path, component: lazily(load, name) });

const frame = createRoute({ getParentRoute: () => root, id: "frame", component: Frame });
const framed = <const P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({ getParentRoute: () => frame, path, component: lazily(load, name), errorComponent: FramedPageError });

const tree = root.addChildren([
  page("/setup", () => import("./pages/setup.tsx"), "SetupPage"),
  page("/sign-in", () => import("./pages/sign-in.tsx"), "SignInPage"),
  page("/forgot-password", () => import("./pages/forgot-password.tsx"), "ForgotPasswordPage"),
  page("/reset-password", () => import("./pages/reset-password.tsx"), "ResetPasswordPage"),
  page("/invitation", () => import("./pages/invitation.tsx"), "InvitationPage"),
  page("/s/$share", () => import("./pages/shared.tsx"), "SharedPage"),
  frame.addChildren([
    framed("/", () => import("./pages/projects.tsx"), "ProjectsPage"),
    framed("/new", () => import("./pages/new/new.tsx"), "NewPage"),
    framed("/connections", () => import("./pages/connections.tsx"), "ConnectionsPage"),
    framed("/servers", () => import("./pages/servers.tsx"), "ServersPage"),
    framed("/activity", () => import("./pages/activity.tsx"), "ActivityPage"),
    framed("/team", () => import("./pages/team.tsx"), "TeamPage"),
    framed("/settings", () => import("./pages/settings.tsx"), "SettingsPage"),
    framed("/device", () => import("./pages/device.tsx"), "DevicePage"),
    framed("/p/$project", () => import("./pages/overview.tsx"), "OverviewPage"),
    framed("/p/$project/deployments", () => import("./pages/deployments.tsx"), "DeploymentsPage"),
    framed("/p/$project/deployments/$id", () => import("./pages/deployment/deployment.tsx"), "DeploymentPage"),
    framed("/p/$project/variables", () => import("./pages/variables.tsx"), "VariablesPage"),
    framed("/p/$project/domains", () => import("./pages/domains.tsx"), "DomainsPage"),
    framed("/p/$project/settings", () => import("./pages/project-settings.tsx"), "ProjectSettingsPage"),
  ]),
]);

export const router = createRouter({ routeTree: tree, defaultPreload: "intent", scrollRestoration: true });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
