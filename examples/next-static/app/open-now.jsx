"use client";

import { useSyncExternalStore } from "react";

const subscribe = (changed) => {
  const timer = setInterval(changed, 60_000);
  return () => clearInterval(timer);
};

/** The page is exported once and read at any hour: only the browser knows whether we are open. */
export function OpenNow({ opens, closes }) {
  const hour = useSyncExternalStore(subscribe, () => new Date().getHours(), () => null);
  if (hour === null) return <p className="badge">Open from {opens} to {closes}</p>;
  return <p className="badge">{hour >= opens && hour < closes ? "Open now" : `Closed, back at ${opens}`}</p>;
}
