/** Dialogs that change something: a form, what went wrong with it, and the button that does it. */
import { Button, Dialog, type DialogProps, ErrorPanel } from "@landfall/react";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { Doing } from "../ask.ts";
import { TextField } from "./text-field.tsx";
import { CliCommand } from "./cli-command.tsx";

export interface FormDialogProps {
  open: boolean;
  onClose(): void;
  title: string;
  description?: ReactNode;
  /** What the button says. */
  submit: string;
  isDanger?: boolean;
  /** Why it cannot be done yet. */
  unavailable?: string | undefined;
  doing: Pick<Doing<never, unknown>, "isRunning" | "error" | "reset">;
  onSubmit(): void | Promise<void>;
  /** The same from a terminal. */
  command?: string;
  wide?: boolean;
  /** What is inside has forms of its own, which may not stand in another. */
  holdsForms?: boolean;
  initialFocus?: DialogProps["initialFocus"];
  children?: ReactNode;
}

export function FormDialog(props: FormDialogProps) {
  const { open, onClose, title, description, submit, isDanger = false, unavailable, doing, onSubmit, command } = props;
  const { holdsForms = false } = props;
  const id = useId();
  const { reset } = doing;
  const wasOpen = useRef(open);
  useEffect(() => {
    // What went wrong the last time is not said again.
    if (open && !wasOpen.current) reset();
    wasOpen.current = open;
  }, [open, reset]);
  const mayDo = !doing.isRunning && unavailable === undefined;
  const body = (
    <>
      {doing.error ? <ErrorPanel error={doing.error} isNew /> : null}
      {props.children}
      {command === undefined ? null : <CliCommand command={command} />}
    </>
  );
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      {...(description === undefined ? {} : { description })}
      wide={props.wide ?? false}
      {...(props.initialFocus === undefined ? {} : { initialFocus: props.initialFocus })}
      actions={
        <Button
          {...(holdsForms ? { onClick: () => void onSubmit() } : { type: "submit", form: id })}
          look={isDanger ? "danger" : "primary"}
          unavailable={doing.isRunning ? "It is being done." : unavailable}
        >
          {submit}
        </Button>
      }
    >
      {holdsForms ? (
        <div className="lf:grid lf:gap-4">{body}</div>
      ) : (
        <form
          id={id}
          noValidate
          className="lf:grid lf:gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (mayDo) void onSubmit();
          }}
        >
          {body}
        </form>
      )}
    </Dialog>
  );
}

export interface ConfirmDialogProps extends Omit<FormDialogProps, "children" | "isDanger"> {
  /** To be typed before it can be done; for what cannot be had back. */
  typed?: string;
  children?: ReactNode;
}

/** Asks once more before something ends. */
export function ConfirmDialog({ typed, children, unavailable, ...rest }: ConfirmDialogProps) {
  const [text, setText] = useState("");
  useEffect(() => {
    if (!rest.open) setText("");
  }, [rest.open]);
  return (
    <FormDialog
      {...rest}
      isDanger
      // Without a name to type, the first that can have the focus would be the command below what is to be read.
      {...(typed === undefined ? { initialFocus: "title" } : {})}
      unavailable={unavailable ?? (typed !== undefined && text !== typed ? `Type ${typed} first.` : undefined)}
    >
      {children}
      {typed === undefined ? null : (
        <TextField
          label={`Type ${typed} to confirm`}
          value={text}
          onChange={(event) => setText(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </FormDialog>
  );
}
