import { describe, expect, it } from "vitest";
import { further, type Message, moved, NO_MARKS, Thread } from "../src/index.js";

const message = (seq: number) => ({ _id: String(seq), seq }) as Message;
const shown = (thread: Thread) => thread.messages.map(({ seq }) => seq);

describe("a thread", () => {
  it("shows messages by their number, however they come, each once", () => {
    const thread = new Thread();
    thread.add([message(2), message(1), message(2)]);
    thread.add([message(1), message(3)]);
    expect(shown(thread)).toEqual([1, 2, 3]);
    expect(thread.hasHole).toBe(false);
  });

  it("keeps back what comes after a hole until it is filled", () => {
    const thread = new Thread();
    thread.add([message(1), message(4)]);
    expect([shown(thread), thread.hasHole, thread.last]).toEqual([[1], true, 1]);
    thread.add([message(2), message(3)]);
    expect([shown(thread), thread.hasHole, thread.last]).toEqual([[1, 2, 3, 4], false, 4]);
  });

  it("begins with a page in the middle, and goes on in both directions", () => {
    const thread = new Thread();
    thread.add([message(52)]);
    thread.begin([message(50), message(51)]);
    thread.prepend([message(48), message(49), message(50)]);
    expect(shown(thread)).toEqual([48, 49, 50, 51, 52]);
    expect([thread.first, thread.last]).toEqual([48, 52]);
  });

  it("keeps what came before the page that it begins with, where that is later", () => {
    const thread = new Thread();
    thread.add([message(1), message(2)]);
    thread.begin([message(1)]);
    expect(shown(thread)).toEqual([1, 2]);
    thread.add([message(9)]);
    thread.begin([message(7), message(8)]);
    expect([shown(thread), thread.hasHole]).toEqual([[7, 8, 9], false]);
  });
});

it("marks are as far as anybody has told", () => {
  const told = (upTo: number) => moved(NO_MARKS, { sender: "visitor", upTo }, `at ${upTo}`, ["read"]);
  expect(further(told(3), told(2)).visitor.read).toEqual({ upTo: 3, at: "at 3" });
  expect(further(told(2), told(3)).visitor.read).toEqual({ upTo: 3, at: "at 3" });
  expect(further(undefined, told(3)).visitor.read).toEqual({ upTo: 3, at: "at 3" });
});
