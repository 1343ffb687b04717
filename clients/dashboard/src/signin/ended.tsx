import { useWork } from "../context.js";
import type { Self } from "../session.js";
import { useAction } from "../ui/action.js";
import { Dialog } from "../ui/dialog.js";
import { Problem } from "../ui/problem.js";
import { Fields, given } from "./fields.js";

/** The session has ended: the same person signs in again, and everything is as it was. */
export function SessionEnded({ self }: { readonly self: Self }) {
  const { session, language } = useWork();
  const { common } = language.texts;
  const enter = useAction((password: string) => session.signIn(self.email, password));
  return (
    <Dialog title={common.sessionEnded} mustAnswer close={() => undefined}>
      <form
        onSubmit={event => {
          event.preventDefault();
          void enter.run(given(event.currentTarget).password);
        }}
      >
        <p>{common.sessionEndedText}</p>
        <Fields makesAccount={false} needsToken={false} email={self.email} />
        <Problem failure={enter.failure} />
        <div class="acts">
          <button type="button" onClick={() => void session.signOut()}>
            {common.somebodyElse}
          </button>
          <button type="submit" class="primary" disabled={enter.isBusy}>
            {common.signIn}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
