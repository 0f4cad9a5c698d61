"use client";
import { type ComponentPropsWithoutRef, createContext, type ReactNode, useContext, useState } from "react";

const RootElement = createContext<HTMLElement | null>(null);

/** Around everything a product puts on its page: gives tokens and type, and a width that the parts adapt to. */
export function Root({ className = "", ...rest }: ComponentPropsWithoutRef<"div">) {
  const [element, setElement] = useState<HTMLElement | null>(null);
  return (
    <RootElement value={element}>
      <div data-lf-root="" {...rest} ref={setElement} className={`lf:@container ${className}`} />
    </RootElement>
  );
}

/** Where dialogs and menus go: what was asked for, or the shadow tree that the root is in. Undefined means the end of the body. */
export function useLayerContainer(asked?: HTMLElement | ShadowRoot | null): HTMLElement | ShadowRoot | undefined {
  const root = useContext(RootElement);
  if (asked) return asked;
  const tree = root?.getRootNode();
  return tree instanceof ShadowRoot ? tree : undefined;
}

/** Around what stands outside of the root's element: has its tokens and its theme. */
export function Layer({ children }: { children: ReactNode }) {
  const root = useContext(RootElement);
  const theme = root?.closest("[data-lf-theme]")?.getAttribute("data-lf-theme");
  return (
    <div data-lf-root="" {...(theme ? { "data-lf-theme": theme } : {})}>
      {children}
    </div>
  );
}
