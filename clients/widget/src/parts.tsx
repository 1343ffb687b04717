import type { Message, OutgoingMessage, VisitorState } from "@livechat/client";
import {
  dateFormat,
  FileLink,
  fill,
  isComposing,
  LONGEST_MESSAGE,
  numberFormat,
  plural,
  Text,
  useGrowing,
  useLog,
} from "@livechat/ui";
import { useRef, useState } from "preact/hooks";
import type { Language } from "./i18n.js";

/** What the visitor can do with a message that was refused. */
export interface Refused {
  retry(clientMessageId: string): void;
  discard(clientMessageId: string): void;
}

interface LogProps extends Refused {
  readonly state: VisitorState;
  readonly language: Language;
  readonly greeting: string | undefined;
  loadEarlier(): Promise<void>;
}

/** The messages, the latest in sight. */
export function Log({ state, language, greeting, loadEarlier, ...refused }: LogProps) {
  const { texts } = language;
  const { messages, outgoing, hasEarlier, typing } = state;
  const lastOwn = outgoing.at(-1)?.clientMessageId;
  const content = [messages, outgoing, typing];
  const { log, onScroll } = useLog({
    first: messages[0]?.seq,
    last: messages.at(-1)?.seq,
    lastOwn,
    content,
  });
  const [problem, setProblem] = useState<string>();
  const earlier = async () => {
    try {
      await loadEarlier();
      setProblem(undefined);
      log.current?.focus();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
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
      {hasEarlier ? (
        <>
          <button type="button" class="earlier" onClick={() => void earlier()}>
            {texts.earlier}
          </button>
          {problem !== undefined && (
            <p class="problem" role="alert">
              {fill(texts.refused, { why: problem })}
            </p>
          )}
        </>
      ) : (
        <p class="greeting bubble" dir="auto">
          {greeting ?? texts.welcome}
        </p>
      )}
      <ol>
        {messages.map((message, index) => (
          <Stored
            key={message._id}
            message={message}
            before={messages[index - 1]}
            mark={mark(state, index, language)}
            language={language}
          />
        ))}
        {outgoing.map(message => (
          <Outgoing key={message.clientMessageId} message={message} language={language} {...refused} />
        ))}
      </ol>
      <p class="typing">{typing && fill(texts.typing, { name: typing.name ?? texts.team })}</p>
    </div>
  );
}

/** How far the visitor's last stored message has come; said of no other one. */
function mark(
  { messages, outgoing, marks }: VisitorState,
  index: number,
  { texts }: Language,
): string | undefined {
  const message = messages[index];
  const isLast = messages.findLastIndex(({ sender }) => sender === "visitor") === index;
  if (!message || !isLast || outgoing.length > 0) {
    return undefined;
  }
  if (message.seq <= (marks?.agent.read.upTo ?? 0)) {
    return texts.read;
  }
  return message.seq <= (marks?.agent.delivered.upTo ?? 0) ? texts.delivered : texts.sent;
}

interface StoredProps {
  readonly message: Message;
  readonly before: Message | undefined;
  readonly mark: string | undefined;
  readonly language: Language;
}

function Stored({ message, before, mark, language }: StoredProps) {
  const { texts, locale } = language;
  const at = new Date(message.createdAt);
  const isOwn = message.sender === "visitor";
  const day = at.toDateString();
  const isNewDay = before !== undefined && new Date(before.createdAt).toDateString() !== day;
  const isFirst = isNewDay || before?.sender !== message.sender;
  const time = dateFormat(locale, { timeStyle: "short" }).format(at);
  return (
    <>
      {isNewDay && <li class="day">{dateFormat(locale, { dateStyle: "medium" }).format(at)}</li>}
      <li class={`${isOwn ? "own" : ""} ${isFirst ? "first" : ""}`}>
        <span class={isOwn || !isFirst ? "hidden" : "who"}>
          {isOwn ? texts.you : (message.senderId.name ?? texts.team)}
        </span>
        <div class="bubble">
          <Text text={message.content} />
          {message.fileUrl && <FileLink url={message.fileUrl} label={texts.file} />}
        </div>
        <span class={mark ? "when" : "hidden"}>
          <time dateTime={message.createdAt}>{time}</time>
          {mark && ` · ${mark}`}
        </span>
      </li>
    </>
  );
}

interface OutgoingProps extends Refused {
  readonly message: OutgoingMessage;
  readonly language: Language;
}

function Outgoing({ message, language, retry, discard }: OutgoingProps) {
  const { texts } = language;
  const { clientMessageId, content, failed } = message;
  return (
    <li class={`own first ${failed ? "failed" : ""}`}>
      <div class="bubble">
        <Text text={content} />
      </div>
      {failed ? (
        <>
          <span class="why">{fill(texts.failed, { why: failed.message })}</span>
          <span class="acts">
            <button type="button" onClick={() => retry(clientMessageId)}>
              {texts.retry}
            </button>
            <button type="button" onClick={() => discard(clientMessageId)}>
              {texts.discard}
            </button>
          </span>
        </>
      ) : (
        <span class="when">{texts.sending}</span>
      )}
    </li>
  );
}

interface ComposerProps {
  readonly language: Language;
  send(content: string): void;
  type(isTyping: boolean): void;
}

/** Where the visitor writes: Enter sends, Shift and Enter begins a line. */
export function Composer({ language, send, type }: ComposerProps) {
  const { texts } = language;
  const [content, setContent] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const isBlank = content.trim() === "";
  const isTooLong = [...content.trim()].length > LONGEST_MESSAGE;
  useGrowing(field, content);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isBlank && !isTooLong) {
      send(content.trim());
      setContent("");
      field.current?.focus();
    }
  };
  return (
    <>
      <form class="composer" onSubmit={submit}>
        <textarea
          ref={field}
          rows={1}
          dir={content === "" ? language.direction : "auto"}
          aria-label={texts.placeholder}
          placeholder={texts.placeholder}
          value={content}
          onInput={event => {
            setContent(event.currentTarget.value);
            type(event.currentTarget.value.trim() !== "");
          }}
          onBlur={() => type(false)}
          onKeyDown={event => {
            if (event.key === "Enter" && !event.shiftKey && !isComposing(event)) {
              submit(event);
            }
          }}
        />
        <button type="submit" class="primary" disabled={isBlank || isTooLong}>
          {texts.send}
        </button>
      </form>
      {isTooLong && (
        <p class="problem" role="alert">
          {fill(texts.tooLong, { n: numberFormat(language.locale, {}).format(LONGEST_MESSAGE) })}
        </p>
      )}
    </>
  );
}

