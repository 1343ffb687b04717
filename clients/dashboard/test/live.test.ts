import { ChatError, type Conversation, type Message, outgoing } from "@livechat/client";
import { describe, expect, it } from "vitest";
import { items } from "../src/conversation/items.js";
import { queryOf } from "../src/inbox/query.js";
import { Conversations } from "../src/live/conversations.js";
import { keptBeside } from "../src/live/kept.js";
import { ConversationList, type Query } from "../src/live/list.js";
import type { ConversationEvent } from "../src/live/room.js";
import { format, parse, START } from "../src/routes.js";
import type { Call } from "../src/session.js";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 9) + second * 1000).toISOString();

function conversation(id: string, change: Partial<Conversation> = {}): Conversation {
  return {
    _id: id,
    version: 1,
    messageCount: 1,
    unreadCount: 1,
    lastMessage: "Hello",
    lastMessageAt: at(1),
    waitingSince: at(1),
    createdAt: at(0),
    status: "pending",
    priority: "medium",
    tags: [],
    assignedAgent: null,
    visitor: { _id: `visitor of ${id}`, name: "Vic", isOnline: true },
    ...change,
  } as Conversation;
}

function message(conversation: string, seq: number, change: Partial<Message> = {}): Message {
  const own = {
    _id: `${conversation}-${seq}`,
    conversation,
    seq,
    createdAt: at(seq),
    content: `Message ${seq}`,
  };
  return { ...own, sender: "visitor", senderId: { _id: "v" }, ...change } as Message;
}

describe("what is known of a conversation", () => {
  it("is the newest that was told, in whatever order it comes", () => {
    const known = new Conversations();
    known.take(conversation("a", { version: 3, status: "resolved" }));
    known.take(conversation("a", { version: 2, status: "active" }));
    expect(known.get("a")?.status).toBe("resolved");
  });

  it("counts a message once, and keeps it when a change comes that was made before it", () => {
    const known = new Conversations();
    known.take(conversation("a"));
    expect(known.message(message("a", 2))).toBe(true);
    expect(known.message(message("a", 2))).toBe(true);
    known.take(conversation("a", { version: 2, status: "active" }));
    expect(known.get("a")).toMatchObject({
      status: "active",
      messageCount: 2,
      unreadCount: 2,
      lastMessage: "Message 2",
      waitingSince: at(1),
    });
    expect(known.message(message("a", 3, { sender: "agent" }))).toBe(true);
    expect(known.get("a")?.waitingSince).toBeNull();
  });

  it("is read as far as anybody has read, whatever is told first", () => {
    const known = new Conversations();
    known.take(conversation("a"));
    known.read({ conversationId: "a", sender: "agent", upTo: 2, unreadCount: 0 });
    known.message(message("a", 2));
    expect(known.get("a")?.unreadCount).toBe(0);
    known.take(conversation("a", { messageCount: 2, unreadCount: 2 }));
    expect(known.get("a")?.unreadCount).toBe(0);
    known.message(message("a", 3));
    expect(known.get("a")?.unreadCount).toBe(1);
  });

  it("is to be read again when messages are missing, or it is not known", () => {
    const known = new Conversations();
    known.take(conversation("a"));
    expect(known.message(message("a", 3))).toBe(false);
    expect(known.message(message("b", 1))).toBe(false);
  });

  it("has its visitor as it was last", () => {
    const known = new Conversations();
    known.take(conversation("a"));
    const _id = "visitor of a";
    known.visitor({ _id, isOnline: false }, at(5));
    known.visitor({ _id, isOnline: true }, at(4));
    expect(known.get("a")?.visitor).toMatchObject({ isOnline: false, name: "Vic" });
  });
});

/** A server that has these pages, one after the other. */
function pages(...pages: Conversation[][]): Call {
  let next = 0;
  return (async () => {
    const conversations = pages[next];
    next += 1;
    if (!conversations) {
      throw new ChatError("unavailable", "The live chat did not answer");
    }
    return { conversations, nextCursor: next < pages.length ? String(next) : null, isComplete: true };
  }) as Call;
}

async function listed(
  query: Query,
  known: Conversations,
  ...read: Conversation[][]
): Promise<ConversationList> {
  const list = new ConversationList(query, pages(...read), known);
  await new Promise<void>(resolve => {
    const stop = list.state.subscribe(({ status }) => {
      if (status !== "loading") {
        stop();
        resolve();
      }
    });
  });
  return list;
}

const ids = (list: ConversationList) => list.state.get().conversations.map(({ _id }) => _id);

