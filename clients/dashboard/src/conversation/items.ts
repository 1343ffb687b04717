import type { Message } from "@livechat/client";
import type { ConversationEvent } from "../live/room.js";

/** What a log shows, one after the other. */
export type Item =
  | { readonly kind: "day"; readonly key: string; readonly at: string }
  | { readonly kind: "event"; readonly key: string; readonly event: ConversationEvent }
  | { readonly kind: "message"; readonly key: string; readonly message: Message; readonly isFirst: boolean };

/**
 * The messages with what happened between them, and each day's beginning. What happened before the first message
 * that is shown is left out while there are earlier ones.
 */
export function items(
  messages: readonly Message[],
  events: readonly ConversationEvent[],
  hasEarlier: boolean,
): Item[] {
  const found: Item[] = [];
  const begin = messages[0]?.createdAt ?? "";
  const left = hasEarlier ? events.filter(({ at }) => at >= begin) : [...events];
  let day = "";
  let sender = "";
  const at = (time: string) => {
    const its = new Date(time).toDateString();
    if (its !== day) {
      day = its;
      sender = "";
      found.push({ kind: "day", key: its, at: time });
    }
  };
  const happened = (until: string | undefined) => {
    while (left[0] && (until === undefined || left[0].at <= until)) {
      const [event] = left.splice(0, 1);
      if (event) {
        at(event.at);
        sender = "";
        found.push({ kind: "event", key: `${event.type}${event.at}`, event });
      }
    }
  };
  for (const message of messages) {
    happened(message.createdAt);
    at(message.createdAt);
    const its = `${message.sender}${message.senderId._id}`;
    found.push({ kind: "message", key: message._id, message, isFirst: its !== sender });
    sender = its;
  }
  happened(undefined);
  return found;
}
