import { Outlet } from "@tanstack/react-router";

/** Around every page of a person who is signed in. */
export function Frame() {
  return <Outlet />;
}