describe("a list", () => {
  it("keeps the latest message first, whatever changes", async () => {
    const known = new Conversations();
    const [a, b] = [conversation("a", { lastMessageAt: at(9) }), conversation("b", { lastMessageAt: at(8) })];
    const list = await listed({}, known, [a, b]);
    expect(ids(list)).toEqual(["a", "b"]);
    known.message(message("b", 2, { createdAt: at(10) }));
    expect(ids(list)).toEqual(["b", "a"]);
    known.take(conversation("c", { lastMessageAt: at(11) }));
    expect(ids(list)).toEqual(["c", "b", "a"]);
  });

  it("has what it asks for and nothing else, as soon as that changes", async () => {
    const known = new Conversations();
    const list = await listed({ agent: null, status: "pending" }, known, [conversation("a")]);
    const ada = { _id: "ada", name: "Ada" } as Conversation["assignedAgent"];
    known.take(conversation("a", { version: 2, status: "active", assignedAgent: ada }));
    expect(ids(list)).toEqual([]);
    known.take(conversation("a", { version: 3 }));
    expect(ids(list)).toEqual(["a"]);
  });

  it("leaves what comes after its end to the next page", async () => {
    const known = new Conversations();
    const page = Array.from({ length: 50 }, (_, row) =>
      conversation(`row ${row}`, { lastMessageAt: at(99 - row) }),
    );
    const late = conversation("late", { lastMessageAt: at(5) });
    const list = await listed({}, known, page, [late, conversation("last")]);
    known.take(late);
    expect(ids(list)).toHaveLength(50);
    await list.more();
    expect(ids(list).slice(50)).toEqual(["late", "last"]);
  });

  it("of what was looked for has nothing else, whatever changes meanwhile", async () => {
    const known = new Conversations();
    const reading = listed({ q: "fern" }, known, [conversation("a")]);
    known.take(conversation("b"));
    const list = await reading;
    known.take(conversation("c"));
    expect(ids(list)).toEqual(["a"]);
  });

  it("says who waits longest first", async () => {
    const known = new Conversations();
    const rows = [conversation("a", { waitingSince: at(2) }), conversation("b", { waitingSince: at(3) })];
    const list = await listed({ sort: "waiting" }, known, rows);
    known.message(message("a", 2, { sender: "agent" }));
    expect(ids(list)).toEqual(["b"]);
  });
});

it("what two tabs have not sent yet is kept of both, until each has sent its own", () => {
  const stored = new Map<string, string>();
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  };
  const [one, other] = [keptBeside(storage, "a"), keptBeside(storage, "a")];
  expect([one.load(), other.load()]).toEqual([[], []]);
  const [first, second] = [outgoing("first"), outgoing("second")];
  one.save([first]);
  other.save([second]);
  expect(keptBeside(storage, "a").load()).toEqual([first, second]);
  one.save([]);
  expect(keptBeside(storage, "a").load()).toEqual([second]);
  other.save([]);
  expect(stored.size).toBe(0);
});

describe("a log", () => {
  const event = (type: ConversationEvent["type"], second: number) =>
    ({
      type,
      at: at(second),
      by: { sender: "agent", _id: "ada", name: "Ada" },
      data: {},
    }) as ConversationEvent;

  it("shows what happened between the messages, and nothing from before the first that is shown", () => {
    const messages = [message("a", 3), message("a", 4)];
    const events = [event("started", 1), event("assigned", 3.5), event("resolved", 9)];
    const kinds = (hasEarlier: boolean) => items(messages, events, hasEarlier).map(({ kind }) => kind);
    expect(kinds(false)).toEqual(["day", "event", "message", "event", "message", "event"]);
    expect(kinds(true)).toEqual(["day", "message", "event", "message", "event"]);
  });

  it("names who speaks once, until something else comes between", () => {
    const messages = [1, 2, 3].map(seq => message("a", seq));
    const firsts = items(messages, [event("assigned", 2.5)], false).flatMap(item =>
      item.kind === "message" ? [item.isFirst] : [],
    );
    expect(firsts).toEqual([true, false, true]);
  });
});

describe("an address", () => {
  it.each([
    START,
    { place: "inbox", view: "all", filters: { q: "a b&c", status: "closed" }, conversation: "1f" } as const,
    { place: "visitors", id: "a/b?c" } as const,
    { place: "oneself" } as const,
  ])("says what is on the screen: %j", route => {
    expect(parse(format(route))).toEqual(route);
  });

  it("that says nothing leads to the beginning, and takes nothing that is not known", () => {
    expect(parse("#/nowhere/else")).toEqual(START);
    expect(parse("#/inbox/others?status=open&priority=5&sort=name&q=%20")).toEqual(START);
    expect(parse("#/inbox/all/%F0%9F")).toMatchObject({ view: "all" });
  });

  it("asks for what its view is of", () => {
    expect(queryOf("unassigned", {}, "me")).toEqual({ agent: null, status: "pending" });
    expect(queryOf("mine", { status: "resolved" }, "me")).toEqual({ agent: "me", status: "resolved" });
    expect(queryOf("all", { agent: "ada", sort: "waiting" }, "me")).toEqual({
      agent: "ada",
      sort: "waiting",
    });
  });
});
