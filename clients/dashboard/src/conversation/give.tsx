import type { Conversation, ListedUser } from "@livechat/client";
import { plural, useObserved } from "@livechat/ui";
import { useEffect, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { useAction } from "../ui/action.js";
import { Dialog } from "../ui/dialog.js";
import { FormEnd } from "../ui/form-end.js";
import { Problem } from "../ui/problem.js";

/** Who is there comes first. */
const ORDER: Readonly<Record<ListedUser["status"], number>> = { online: 0, busy: 1, away: 2, offline: 3 };
/** From so many agents on, one may look for one. */
const MANY = 8;

interface GiveProps {
  readonly conversation: Conversation;
  close(): void;
}

/** Whom a conversation is given to, and what they are told. */
export function Give({ conversation, close }: GiveProps) {
  const { desk, language } = useDesk();
  const { common, conversation: texts } = language.texts;
  const team = useObserved(desk.team);
  const [wanted, setWanted] = useState("");
  const [chosen, setChosen] = useState<string>();
  const { _id: id, assignedAgent } = conversation;
  // How many they hold changes with each conversation.
  useEffect(() => void desk.team.refresh(), [desk]);
  const give = useAction(async (form: HTMLFormElement) => {
    const note = String(new FormData(form).get("note") ?? "").trim();
    const agentId = chosen ?? "";
    const params = { path: { id } };
    const changed = await desk.call(api =>
      assignedAgent === null
        ? api.PUT("/api/conversations/{id}/assign", { params, body: { agentId } })
        : api.PUT("/api/conversations/{id}/transfer", {
            params,
            body: note ? { agentId, note } : { agentId },
          }),
    );
    desk.conversations.take(changed);
  });
  const others = team
    .filter(user => user.id !== assignedAgent?._id)
    .filter(({ name }) => name.toLowerCase().includes(wanted.trim().toLowerCase()))
    .sort((one, other) => ORDER[one.status] - ORDER[other.status]);
  return (
    <Dialog title={texts.giveTitle} close={close}>
      <form
        onSubmit={event => {
          event.preventDefault();
          void give.run(event.currentTarget).then(isGiven => isGiven && close());
        }}
      >
        {team.length > MANY && (
          <input
            type="search"
            aria-label={texts.findAgent}
            placeholder={texts.findAgent}
            value={wanted}
            onInput={({ currentTarget: { value } }) => setWanted(value)}
          />
        )}
        <fieldset class="agents">
          <legend class="hidden">{texts.giveTitle}</legend>
          {others.map(({ id, name, status, openConversations }) => (
            <label key={id} class="check">
              <input
                type="radio"
                name="agent"
                value={id}
                required
                checked={chosen === id}
                onChange={() => setChosen(id)}
              />
              <span class={`dot ${status}`} />
              <bdi>{name}</bdi>
              <span class="quiet">
                {common.online[status]} · {plural(language, texts.holds, openConversations)}
              </span>
            </label>
          ))}
          {others.length === 0 && <p class="quiet">{texts.nobodyElse}</p>}
        </fieldset>
        {assignedAgent !== null && (
          <label>
            {texts.note}
            <textarea name="note" rows={3} maxLength={1000} dir="auto" />
            <small>{texts.noteHint}</small>
          </label>
        )}
        <Problem failure={give.failure} />
        <FormEnd label={texts.give} isDisabled={give.isBusy || chosen === undefined} cancel={close} />
      </form>
    </Dialog>
  );
}
