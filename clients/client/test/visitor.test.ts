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
