/** The session is over in the middle of the work: said, and mended without leaving the page. */
import { Button, Dialog } from "@landfall/react";
import { LogIn } from "lucide-react";
import { useState } from "react";
import { SignInForm } from "../parts/sign-in-form.tsx";
import { useGoOn } from "../session.ts";

export function SessionEnded({ email }: { email: string }) {
  const [isOpen, setOpen] = useState(false);
  const goOn = useGoOn();
  return (
    <div
      role="alert"
      className="lf:flex lf:flex-wrap lf:items-center lf:gap-3 lf:border-b lf:border-warning-line lf:bg-warning-soft lf:px-4 lf:py-2"
    >
      <p className="lf:m-0 lf:min-w-0 lf:flex-1">
        Your session has ended. What is on this page stays; nothing can be changed until you sign in again.
      </p>
      <Button look="primary" onClick={() => setOpen(true)}>
        <LogIn aria-hidden size={14} />
        Sign in
      </Button>
      <Dialog
        open={isOpen}
        onClose={() => setOpen(false)}
        title="Sign in again"
        description="You come back to this page as it is."
      >
        <SignInForm
          email={email}
          onDone={(who) => {
            // Somebody else sees nothing of what is on this page.
            if (who !== email) return location.reload();
            setOpen(false);
            goOn();
          }}
        />
      </Dialog>
    </div>
  );
}
