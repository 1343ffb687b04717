import type { Conversation, Message, Sent } from "@livechat/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer, type Frame } from "../../testing/fake-server.js";
import { Desk } from "../src/live/desk.js";
import { Session } from "../src/session.js";

const SELF = { id: "ada", name: "Ada", email: "ada@example.com", role: "agent", status: "online" } as const;
const NOTHING = { upTo: 0, at: null };
const MARKS = {
  agent: { delivered: NOTHING, read: NOTHING },
  visitor: { delivered: NOTHING, read: NOTHING },
};

let server: FakeServer;
let desk: Desk;

/** The conversations that the server has. */
const stored = new Map<string, Conversation>();

/** One that this agent holds, unless it says another. */
function has(id: string, holder: string | null = SELF.id): void {
  const assignedAgent = holder === null ? null : { _id: holder };
  const visitor = { _id: `visitor of ${id}`, name: "Vic" };
  const conversation = { _id: id, version: 1, messageCount: 0, unreadCount: 0, visitor, assignedAgent };
  stored.set(id, conversation as Conversation);
}

/** The visitor of a conversation says something. */
function says(conversation: string, seq: number): void {
  const message = { _id: `${conversation}-${seq}`, conversation, seq, sender: "visitor", content: "Hello" };
  server.last.push("message:new", { message: message as Message });
}

/** What the server says to the frames that are answered. */
function answer({ event, data }: Frame): unknown {
  switch (event) {
    case "agent:connect":
      return { user: SELF };
    case "conversation:join":
      return {
        conversation: stored.get(String(data["conversationId"])),
        marks: MARKS,
        messages: [],
        hasMore: false,
      };
    default:
      return {};
  }
}

/** What was sent of an event, in order. */
const sent = (event: keyof Sent) => server.last.sent.filter(frame => frame.event === event);
/** What was sent to which no answer comes, in short. */
const told = () =>
  server.last.sent
    .filter(({ id, event }) => id === undefined && event !== "ping")
    .map(({ event, data }) => [event, data["conversationId"], data["upTo"]]);

/** Answers what was sent of an event and has no answer yet. */
function answerNow(event: keyof Sent): void {
  for (const frame of sent(event)) {
    server.last.ack(frame, answer(frame));
  }
}

/** Everything that is under way comes to its end; no time passes. */
const settled = () => vi.advanceTimersByTimeAsync(0);

async function accepted(): Promise<void> {
  server.last.accept();
  await settled();
}

