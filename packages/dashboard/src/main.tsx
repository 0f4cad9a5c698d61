import { createLandfallClient, LandfallProvider } from "@landfall/react";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { router } from "./router.tsx";
import { chosenOrganization, noteFailure } from "./session.ts";
import "./styles.css";

const organization = chosenOrganization();
const client = createLandfallClient(organization === null ? {} : { organization });
const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noteFailure }),
  mutationCache: new MutationCache({ onError: noteFailure }),
});

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <LandfallProvider client={client} queryClient={queries} isQuiet>
      <div data-lf-root="" className="lf:min-h-screen lf:bg-page">
        <RouterProvider router={router} />
      </div>
    </LandfallProvider>
  </StrictMode>,
);
