import type { UserStatus } from "@livechat/client";
import { useDesk } from "../context.js";
import { useAction } from "../ui/action.js";
import { Problem } from "../ui/problem.js";

const STATUSES = ["online", "away", "busy", "offline"] as const satisfies readonly UserStatus[];

interface StatusChoiceProps {
  /** It has been chosen. */
  done?(): void;
}

/** What the others are to see of oneself. */
export function StatusChoice({ done }: StatusChoiceProps) {
  const { desk, language, self, session } = useDesk();
  const { common, oneself } = language.texts;
  const choose = useAction(async (status: UserStatus) => {
    await desk.call(api => api.PUT("/api/auth/status", { body: { status } }));
    session.update({ status });
  });
  return (
    <>
      <fieldset class="status-choice">
        <legend class="hidden">{oneself.status}</legend>
        {STATUSES.map(status => (
          <button
            key={status}
            type="button"
            aria-pressed={self.status === status}
            onClick={() => void choose.run(status).then(isDone => isDone && done?.())}
          >
            <span class={`dot ${status}`} aria-hidden="true" />
            {common.online[status]}
          </button>
        ))}
      </fieldset>
      <Problem failure={choose.failure} />
    </>
  );
}
