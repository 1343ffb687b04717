import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "../../testing/fake-server.js";
import { ChatError, Connection } from "../src/index.js";

let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1);
  server = new FakeServer();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function connection(): Connection {
  return new Connection({
    url: () => "ws://chat.example/ws",
    authenticate: async ask => void (await ask("visitor:connect", { sessionId: "a-session-of-a-visitor" })),
  });
}

async function online(): Promise<Connection> {
  server.answer = (socket, frame) => socket.ack(frame, {});
  const made = connection();
  made.connect();
  await vi.advanceTimersByTimeAsync(0);
  server.last.accept();
  await vi.advanceTimersByTimeAsync(0);
  expect(made.state.get()).toEqual({ status: "online" });
  return made;
}

const pings = () => server.last.sent.filter(({ event }) => event === "ping");

describe("a connection", () => {
  it("says who it is before anything else", async () => {
    const made = await online();
    await made.ask("ping", {});
    expect(server.last.sent.map(({ event }) => event)).toEqual(["visitor:connect", "ping"]);
    expect(server.last.sent[0]).toMatchObject({ action: "visitor", id: "1" });
  });

  it("comes back after pauses that double, 30 s at most", async () => {
    const made = await online();
    const pauses: number[] = [];
    for (let tries = 0; tries < 9; tries += 1) {
      const before = server.sockets.length;
      server.last.lose();
      expect(made.state.get().status).toBe("offline");
      let pause = 0;
      while (server.sockets.length === before) {
        await vi.advanceTimersByTimeAsync(500);
        pause += 500;
      }
      pauses.push(pause);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("is offline since the first loss, however often it tries", async () => {
    const made = await online();
    server.last.lose();
    const lost = made.state.get();
    await vi.advanceTimersByTimeAsync(500);
    server.last.lose();
    expect(made.state.get()).toEqual(lost);
  });

  it("refuses what is asked while it is away, and what was under way when it was lost", async () => {
    const made = await online();
    server.answer = () => undefined;
    const asked = made.ask("ping", {});
    server.last.lose();
    await expect(asked).rejects.toMatchObject({ code: "disconnected", isTransient: true });
    await expect(made.ask("ping", {})).rejects.toMatchObject({ code: "disconnected" });
  });

  it("gives up waiting for an answer after 12 s", async () => {
    const made = await online();
    server.answer = () => undefined;
    const asked = expect(made.ask("ping", {})).rejects.toMatchObject({ code: "timeout" });
    await vi.advanceTimersByTimeAsync(12_000);
    await asked;
  });

  it("gives the server's error with its code", async () => {
    const made = await online();
    server.answer = (socket, frame) => socket.refuse(frame, "rate_limited", { retryAfter: 7 });
    const error = await made.ask("ping", {}).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ChatError);
    expect(error).toMatchObject({ code: "rate_limited", retryAfter: 7, isTransient: true });
  });

  it("does not come back when it is refused for good", async () => {
    server.answer = (socket, frame) => socket.refuse(frame, "banned");
    const made = connection();
    made.connect();
    await vi.advanceTimersByTimeAsync(0);
    server.last.accept();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(made.state.get()).toEqual({ status: "refused", why: { code: "banned", message: "banned" } });
    expect(server.sockets).toHaveLength(1);
  });

  it("comes back in the time that the server asks for", async () => {
    server.answer = (socket, frame) => socket.refuse(frame, "rate_limited", { retryAfter: 20 });
    const made = connection();
    made.connect();
    await vi.advanceTimersByTimeAsync(0);
    server.last.accept();
    await vi.advanceTimersByTimeAsync(19_999);
    expect(server.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.sockets).toHaveLength(2);
  });

  it.each([
    ["banned", "refused", 1],
    ["erased", "refused", 1],
    ["logged_out", "refused", 1],
    ["lost", "offline", 2],
    ["account_changed", "offline", 2],
    ["rate_limited", "offline", 1],
  ] as const)("closed as %s is %s", async (code, status, sockets) => {
    const made = await online();
    server.last.push("connection:closing", { code, message: code });
    server.last.lose();
    expect(made.state.get().status).toBe(status);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(server.sockets.length >= 2 ? 2 : 1).toBe(sockets);
  });

  it("sends quietly what needs no answer, and nothing while it is away", async () => {
    const made = await online();
    made.tell("typing:start", { conversationId: "c" });
    expect(server.last.sent.at(-1)).toEqual({
      action: "typing",
      quiet: true,
      event: "typing:start",
      data: { conversationId: "c" },
    });
    server.last.lose();
    made.tell("typing:stop", { conversationId: "c" });
    expect(server.last.sent).toHaveLength(2);
  });

  it("pings after 9 minutes in which nothing came, and comes anew before API Gateway's 2 hours", async () => {
    const made = await online();
    const first = server.last;
    await vi.advanceTimersByTimeAsync(8 * 60_000);
    first.push("typing:stop", { conversationId: "c", sender: "agent", userName: "Ada" });
    await vi.advanceTimersByTimeAsync(8 * 60_000);
    made.tell("typing:start", { conversationId: "c" });
    await vi.advanceTimersByTimeAsync(60_000 - 1);
    expect(pings()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(pings()).toEqual([{ action: "ping", event: "ping", data: {} }]);
    await vi.advanceTimersByTimeAsync(9 * 60_000);
    expect(pings()).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(89 * 60_000 + 1);
    expect(server.sockets).toHaveLength(2);
  });

  it("gives a socket up that does not answer its ping", async () => {
    await online();
    server.answer = () => undefined;
    await vi.advanceTimersByTimeAsync(9 * 60_000 + 12_001);
    expect(server.sockets.length).toBeGreaterThan(1);
  });

  it("asks a socket that has long been quiet whether it lives when somebody looks again", async () => {
    const made = await online();
    made.hurry();
    expect(pings()).toEqual([]);
    await vi.advanceTimersByTimeAsync(30_001);
    made.hurry();
    made.hurry();
    expect(pings()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(30_001);
    server.answer = () => undefined;
    made.hurry();
    await vi.advanceTimersByTimeAsync(5_001);
    expect(server.sockets).toHaveLength(2);
  });

  it("is ended by its owner alone", async () => {
    const made = await online();
    made.disconnect();
    expect(made.state.get()).toEqual({ status: "idle" });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(server.sockets).toHaveLength(1);
  });
});
