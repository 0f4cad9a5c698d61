/** A one-time token that came behind the `#` of the address: taken, and gone from the address at once, so that no history keeps it. */
import { useEffect, useState } from "react";

export function useHashToken(): string {
  const [token] = useState(() => decodeURIComponent(location.hash.slice(1)));
  useEffect(() => {
    if (location.hash !== "") history.replaceState(history.state, "", location.pathname + location.search);
  }, []);
  return token;
}