interface DetailsProps {
  readonly language: Language;
  readonly ask: readonly ("email" | "name")[];
  start(details: { name?: string; email?: string }): void;
}

/** Who the visitor is, where the site wants to know before the first message. */
export function Details({ language, ask, start }: DetailsProps) {
  const { texts } = language;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    start(Object.fromEntries(ask.map(field => [field, String(given.get(field) ?? "").trim()])));
  };
  return (
    <form class="details" onSubmit={submit}>
      <strong>{texts.details}</strong>
      {ask.includes("name") && (
        <label>
          {texts.name}
          <input name="name" autoComplete="name" maxLength={100} required />
        </label>
      )}
      {ask.includes("email") && (
        <label>
          {texts.email}
          <input
            name="email"
            type="email"
            pattern=".+@.+\..+"
            autoComplete="email"
            maxLength={254}
            required
          />
        </label>
      )}
      <button type="submit" class="primary">
        {texts.start}
      </button>
    </form>
  );
}

interface RatingProps {
  readonly language: Language;
  rate(rating: number, comment?: string): Promise<void>;
}

/** How it was, of a conversation that has ended. */
export function Rating({ language, rate }: RatingProps) {
  const { texts } = language;
  const [stars, setStars] = useState(0);
  const [comment, setComment] = useState("");
  const [problem, setProblem] = useState<string>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await rate(stars, comment.trim() || undefined);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form class="rating" onSubmit={submit}>
      <fieldset>
        <legend>{texts.rate}</legend>
        {[1, 2, 3, 4, 5].map(count => (
          <label key={count} class={count <= stars ? "star on" : "star"}>
            <input
              type="radio"
              name="rating"
              aria-label={plural(language, texts.stars, count)}
              checked={count === stars}
              onChange={() => setStars(count)}
            />
            <span aria-hidden="true">{count <= stars ? "★" : "☆"}</span>
          </label>
        ))}
      </fieldset>
      {stars > 0 && (
        <>
          <textarea
            rows={2}
            maxLength={1000}
            aria-label={texts.comment}
            placeholder={texts.comment}
            value={comment}
            onInput={event => setComment(event.currentTarget.value)}
          />
          <button type="submit" class="primary">
            {texts.submit}
          </button>
        </>
      )}
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
