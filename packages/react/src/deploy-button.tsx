"use client";
import type { ReactNode } from "react";
import { type DeployRequest, useDeploy } from "./deploy-button/use-deploy.ts";
import { DeployView } from "./deploy-button/view.tsx";

export type { DeploySource } from "./deploy-button/use-deploy.ts";

export interface DeployButtonProps extends DeployRequest {
  children?: ReactNode;
}

/** Deploys what a product has made: one press to where it went last, a menu for elsewhere, then how far it is and where it stands. */
export function DeployButton({ children, ...request }: DeployButtonProps) {
  const { deploy, cancel, ...shown } = useDeploy(request);
  return (
    <DeployView {...shown} onDeploy={(choice) => void deploy(choice)} onCancel={() => void cancel()}>
      {children}
    </DeployView>
  );
}
