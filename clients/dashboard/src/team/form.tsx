import type { ComponentChildren } from "preact";
import type { Action } from "../ui/action.js";
import { Dialog } from "../ui/dialog.js";
import { FormEnd } from "../ui/form-end.js";
import { Problem } from "../ui/problem.js";

interface UserFormProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Takes what the form says. */
  readonly save: Action<[FormData]>;
  /** The word on the button that does it. */
  readonly label: string;
  /** What is said of failures instead of what is usual. */
  readonly texts?: Readonly<Record<string, string>>;
  close(): void;
}

/** Something about a user that is filled in. */
export function UserForm({ title, children, save, label, texts = {}, close }: UserFormProps) {
  return (
    <Dialog title={title} close={close}>
      <form
        onSubmit={event => {
          event.preventDefault();
          void save.run(new FormData(event.currentTarget)).then(isDone => isDone && close());
        }}
      >
        {children}
        <Problem failure={save.failure} texts={texts} />
        <FormEnd label={label} isDisabled={save.isBusy} cancel={close} />
      </form>
    </Dialog>
  );
}

/** What a field of a form says. */
export function said(data: FormData, name: string): string {
  return String(data.get(name) ?? "");
}
