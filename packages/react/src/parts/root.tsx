"use client";
import type { ComponentProps } from "react";

/** Around everything a product puts on its page: gives tokens and type, and a width that the parts adapt to. */
export function Root({ className = "", ...rest }: ComponentProps<"div">) {
  return <div data-lf-root="" {...rest} className={`lf:@container ${className}`} />;
}
