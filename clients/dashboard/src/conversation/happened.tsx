import { fill, plural } from "@livechat/ui";
import { useDesk } from "../context.js";
import type { ConversationEvent } from "../live/room.js";
import { timeOf } from "../ui/format.js";

/** Something that happened to the conversation, between the messages. */
export function Happened({ event }: { readonly event: ConversationEvent }) {
  const { language, self } = useDesk();
  const { common, conversation: texts } = language.texts;
  const { by, at, data } = event;
  const named = (person: { readonly _id?: string | null; readonly name?: string | null }) =>
    person._id === self.id ? common.you : (person.name ?? common.anonymous);
  const values = {
    by: named(by),
    agent: data.agent ? named(data.agent) : "",
    stars: plural(language, texts.stars, data.rating ?? 0),
  };
  return (
    <li class="event quiet">
      {fill(texts.events[kind(event)], values)} · <time dateTime={at}>{timeOf(language, at)}</time>
      {data.note && (
        <p class="note" dir="auto">
          {data.note}
        </p>
      )}
    </li>
  );
}

/** Which sentence says it. */
function kind({ type, by, data }: ConversationEvent) {
  switch (type) {
    case "assigned":
      return data.agent && data.agent._id !== by._id ? "assignedTo" : "taken";
    default:
      return type;
  }
}
