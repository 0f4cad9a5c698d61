/** A link or a key that can be read now and never again. */
import { CopyField, Dialog } from "@landfall/react";
import { TriangleAlert } from "lucide-react";

export interface ShownOnceProps {
  /** Null: the dialog is closed. */
  text: string | null;
  onClose(): void;
  title: string;
  /** What it is, for the button that copies it: "link". */
  label: string;
  description: string;
}

export function ShownOnce({ text, onClose, title, label, description }: ShownOnceProps) {
  return (
    <Dialog open={text !== null} onClose={onClose} title={title} description={description}>
      {text === null ? null : (
        <>
          <CopyField text={text} label={label} />
          <p className="lf:mt-3 lf:mb-0 lf:flex lf:items-start lf:gap-2 lf:text-sm">
            <TriangleAlert aria-hidden size={16} className="lf:mt-0.5 lf:shrink-0 lf:text-warning" />
            <span>It is shown this once. Copy it before you close this.</span>
          </p>
        </>
      )}
    </Dialog>
  );
}
