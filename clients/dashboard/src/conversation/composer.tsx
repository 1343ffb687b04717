import type { CannedResponse, Conversation } from "@livechat/client";
import { fill, isComposing, LONGEST_MESSAGE, useGrowing } from "@livechat/ui";
import { useRef } from "preact/hooks";
import { useDesk } from "../context.js";
import type { Room } from "../live/room.js";
import { fillIn } from "../responses/fill.js";
import { count } from "../ui/format.js";
import { Icon } from "../ui/icons.js";
import { useDraft } from "./drafts.js";
import { Menu, useResponses } from "./responses.js";

interface ComposerProps {
  readonly room: Room;
  readonly conversation: Conversation;
}

/** Where the agent writes: Enter sends, Shift and Enter begins a line, a slash at the start offers responses. */
export function Composer({ room, conversation }: ComposerProps) {
  const { desk, language, self } = useDesk();
  const texts = language.texts.conversation;
  const [content, setContent] = useDraft(`${desk.owner}:${room.id}`);
  const field = useRef<HTMLTextAreaElement>(null);
  const responses = useResponses(content);
  const isBlank = content.trim() === "";
  const isTooLong = [...content.trim()].length > LONGEST_MESSAGE;
  useGrowing(field, content);
  if (conversation.status === "closed") {
    return <p class="closed quiet">{texts.closed}</p>;
  }
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isBlank && !isTooLong) {
      room.send(content.trim());
      setContent("");
      field.current?.focus();
    }
  };
  const insert = ({ content }: CannedResponse) => {
    setContent(fillIn(content, { visitor: conversation.visitor, agent: self }));
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) {
      return;
    }
    if (responses.isOpen && responses.onKey(event.key, insert)) {
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey) {
      submit(event);
    } else if (event.key === "Escape") {
      field.current?.blur();
    }
  };
  return (
    <form class="composer" onSubmit={submit}>
      {conversation.status === "resolved" && <p class="quiet">{texts.resolved}</p>}
      {responses.isOpen && <Menu responses={responses} choose={insert} />}
      <div class="line">
        <textarea
          ref={field}
          rows={1}
          dir={content === "" ? language.direction : "auto"}
          aria-label={texts.placeholder}
          placeholder={texts.placeholder}
          {...responses.attributes}
          value={content}
          onInput={({ currentTarget: { value } }) => {
            setContent(value);
            room.type(value.trim() !== "" && !value.startsWith("/"));
          }}
          onBlur={() => room.type(false)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" class="primary" disabled={isBlank || isTooLong} aria-label={texts.send}>
          <Icon name="send" />
        </button>
      </div>
      {isTooLong && (
        <p class="problem" role="alert">
          {fill(texts.tooLong, { n: count(language, LONGEST_MESSAGE) })}
        </p>
      )}
    </form>
  );
}
