import type { Chat, VisitorState } from "@livechat/client";
import { outgoing } from "@livechat/client";
import { fill, isComposing, useLasting, useObserved } from "@livechat/ui";
import { useEffect, useRef } from "preact/hooks";
import type { Settings } from "./api.js";
import type { Language } from "./i18n.js";
import { Composer, Details, Log, Rating } from "./parts.js";

/** How long a connection may be away before it is said. */
const UNSAID_MS = 1_500;

interface ViewProps {
  readonly chat: Chat;
  readonly language: Language;
  readonly settings: Settings;
  /** The visitor has said who it is. */
  introduce(details: { name?: string; email?: string }): void;
  close(): void;
}

/** The open chat. */
export function View({ chat, language, settings, introduce, close }: ViewProps) {
  const { texts, direction, locale } = language;
  const state = useObserved(chat.state);
  const dialog = useRef<HTMLDivElement>(null);
  const { conversation, connection } = state;
  const asked = (settings.ask ?? []).filter(field => !settings[field]);
  const isUnknown = asked.length > 0 && !settings.identity && !conversation && state.outgoing.length === 0;
  const isRefused = connection.status === "refused";
  const isAnswered = conversation?.assignedAgent || state.messages.some(({ sender }) => sender === "agent");
  const isAlone = state.agentsOnline === false && connection.status === "online" && !isAnswered;
  const hasEnded = conversation?.status === "resolved" || conversation?.status === "closed";

  // What was focused may be gone: the keyboard goes on where one writes.
  const focus = () => {
    const fields = ".composer textarea, input";
    (dialog.current?.querySelector<HTMLElement>(fields) ?? dialog.current)?.focus();
  };
  useEffect(focus, [isUnknown]);
  useEffect(() => {
    const read = () => document.visibilityState === "visible" && state.unread > 0 && chat.read();
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [chat, state.unread]);

  return (
    <div
      class="panel"
      role="dialog"
      aria-labelledby="title"
      tabIndex={-1}
      ref={dialog}
      dir={direction}
      lang={locale}
      onKeyDown={event => {
        if (event.key === "Escape" && !isComposing(event)) {
          event.stopPropagation();
          close();
        }
      }}
    >
      <div class="head">
        <h2 id="title">{conversation?.assignedAgent?.name ?? settings.title ?? texts.title}</h2>
        <button type="button" aria-label={texts.close} onClick={close}>
          ×
        </button>
      </div>
      <Notice state={state} language={language} />
      <Log
        state={state}
        language={language}
        greeting={settings.greeting}
        loadEarlier={() => chat.loadEarlier()}
        retry={id => {
          chat.retry(id);
          focus();
        }}
        discard={id => {
          chat.discard(id);
          focus();
        }}
      />
      <Heard state={state} language={language} />
      {isAlone && (
        <p class="notice" role="status">
          {texts.away}
        </p>
      )}
      {hasEnded && state.outgoing.length === 0 && (
        <>
          <p class="notice">{conversation.status === "closed" ? texts.closed : texts.resolved}</p>
          {conversation.rating === null ? (
            <Rating
              key={conversation._id}
              language={language}
              rate={(...given) => chat.rate(...given).then(focus)}
            />
          ) : (
            <p class="notice" role="status">
              {texts.thanks}
            </p>
          )}
        </>
      )}
      {isUnknown && !isRefused && <Details language={language} ask={asked} start={introduce} />}
      {!isUnknown && !isRefused && (
        <Composer
          language={language}
          send={content => {
            // Another tab may have ended the connection with a logout.
            chat.connect();
            chat.send(outgoing(content));
          }}
          type={isTyping => chat.type(isTyping)}
        />
      )}
    </div>
  );
}

/** Says a new message of the other side to who cannot see it, and nothing of what was there before. */
function Heard({ state, language }: { readonly state: VisitorState; readonly language: Language }) {
  const last = state.messages.at(-1);
  const first = useRef(last?._id);
  const isNew = last?.sender === "agent" && last._id !== first.current;
  return (
    <div class="hidden" aria-live="polite">
      {isNew && (
        <>
          <bdi>{last.senderId.name ?? language.texts.team}</bdi>: <bdi>{last.content}</bdi>
        </>
      )}
    </div>
  );
}

function Notice({ state, language }: { readonly state: VisitorState; readonly language: Language }) {
  const { connection } = state;
  const { texts } = language;
  const isAway = connection.status === "offline" || connection.status === "connecting";
  const isLongAway = useLasting(isAway, UNSAID_MS);
  if (connection.status === "refused") {
    const { code, message } = connection.why;
    return (
      <p class="notice" role="alert">
        {code === "banned" ? texts.banned : fill(texts.refused, { why: message })}
      </p>
    );
  }
  return (
    <div role="status">
      {isAway && isLongAway && (
        <p class="notice">{connection.status === "offline" ? texts.reconnecting : texts.connecting}</p>
      )}
    </div>
  );
}
