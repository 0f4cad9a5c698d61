import { createLandfallClient, LandfallProvider } from "@landfall/react";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { router } from "./router.tsx";
import "./styles.css";

const organization = localStorage.getItem("landfall-organization");
const client = createLandfallClient(organization === null ? {} : { organization });

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <LandfallProvider client={client}>
      <div data-lf-root="" className="lf:min-h-screen lf:bg-page">
        <RouterProvider router={router} />
      </div>
    </LandfallProvider>
  </StrictMode>,
);
