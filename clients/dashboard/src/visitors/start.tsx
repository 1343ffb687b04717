import { ChatError, outgoing, type VisitorBrief } from "@livechat/client";
import { fill, isComposing, LONGEST_MESSAGE, useObserved } from "@livechat/ui";
import { useRef, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import type { ConversationList } from "../live/list.js";
import { format, go, type Route } from "../routes.js";
import { useAction } from "../ui/action.js";
import { Dialog } from "../ui/dialog.js";
import { FormEnd } from "../ui/form-end.js";
import { nameOf } from "../ui/format.js";
import { Problem } from "../ui/problem.js";

interface StartProps {
  readonly visitor: VisitorBrief;
  /** What has been said with it. */
  readonly list: ConversationList;
}

/** The first word to a visitor who is there, unless there is a conversation already. */
export function Start({ visitor, list }: StartProps) {
  const { visitors } = useDesk().language.texts;
  const { status } = useObserved(list.state);
  const [isAsked, setIsAsked] = useState(false);
  const isPossible = status === "ready" && openOf(list) === undefined;
  return (
    <>
      {isPossible && (
        <button type="button" class="primary" onClick={() => setIsAsked(true)}>
          {visitors.start}
        </button>
      )}
      {isAsked && <StartDialog visitor={visitor} list={list} close={() => setIsAsked(false)} />}
    </>
  );
}

function StartDialog({ visitor, list, close }: StartProps & { close(): void }) {
  const { desk, language } = useDesk();
  const { visitors } = language.texts;
  const { run, isBusy, failure } = useStart(visitor, list);
  const [text, setText] = useState("");
  const open = openOf(list);
  const send = () => void run(text.trim()).then(isDone => isDone && close());
  return (
    <Dialog title={fill(visitors.startTitle, { name: nameOf(language, visitor) })} close={close}>
      <form
        onSubmit={event => {
          event.preventDefault();
          send();
        }}
      >
        <p class="quiet">{visitors.startText}</p>
        <label>
          {visitors.message}
          <textarea
            rows={4}
            dir="auto"
            required
            maxLength={LONGEST_MESSAGE}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
            onKeyDown={event => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !isComposing(event)) {
                event.currentTarget.form?.requestSubmit();
              }
            }}
          />
        </label>
        <Problem failure={failure} texts={{ conflict: visitors.startedMeanwhile }} />
        {failure?.code === "conflict" && open !== undefined && (
          <a href={format(routeTo(open._id, open.assignedAgent?._id === desk.owner))}>
            {visitors.toConversation}
          </a>
        )}
        <FormEnd label={visitors.send} isDisabled={isBusy || text.trim() === ""} cancel={close} />
      </form>
    </Dialog>
  );
}

/** Starts a conversation, and goes to it. */
function useStart({ _id: visitorId }: VisitorBrief, list: ConversationList) {
  const { desk } = useDesk();
  // The same words again are the same message, so that it is not stored twice.
  const message = useRef(outgoing(""));
  return useAction(async (content: string) => {
    if (message.current.content !== content) {
      message.current = outgoing(content);
    }
    const { clientMessageId } = message.current;
    try {
      const body = { visitorId, message: content, clientMessageId };
      const { conversation } = await desk.call(api => api.POST("/api/conversations", { body }));
      desk.conversations.take(conversation);
      go(routeTo(conversation._id, true));
    } catch (error) {
      if (error instanceof ChatError && error.code === "conflict") {
        await list.refresh();
      }
      throw error;
    }
  });
}

/** The conversation that has not ended, if there is one. */
function openOf(list: ConversationList) {
  return list.state.get().conversations.find(({ status }) => status !== "closed");
}

function routeTo(conversation: string, isMine: boolean): Route {
  return { place: "inbox", view: isMine ? "mine" : "all", filters: {}, conversation };
}
