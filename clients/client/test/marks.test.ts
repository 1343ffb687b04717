import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OwnMarks } from "../src/index.js";

const tell = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  tell.mockReset();
  tell.mockReturnValue(true);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What was told, in short. */
const told = () => tell.mock.calls.map(([event, { conversationId, upTo }]) => [event, conversationId, upTo]);

describe("one's own marks", () => {
  it("are one of all that comes within a second", () => {
    const marks = new OwnMarks(tell);
    marks.reach("c", "read", 1);
    vi.advanceTimersByTime(999);
    marks.reach("c", "read", 2);
    expect(told()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told()).toEqual([["message:read", "c", 2]]);
  });

  it("are told once a second while more and more comes", () => {
    const marks = new OwnMarks(tell);
    for (let seq = 1; seq <= 30; seq += 1) {
      marks.reach("c", "delivered", seq);
      vi.advanceTimersByTime(100);
    }
    expect(told().map(([, , upTo]) => upTo)).toEqual([10, 20, 30]);
  });

  it("do not tell as delivered what was read, and tell what came after it", () => {
    const marks = new OwnMarks(tell);
    marks.reach("c", "delivered", 1);
    marks.reach("c", "read", 1);
    vi.advanceTimersByTime(1_000);
    marks.reach("c", "delivered", 2);
    marks.reach("c", "read", 2);
    marks.reach("c", "delivered", 3);
    vi.advanceTimersByTime(1_000);
    expect(told()).toEqual([
      ["message:read", "c", 1],
      ["message:read", "c", 2],
      ["message:delivered", "c", 3],
    ]);
  });

  it("wait for the connection that they could not be told over", () => {
    const marks = new OwnMarks(tell);
    tell.mockReturnValue(false);
    marks.reach("c", "read", 1);
    vi.advanceTimersByTime(60_000);
    expect(tell).toHaveBeenCalledTimes(1);
    marks.reach("c", "read", 2);
    tell.mockReturnValue(true);
    marks.flush();
    marks.flush();
    expect(told().slice(1)).toEqual([["message:read", "c", 2]]);
  });

  it("are those of each conversation", () => {
    const marks = new OwnMarks(tell);
    marks.reach("one", "read", 7);
    marks.reach("other", "delivered", 3);
    vi.advanceTimersByTime(1_000);
    expect(told()).toEqual([
      ["message:read", "one", 7],
      ["message:delivered", "other", 3],
    ]);
  });

  describe("in a page", () => {
    const page = (visibilityState: DocumentVisibilityState) =>
      Object.assign(new EventTarget(), { visibilityState });

    it.each(["hidden", "closed"])("do not wait when it is %s", how => {
      const [window, document] = [new EventTarget(), page("visible")];
      vi.stubGlobal("window", window);
      vi.stubGlobal("document", document);
      const leave = () => {
        if (how === "closed") {
          window.dispatchEvent(new Event("pagehide"));
        }
        document.visibilityState = "hidden";
        document.dispatchEvent(new Event("visibilitychange"));
      };
      const marks = new OwnMarks(tell);
      marks.reach("one", "read", 7);
      marks.reach("other", "delivered", 3);
      leave();
      const both = [
        ["message:read", "one", 7],
        ["message:delivered", "other", 3],
      ];
      expect(told()).toEqual(both);
      leave();
      vi.advanceTimersByTime(60_000);
      expect(told()).toEqual(both);
    });

    it("wait when it is seen again", () => {
      const document = page("visible");
      vi.stubGlobal("window", new EventTarget());
      vi.stubGlobal("document", document);
      new OwnMarks(tell).reach("c", "read", 1);
      document.dispatchEvent(new Event("visibilitychange"));
      expect(told()).toEqual([]);
      vi.advanceTimersByTime(1_000);
      expect(told()).toEqual([["message:read", "c", 1]]);
    });
  });
});