beforeEach(async () => {
  vi.useFakeTimers();
  stored.clear();
  server = new FakeServer();
  server.answer = (socket, frame) => socket.ack(frame, answer(frame));
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("Storage", class {});
  vi.stubGlobal("fetch", async (asked: Request | URL) => {
    const { pathname } = new URL(asked instanceof Request ? asked.url : asked);
    const [, id = ""] = /^\/api\/conversations\/(\w+)$/.exec(pathname) ?? [];
    return Response.json(
      stored.get(id) ?? {
        webSocketUrl: "wss://chat.example/ws",
        events: [],
        conversations: [],
        nextCursor: null,
      },
    );
  });
  const kept = new Map([["livechat:agent", JSON.stringify({ token: "a.e30.c", self: SELF })]]);
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    removeItem: (key: string) => void kept.delete(key),
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  desk = new Desk(new Session("https://chat.example", storage), SELF, storage);
  await settled();
});
afterEach(() => {
  desk.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const joined = () => sent("conversation:join").map(({ data }) => data["conversationId"]);

describe("a conversation that is open", () => {
  it("is entered once the connection is there, at whatever time it was opened", async () => {
    has("early");
    has("late");
    const early = desk.enter("early");
    server.answer = (socket, frame) => frame.event === "agent:connect" && socket.ack(frame, answer(frame));
    await accepted();
    expect(joined()).toEqual(["early"]);
    // What was open is being entered: the connection is not there yet.
    const late = desk.enter("late");
    await settled();
    expect(joined()).toEqual(["early"]);
    server.answer = (socket, frame) => socket.ack(frame, answer(frame));
    answerNow("conversation:join");
    await settled();
    expect(joined()).toEqual(["early", "late"]);
    for (const room of [early, late]) {
      expect(room.state.get().status).toBe("ready");
      room.send("Hello");
    }
    expect(sent("message:send")).toHaveLength(2);
  });

  it("is read once of a burst that one sees, at once in the lists, and no answer is sent", async () => {
    await accepted();
    has("a");
    const room = desk.enter("a");
    await settled();
    for (const seq of [1, 2, 3]) {
      says("a", seq);
      room.read();
    }
    expect(desk.conversations.get("a")).toMatchObject({ messageCount: 3, unreadCount: 0 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told()).toEqual([["message:read", "a", 3]]);
    room.send("Hello");
    room.read();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told()).toHaveLength(1);
  });

  it("is read after a reconnection, if that got lost", async () => {
    await accepted();
    has("a");
    const room = desk.enter("a");
    await settled();
    says("a", 1);
    room.read();
    server.last.lose();
    await vi.advanceTimersByTimeAsync(1_000);
    await accepted();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told()).toEqual([["message:read", "a", 1]]);
  });

  it("is told when one types, and has no answer sent", async () => {
    await accepted();
    has("a");
    const room = desk.enter("a");
    await settled();
    room.type(true);
    room.type(true);
    room.type(false);
    expect(told().map(([event]) => event)).toEqual(["typing:start", "typing:stop"]);
  });
});

describe("a conversation that is not open any more", () => {
  /** One that was open for a moment. */
  async function looked(id: string, holder: string | null): Promise<void> {
    has(id, holder);
    desk.enter(id);
    await settled();
    desk.leave(id);
    await settled();
  }
  /** Somebody takes a conversation over. */
  function takes(id: string, holder: string): void {
    const { version = 0 } = desk.conversations.get(id) ?? {};
    const conversation = { ...stored.get(id), version: version + 1, assignedAgent: { _id: holder } };
    server.last.push("conversation:updated", { conversation });
  }
  const left = () => sent("conversation:leave").map(({ data }) => data["conversationId"]);

  it("is left at once where somebody else holds it", async () => {
    await accepted();
    await looked("bobs", "bob");
    expect(left()).toEqual(["bobs"]);
  });

  it("is left only once somebody else holds it, since it is pushed until then in any case", async () => {
    await accepted();
    await looked("own", SELF.id);
    await looked("nobodys", null);
    takes("nobodys", SELF.id);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(left()).toEqual([]);
    takes("own", "bob");
    takes("nobodys", "bob");
    takes("own", "eve");
    await settled();
    expect(left()).toEqual(["own", "nobodys"]);
  });

  it("is not left when it is open again by then", async () => {
    await accepted();
    await looked("own", SELF.id);
    desk.enter("own");
    await settled();
    takes("own", "bob");
    await settled();
    expect(left()).toEqual([]);
  });

  it("is not left by a new connection, which has not joined it", async () => {
    await accepted();
    await looked("own", SELF.id);
    server.last.lose();
    await vi.advanceTimersByTimeAsync(1_000);
    await accepted();
    takes("own", "bob");
    await settled();
    expect(left()).toEqual([]);
  });
});

describe("a message that nobody looks at", () => {
  it("is delivered to who holds the conversation, and to who has it open", async () => {
    await accepted();
    has("held");
    has("open", null);
    desk.enter("open");
    await settled();
    for (const id of ["held", "open"]) {
      says(id, 1);
      says(id, 2);
    }
    await settled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told()).toEqual(
      expect.arrayContaining([
        ["message:delivered", "held", 2],
        ["message:delivered", "open", 2],
      ]),
    );
    expect(told()).toHaveLength(2);
  });

  it("is delivered to nobody who could only take it, or watches", async () => {
    await accepted();
    has("unassigned", null);
    has("bobs", "bob");
    says("unassigned", 1);
    says("bobs", 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told()).toEqual([]);
  });
});

describe("what others hold", () => {
  const watched = () => sent("agent:watch").map(({ data }) => data["watch"]);

  it("is pushed while one looks at all, and no longer", async () => {
    await accepted();
    expect(sent("agent:connect")[0]?.data).toMatchObject({ watch: "mine" });
    desk.watchAll(true);
    await settled();
    expect(watched()).toEqual(["all"]);
    desk.watchAll(false);
    await settled();
    expect(watched()).toEqual(["all", "mine"]);
  });

  it("is told as it is by then, where one looks away before the server has answered", async () => {
    await accepted();
    server.answer = () => undefined;
    desk.watchAll(true);
    desk.watchAll(false);
    server.answer = (socket, frame) => socket.ack(frame, answer(frame));
    answerNow("agent:watch");
    await settled();
    expect(watched()).toEqual(["all", "mine"]);
  });

  it("is asked for with the connection itself, where one looks before that is made", async () => {
    desk.watchAll(true);
    await accepted();
    expect(sent("agent:connect")[0]?.data).toMatchObject({ watch: "all" });
    expect(watched()).toEqual([]);
  });

  it("is asked for as soon as the connection is there, where one looks while it is made", async () => {
    server.answer = () => undefined;
    await accepted();
    desk.watchAll(true);
    expect(watched()).toEqual([]);
    server.answer = (socket, frame) => socket.ack(frame, answer(frame));
    answerNow("agent:connect");
    await settled();
    expect(watched()).toEqual(["all"]);
  });
});
