"use client";
import { useId, useState } from "react";
import { fieldClass, SecretInput } from "../forms/secret-input.tsx";
import { Button } from "../parts/button.tsx";
import type { Platform } from "../types.ts";
import { HelpLink } from "./help-link.tsx";

export interface TokenDraft {
  token: string;
  name: string;
}

export const emptyDraft: TokenDraft = { token: "", name: "" };

export interface TokenFormProps {
  platform: Platform;
  draft: TokenDraft;
  onDraft(draft: TokenDraft): void;
  onToken(token: string, name?: string): void;
}

/** A token to be pasted; the platform says whose it is before it is kept. */
export function TokenForm({ platform, draft, onDraft, onToken }: TokenFormProps) {
  const id = useId();
  const { token, name } = draft;
  const [fault, setFault] = useState<string | null>(null);
  return (
    <form
      noValidate
      className="lf:flex lf:flex-col lf:gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const pasted = token.trim();
        const wrong = faultOfToken(pasted);
        setFault(wrong);
        if (wrong !== null) return event.currentTarget.querySelector("input")?.focus();
        return name.trim() === "" ? onToken(pasted) : onToken(pasted, name.trim());
      }}
    >
      <div>
        <label htmlFor={`${id}-token`} className="lf:text-sm lf:font-medium">
          Access token
        </label>
        <p id={`${id}-help`} className="lf:m-0 lf:text-xs lf:text-muted">
          {platform.token === null ? null : (
            <>
              Make one at <HelpLink help={platform.token.help} />.{" "}
            </>
          )}
          {platform.name} is asked whose it is before it is saved.
        </p>
        <div className="lf:mt-1">
          <SecretInput
            id={`${id}-token`}
            name="the token"
            value={token}
            aria-invalid={fault !== null || undefined}
            aria-describedby={`${id}-help ${id}-fault`}
            onChange={(value) => {
              onDraft({ ...draft, token: value });
              setFault(null);
            }}
          />
        </div>
        <p id={`${id}-fault`} className="lf:m-0 lf:text-sm lf:text-failure lf:not-empty:mt-1">
          {fault}
        </p>
      </div>
      <div>
        <label htmlFor={`${id}-name`} className="lf:text-sm lf:font-medium">
          Name <span className="lf:font-normal lf:text-muted">(optional)</span>
        </label>
        <p id={`${id}-name-help`} className="lf:m-0 lf:text-xs lf:text-muted">
          To tell several accounts apart. Without one it is called as the account is.
        </p>
        <input
          id={`${id}-name`}
          aria-describedby={`${id}-name-help`}
          autoComplete="off"
          spellCheck={false}
          maxLength={58}
          value={name}
          className={`${fieldClass} lf:mt-1`}
          onChange={({ target }) => onDraft({ ...draft, name: target.value })}
        />
      </div>
      <div>
        <Button type="submit" look="primary">
          Check and connect
        </Button>
      </div>
    </form>
  );
}

function faultOfToken(token: string): string | null {
  if (token === "") return "Paste the token first.";
  if (!/^[\x21-\x7e]+$/.test(token))
    return "This is no token: those are one line of letters, digits and signs. Copy it again.";
  return null;
}
