import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChatError, Outbox, type OutgoingMessage } from "../src/index.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const message = (id: string): OutgoingMessage => ({ clientMessageId: id, content: id, createdAt: 0 });

/** An outbox whose deliveries are settled by hand. */
function outbox() {
  const delivered: { id: string; follows: string | undefined; end: (error?: ChatError) => Promise<void> }[] =
    [];
  const made = new Outbox(
    ({ clientMessageId }, follows) =>
      new Promise<void>((resolve, reject) => {
        const end = (error?: ChatError) => {
          error ? reject(error) : resolve();
          return vi.advanceTimersByTimeAsync(0).then(() => undefined);
        };
        delivered.push({ id: clientMessageId, follows, end });
      }),
  );
  return { made, delivered, log: () => delivered.map(({ id, follows }) => `${id}<${follows ?? ""}`) };
}

describe("an outbox", () => {
  it("sends in order, each naming the one on its way before it, 8 at once", async () => {
    const { made, delivered, log } = outbox();
    made.open();
    for (const id of "abcdefghij") {
      made.add(message(id));
    }
    expect(log().slice(0, 3)).toEqual(["a<", "b<a", "c<b"]);
    expect(delivered).toHaveLength(8);
    await delivered[0]?.end();
    expect(log().at(-1)).toBe("i<h");
    expect(made.messages.get()[0]?.clientMessageId).toBe("b");
  });

  it("sends again what nobody knows to be stored, first what comes first", async () => {
    const { made, delivered, log } = outbox();
    made.open();
    made.add(message("a"));
    made.add(message("b"));
    await delivered[0]?.end(new ChatError("timeout", ""));
    await delivered[1]?.end(new ChatError("conflict", "", { reason: "follows" }));
    expect(delivered).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log().slice(2)).toEqual(["a<", "b<a"]);
  });

  it("waits as long as the server asks it to", async () => {
    const { made, delivered } = outbox();
    made.open();
    made.add(message("a"));
    await delivered[0]?.end(new ChatError("rate_limited", "", { retryAfter: 9 }));
    made.add(message("b"));
    await vi.advanceTimersByTimeAsync(8_999);
    expect(delivered).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(delivered).toHaveLength(3);
  });

  it("keeps what was refused for the person to decide, and goes on without it", async () => {
    const { made, delivered, log } = outbox();
    made.open();
    made.add(message("a"));
    await delivered[0]?.end(new ChatError("validation_failed", "too long"));
    made.add(message("b"));
    expect(log()).toEqual(["a<", "b<"]);
    expect(made.messages.get()[0]?.failed).toEqual({ code: "validation_failed", message: "too long" });
    made.retry("a");
    expect(log().at(-1)).toBe("a<");
    expect(made.discard("a")).toBeUndefined();
    await delivered.at(-1)?.end(new ChatError("validation_failed", "too long"));
    expect(made.discard("a")?.content).toBe("a");
    expect(made.messages.get().map(({ clientMessageId }) => clientMessageId)).toEqual(["b"]);
  });

  it("sends nothing while it is closed, and everything when it opens", async () => {
    const { made, delivered } = outbox();
    made.add(message("a"));
    expect(delivered).toHaveLength(0);
    made.open();
    expect(delivered).toHaveLength(1);
  });

  it("outlives a reload where it is kept", () => {
    let kept = "[]";
    const keep = {
      load: () => JSON.parse(kept) as OutgoingMessage[],
      save: (messages: readonly OutgoingMessage[]) => {
        kept = JSON.stringify(messages);
      },
    };
    const never = () => new Promise<void>(() => undefined);
    new Outbox(never, keep).add(message("a"));
    expect(new Outbox(never, keep).messages.get()).toEqual([message("a")]);
  });
});
