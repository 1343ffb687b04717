import type { ComponentChildren } from "preact";
import { useAction } from "./action.js";
import { Dialog } from "./dialog.js";
import { FormEnd } from "./form-end.js";
import { Problem } from "./problem.js";

interface ConfirmProps {
  readonly title: string;
  /** What it does. */
  readonly children: ComponentChildren;
  /** The word on the button that does it. */
  readonly label: string;
  readonly isDangerous?: boolean;
  /** What is said of a failure instead of what is usual for the codes. */
  readonly texts?: Readonly<Record<string, string>>;
  work(): Promise<unknown>;
  close(): void;
}

/** Asks once more before something is done. */
export function Confirm({
  title,
  children,
  label,
  isDangerous = false,
  texts = {},
  work,
  close,
}: ConfirmProps) {
  const { run, isBusy, failure } = useAction(work);
  return (
    <Dialog title={title} close={close}>
      <form
        method="dialog"
        onSubmit={event => {
          event.preventDefault();
          void run().then(isDone => isDone && close());
        }}
      >
        {children}
        <Problem failure={failure} texts={texts} />
        <FormEnd label={label} isDangerous={isDangerous} isDisabled={isBusy} cancel={close} />
      </form>
    </Dialog>
  );
}
