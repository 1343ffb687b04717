import type { ComponentChildren } from "preact";
import { useDesk } from "../context.js";
import type { Action } from "../ui/action.js";
import { Dialog } from "../ui/dialog.js";
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
  const { common } = useDesk().language.texts;
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
        <div class="acts">
          <button type="button" onClick={close}>
            {common.cancel}
          </button>
          <button type="submit" class="primary" disabled={save.isBusy}>
            {label}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What a field of a form says. */
export function said(data: FormData, name: string): string {
  return String(data.get(name) ?? "");
}
