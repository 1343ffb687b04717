import type { Plural } from "@livechat/ui";

/** What an open conversation says. */
export interface ConversationTexts {
  readonly messages: string;
  readonly earlier: string;
  readonly beginning: string;
  readonly placeholder: string;
  readonly send: string;
  readonly sending: string;
  readonly sent: string;
  readonly delivered: string;
  readonly read: string;
  readonly failed: string;
  readonly discard: string;
  readonly typing: string;
  readonly file: string;
  readonly newBelow: Plural;
  readonly toEnd: string;
  readonly tooLong: string;
  readonly erasedMessage: string;
  readonly actions: string;
  readonly take: string;
  readonly takeOver: string;
  readonly give: string;
  readonly giveTitle: string;
  readonly note: string;
  readonly noteHint: string;
  readonly holds: Plural;
  readonly findAgent: string;
  readonly nobodyElse: string;
  readonly resolve: string;
  readonly reopen: string;
  readonly end: string;
  readonly endTitle: string;
  readonly endText: string;
  readonly held: string;
  readonly heldByYou: string;
  readonly unheld: string;
  readonly taken: string;
  readonly gone: string;
  readonly resolved: string;
  readonly closed: string;
  readonly details: string;
  readonly detailsOpen: string;
  readonly priority: string;
  readonly tags: string;
  readonly addTag: string;
  readonly removeTag: string;
  readonly tooManyTags: string;
  readonly notes: string;
  readonly notesHint: string;
  readonly rating: string;
  readonly stars: Plural;
  readonly responses: string;
  readonly noResponse: string;
  readonly responsesHint: string;
  readonly events: Readonly<
    Record<
      | "assignedTo"
      | "closed"
      | "erased"
      | "rated"
      | "reopened"
      | "resolved"
      | "started"
      | "taken"
      | "transferred",
      string
    >
  >;
}

const conversation: ConversationTexts = {
  messages: "Messages",
  earlier: "Loading earlier messages …",
  beginning: "The beginning of the conversation",
  placeholder: "Message, or / for a response",
  send: "Send",
  sending: "Sending …",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Not sent: {why}",
  discard: "Delete",
  typing: "{name} is typing …",
  file: "File",
  newBelow: { one: "{n} new message", other: "{n} new messages" },
  toEnd: "To the latest message",
  tooLong: "This is too long: {n} characters at most.",
  erasedMessage: "Erased",
  actions: "Conversation",
  take: "Take",
  takeOver: "Take over",
  give: "Give to …",
  giveTitle: "Give the conversation to",
  note: "A note for them (optional)",
  noteHint: "Agents alone see it.",
  holds: { one: "holds {n}", other: "holds {n}" },
  findAgent: "Find somebody",
  nobodyElse: "There is nobody else.",
  resolve: "Resolve",
  reopen: "Reopen",
  end: "Close",
  endTitle: "Close the conversation?",
  endText: "A closed conversation is over for good: what the visitor writes next begins another one.",
  held: "{name} holds it",
  heldByYou: "You hold it",
  unheld: "Nobody holds it yet",
  taken: "{name} has just taken it.",
  gone: "This conversation is not there.",
  resolved: "Resolved. It opens again when the visitor writes.",
  closed: "Closed.",
  details: "Details",
  detailsOpen: "Show details",
  priority: "Priority",
  tags: "Tags",
  addTag: "Add a tag",
  removeTag: "Remove {tag}",
  tooManyTags: "{n} tags at most.",
  notes: "Notes",
  notesHint: "For agents only",
  rating: "Rating",
  stars: { one: "{n} star", other: "{n} stars" },
  responses: "Responses",
  noResponse: "No response matches.",
  responsesHint: "↑ ↓ to choose, Enter to insert, Esc to close",
  events: {
    started: "{by} started the conversation",
    taken: "{by} took the conversation",
    assignedTo: "{by} gave the conversation to {agent}",
    transferred: "{by} handed the conversation over to {agent}",
    resolved: "{by} resolved the conversation",
    reopened: "{by} opened the conversation again",
    closed: "{by} closed the conversation",
    rated: "{by} rated it: {stars}",
    erased: "What was said has been erased",
  },
};

export default conversation;
