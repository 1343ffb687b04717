import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer, type Frame } from "../../testing/fake-server.js";
import { VisitorChat } from "../src/index.js";

let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  vi.stubGlobal("fetch", async () => Response.json({ webSocketUrl: "wss://chat.example/ws" }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const welcome = { visitorId: "v", token: "t", conversation: null, marks: null, messages: [], hasMore: false };

async function online(chat: VisitorChat): Promise<void> {
  server.answer = (socket, frame) => socket.ack(frame, { ...welcome, agentsOnline: true });
  chat.connect();
  await vi.advanceTimersByTimeAsync(0);
  server.last.accept();
  await vi.advanceTimersByTimeAsync(0);
  expect(chat.state.get()).toMatchObject({ connection: { status: "online" }, agentsOnline: true });
}

/** The visitor's conversation, and a message of an agent in it. */
const conversation = { _id: "c", version: 1, status: "active" };
const said = (seq: number) => ({ _id: `m${seq}`, conversation: "c", sender: "agent", seq, content: "Hello" });

/** Marks of a visitor who has read so far. */
const marks = (upTo: number) => {
  const [nothing, read] = [
    { upTo: 0, at: null },
    { upTo, at: null },
  ];
  return { agent: { delivered: nothing, read: nothing }, visitor: { delivered: read, read } };
};

/** What was sent since the visitor came. */
const sent = () => server.last.sent.filter(({ event }) => event !== "visitor:connect");

const arrivals = () => server.last.sent.filter(({ event }: Frame) => event === "visitor:connect");

describe("a visitor's chat", () => {
  it("says once more who the visitor is when that is new, and does not insist when it is refused", async () => {
    const chat = new VisitorChat({ url: "https://chat.example", name: "Vic" });
    await online(chat);
    chat.introduce({ name: "Vic" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(arrivals()).toHaveLength(1);
    server.answer = (socket, frame) => socket.refuse(frame, "unauthorized");
    chat.introduce({ identity: "an.expired.one" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(arrivals().map(({ data }) => data["identity"])).toEqual([undefined, "an.expired.one"]);
  });

  it("catches up again after a resync that the server was too busy for", async () => {
    const chat = new VisitorChat({ url: "https://chat.example" });
    await online(chat);
    server.answer = (socket, frame) => socket.refuse(frame, "rate_limited", { retryAfter: 7 });
    server.last.push("resync", {});
    await vi.advanceTimersByTimeAsync(0);
    server.answer = (socket, frame) => socket.ack(frame, { ...welcome, agentsOnline: false });
    await vi.advanceTimersByTimeAsync(7_000);
    expect(chat.state.get().agentsOnline).toBe(false);
  });

  it("shows no older state of a conversation than it has shown", async () => {
    const chat = new VisitorChat({ url: "https://chat.example" });
    await online(chat);
    const told = (version: number, status: string) =>
      server.last.push("conversation:updated", { conversation: { _id: "c", version, status } });
    server.last.push("conversation:created", {
      conversation: { _id: "c", version: 1, status: "pending" },
      message: null,
    });
    told(3, "resolved");
    told(2, "active");
    expect(chat.state.get().conversation).toMatchObject({ version: 3, status: "resolved" });
    told(4, "closed");
    expect(chat.state.get().conversation).toMatchObject({ version: 4, status: "closed" });
  });

  it("tells of a burst that the visitor sees once, as read, and has no answer sent", async () => {
    const chat = new VisitorChat({ url: "https://chat.example" });
    await online(chat);
    server.last.push("conversation:created", { conversation, message: null });
    for (const seq of [1, 2, 3]) {
      server.last.push("message:new", { message: said(seq) });
      chat.read();
    }
    expect(chat.state.get().unread).toBe(0);
    await vi.advanceTimersByTimeAsync(1_000);
    const data = { conversationId: "c", upTo: 3 };
    expect(sent()).toEqual([{ action: "message", event: "message:read", quiet: true, data }]);
    chat.read();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent()).toHaveLength(1);
  });

  it("tells what the visitor does not look at as delivered", async () => {
    const chat = new VisitorChat({ url: "https://chat.example" });
    await online(chat);
    server.last.push("conversation:created", { conversation, message: null });
    for (const seq of [1, 2]) {
      server.last.push("message:new", { message: said(seq) });
    }
    await vi.advanceTimersByTimeAsync(1_000);
    const data = { conversationId: "c", upTo: 2 };
    expect(sent()).toEqual([{ action: "message", event: "message:delivered", quiet: true, data }]);
    expect(chat.state.get().unread).toBe(2);
  });

  it("tells once more after a reconnection what was read, unless the server knows", async () => {
    const chat = new VisitorChat({ url: "https://chat.example" });
    await online(chat);
    server.last.push("conversation:created", { conversation, message: null });
    server.last.push("message:new", { message: said(1) });
    chat.read();
    for (const known of [0, 1]) {
      server.last.lose();
      server.answer = (socket, frame) => socket.ack(frame, { ...welcome, conversation, marks: marks(known) });
      await vi.advanceTimersByTimeAsync(1_000);
      server.last.accept();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(sent().map(({ event }) => event)).toEqual(known === 0 ? ["message:read"] : []);
    }
  });

  it("tells what the visitor types, and where it is, without having an answer sent", async () => {
    const chat = new VisitorChat({ url: "https://chat.example" });
    await online(chat);
    server.last.push("conversation:created", { conversation, message: null });
    chat.type(true);
    chat.type(true);
    chat.type(false);
    chat.page("/prices", "Prices");
    expect(sent()).toEqual([
      { action: "typing", event: "typing:start", quiet: true, data: { conversationId: "c" } },
      { action: "typing", event: "typing:stop", quiet: true, data: { conversationId: "c" } },
      { action: "visitor", event: "visitor:page", quiet: true, data: { url: "/prices", title: "Prices" } },
    ]);
  });

  it("tells every 7 s at most that the visitor goes on typing, and at once that it begins again", async () => {
    const chat = new VisitorChat({ url: "https://chat.example" });
    await online(chat);
    server.last.push("conversation:created", { conversation, message: null });
    const told = () => sent().filter(({ event }) => event === "typing:start");
    for (const [ms, times] of [
      [0, 1],
      [6_999, 1],
      [1, 2],
      [6_999, 2],
      [1, 3],
    ] as const) {
      await vi.advanceTimersByTimeAsync(ms);
      chat.type(true);
      expect(told()).toHaveLength(times);
    }
    chat.type(false);
    chat.type(true);
    expect(told()).toHaveLength(4);
  });

  it("goes on where what was kept cannot be read, and where nothing can be kept", async () => {
    const storage = {
      getItem: () => "{not JSON",
      removeItem: () => undefined,
      setItem: () => {
        throw new Error("the quota is used up");
      },
    };
    const chat = new VisitorChat({ url: "https://chat.example", storage });
    await online(chat);
    expect(chat.state.get().outgoing).toEqual([]);
  });
});
