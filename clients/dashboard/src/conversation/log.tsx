import type { Conversation, Message, OutgoingMessage } from "@livechat/client";
import { FileLink, fill, plural, Text, useLog } from "@livechat/ui";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Language, useDesk } from "../context.js";
import type { Room, RoomState } from "../live/room.js";
import { sentence, useAction } from "../ui/action.js";
import { dayOf, nameOf, timeOf } from "../ui/format.js";
import { Problem } from "../ui/problem.js";
import { Happened } from "./happened.js";
import { items } from "./items.js";

interface LogProps {
  readonly room: Room;
  readonly state: RoomState;
  readonly conversation: Conversation;
  /** The number of the message that is to be in sight. */
  readonly at: number | undefined;
}

/** What was said and what happened, the latest in sight. */
export function Log({ room, state, conversation, at }: LogProps) {
  const { language } = useDesk();
  const { common, conversation: texts } = language.texts;
  const { messages, outgoing, events, hasEarlier, status, typing } = state;
  const earlier = useAction(() => room.loadEarlier());
  const lastOwn = outgoing.at(-1)?.clientMessageId;
  const content = [messages, outgoing, events, typing];
  const { log, onScroll, below, toEnd, toMessage } = useLog(
    { first: messages[0]?.seq, last: messages.at(-1)?.seq, lastOwn, content },
    () => {
      if (hasEarlier && !earlier.failure) {
        void earlier.run();
      }
    },
  );
  const first = messages[0]?.seq ?? 0;
  const reached = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (at === undefined || status !== "ready" || reached.current === at) {
      return;
    }
    if (at < first && hasEarlier) {
      void earlier.run();
    } else {
      reached.current = at;
      toMessage(at);
    }
  }, [at, first, status]);
  const shown = useMemo(() => items(messages, events, hasEarlier), [messages, events, hasEarlier]);
  const name = nameOf(language, conversation.visitor);
  return (
    <div class="log-place">
      <div
        class="log"
        role="log"
        aria-live="off"
        aria-label={texts.messages}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
        tabIndex={0}
        ref={log}
        onScroll={onScroll}
      >
        <Problem failure={earlier.failure} retry={() => void earlier.run()} />
        <p class="beginning quiet">
          {status === "loading" ? common.loading : hasEarlier ? texts.earlier : texts.beginning}
        </p>
        <ol>
          {shown.map(item =>
            item.kind === "day" ? (
              <li key={item.key} class="day">
                {dayOf(language, item.at)}
              </li>
            ) : item.kind === "event" ? (
              <Happened key={item.key} event={item.event} />
            ) : (
              <Stored
                key={item.key}
                message={item.message}
                isFirst={item.isFirst}
                isFound={item.message.seq === at}
                visitor={name}
                mark={mark(state, item.message, language)}
              />
            ),
          )}
          {outgoing.map(message => (
            <Outgoing key={message.clientMessageId} message={message} room={room} />
          ))}
        </ol>
        <p class="typing quiet">{typing && fill(texts.typing, { name: typing.name ?? name })}</p>
      </div>
      {below !== undefined && (
        <button type="button" class="to-end" onClick={toEnd}>
          {below > 0 ? plural(language, texts.newBelow, below) : texts.toEnd} ↓
        </button>
      )}
      <Heard state={state} name={name} />
    </div>
  );
}

/** How far the last message of the agents' side has come; said of no other one. */
function mark(
  { messages, outgoing, marks }: RoomState,
  { _id, seq }: Message,
  language: Language,
): string | undefined {
  const texts = language.texts.conversation;
  const last = messages.findLast(({ sender }) => sender === "agent");
  if (last?._id !== _id || outgoing.length > 0) {
    return undefined;
  }
  if (seq <= (marks?.visitor.read.upTo ?? 0)) {
    return texts.read;
  }
  return seq <= (marks?.visitor.delivered.upTo ?? 0) ? texts.delivered : texts.sent;
}

interface StoredProps {
  readonly message: Message;
  readonly isFirst: boolean;
  readonly isFound: boolean;
  /** What the visitor is called. */
  readonly visitor: string;
  readonly mark: string | undefined;
}

function Stored({ message, isFirst, isFound, visitor, mark }: StoredProps) {
  const { language, self } = useDesk();
  const { common, conversation: texts } = language.texts;
  const { sender, senderId, content, fileUrl, createdAt } = message;
  const isOurs = sender === "agent";
  const author = isOurs
    ? senderId._id === self.id
      ? common.you
      : (senderId.name ?? common.erased)
    : visitor;
  return (
    <li
      class={`message ${isOurs ? "ours" : ""} ${isFirst ? "first" : ""} ${isFound ? "found-one" : ""}`}
      data-seq={message.seq}
    >
      <p class={isFirst ? "who" : "hidden"}>
        <bdi>{author}</bdi> <time dateTime={createdAt}>{timeOf(language, createdAt)}</time>
      </p>
      <div class="bubble" title={timeOf(language, createdAt)}>
        {content === "" && fileUrl === null ? <em>{texts.erasedMessage}</em> : <Text text={content} />}
        {fileUrl && <FileLink url={fileUrl} label={texts.file} />}
      </div>
      {mark && <p class="mark quiet">{mark}</p>}
    </li>
  );
}

interface OutgoingProps {
  readonly message: OutgoingMessage;
  readonly room: Room;
}

function Outgoing({ message: { clientMessageId, content, failed }, room }: OutgoingProps) {
  const { language } = useDesk();
  const { common, conversation: texts } = language.texts;
  return (
    <li class="message ours first">
      <div class="bubble">
        <Text text={content} />
      </div>
      {failed ? (
        <>
          <p class="problem">{fill(texts.failed, { why: sentence(language, failed) })}</p>
          <div class="acts">
            <button type="button" onClick={() => room.retry(clientMessageId)}>
              {common.retry}
            </button>
            <button type="button" onClick={() => room.discard(clientMessageId)}>
              {texts.discard}
            </button>
          </div>
        </>
      ) : (
        <p class="mark quiet">{texts.sending}</p>
      )}
    </li>
  );
}

/** Says a new message of the visitor to who cannot see it. */
function Heard({ state, name }: { readonly state: RoomState; readonly name: string }) {
  const last = state.messages.at(-1);
  const first = useRef(last?._id);
  if (state.status === "loading") {
    first.current = last?._id;
  }
  const isNew = last?.sender === "visitor" && last._id !== first.current;
  return (
    <div class="hidden" aria-live="polite">
      {isNew && (
        <>
          <bdi>{name}</bdi>: <bdi>{last.content}</bdi>
        </>
      )}
    </div>
  );
}
