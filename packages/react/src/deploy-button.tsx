"use client";
import type { ReactNode } from "react";
import { type DeployRequest, useDeploy } from "./deploy-button/use-deploy.ts";
import { DeployView } from "./deploy-button/view.tsx";

export type { DeploySource } from "./deploy-button/use-deploy.ts";

export interface DeployButtonProps extends DeployRequest {
  /** Where the menu is put in the document; default: the end of the body. */
  container?: HTMLElement | ShadowRoot | null;
  children?: ReactNode;
}

/** Deploys what a product has made: one press to where it went last, a menu for elsewhere, then how far it is and where it stands. */
export function DeployButton({ container = null, children, ...request }: DeployButtonProps) {
  const { deploy, cancel, ...shown } = useDeploy(request);
  return (
    <DeployView
      {...shown}
      container={container}
      onDeploy={(choice) => void deploy(choice)}
      onCancel={() => void cancel()}
    >
      {children}
    </DeployView>
  );
}
