import type { Plural } from "@livechat/ui";
import type { Shortcut } from "../../shortcuts.js";

/** What the list of conversations says, and the keys and notices that belong to it. */
export interface Inbox {
  readonly views: Readonly<Record<"all" | "mine" | "unassigned", string>>;
  readonly list: string;
  readonly search: string;
  readonly filters: string;
  readonly status: string;
  readonly priority: string;
  readonly tag: string;
  readonly agent: string;
  readonly everybody: string;
  readonly any: string;
  readonly order: string;
  readonly latest: string;
  readonly waiting: string;
  readonly clear: string;
  readonly empty: Readonly<Record<"all" | "mine" | "unassigned", string>>;
  readonly emptySearch: string;
  readonly incomplete: string;
  readonly inMessages: string;
  readonly inConversations: string;
  readonly choose: string;
  readonly waits: string;
  readonly waitsLong: string;
  readonly unread: Plural;
  readonly count: Plural;
  readonly onSite: string;
  readonly shortcuts: Readonly<Record<Shortcut, string>>;
  readonly newMessage: string;
  readonly newConversation: string;
}

const inbox: Inbox = {
  views: { unassigned: "Unassigned", mine: "Mine", all: "All" },
  list: "Conversations",
  search: "Search names, emails, tags, messages",
  filters: "Filters",
  status: "Status",
  priority: "Priority",
  tag: "Tag",
  agent: "Agent",
  everybody: "Everybody",
  any: "Any",
  order: "Order",
  latest: "Latest message",
  waiting: "Waiting longest",
  clear: "Clear filters",
  empty: {
    unassigned: "Nobody waits. New conversations appear here by themselves.",
    mine: "You hold no conversation. Take one from the unassigned ones.",
    all: "There is no conversation yet.",
  },
  emptySearch: "Nothing was found.",
  incomplete: "There is more than was looked through. Say it more exactly.",
  inMessages: "In messages",
  inConversations: "Conversations",
  choose: "Choose a conversation.",
  waits: "waits {span}",
  waitsLong: "waits {span}!",
  unread: { one: "{n} unread message", other: "{n} unread messages" },
  count: { one: "{n} conversation", other: "{n} conversations" },
  onSite: "On the site",
  shortcuts: {
    help: "This sheet",
    search: "Search",
    next: "Next conversation",
    previous: "Previous conversation",
    reply: "Write a reply",
    take: "Take the conversation",
    resolve: "Resolve the conversation",
    inbox: "Inbox",
  },
  newMessage: "{name}",
  newConversation: "New conversation: {name}",
};

export default inbox;
