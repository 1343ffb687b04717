import type { Tell } from "./connection.js";
import type { Marks, Side } from "./wire.js";

/** What a mark may be of. */
export type MarkKind = "delivered" | "read";

const NOTHING = { upTo: 0, at: null };

/** The marks of a conversation in which nobody has come anywhere. */
export const NO_MARKS: Marks = {
  agent: { delivered: NOTHING, read: NOTHING },
  visitor: { delivered: NOTHING, read: NOTHING },
} satisfies Record<Side, unknown>;

/** Of two reports of the same marks what is further: pushes overtake answers. */
export function further(one: Marks | undefined, other: Marks): Marks {
  const kinds: readonly MarkKind[] = ["delivered", "read"];
  const sides: readonly Side[] = ["agent", "visitor"];
  return sides.reduce(
    (marks, sender) =>
      kinds.reduce((marks, kind) => {
        const { upTo, at } = other[sender][kind];
        return moved(marks, { sender, upTo }, at ?? "", [kind]);
      }, marks),
    one ?? NO_MARKS,
  );
}

/** The marks after one side has come up to a `seq`: marks only move forward. */
export function moved(
  marks: Marks | undefined,
  { sender, upTo }: { readonly sender: Side; readonly upTo: number },
  at: string,
  kinds: readonly MarkKind[],
): Marks {
  const before = marks ?? NO_MARKS;
  const side = { ...before[sender] };
  for (const kind of kinds) {
    if (side[kind].upTo < upTo) {
      side[kind] = { upTo, at };
    }
  }
  return { ...before, [sender]: side };
}

/** So long a mark waits for a later one, which says the same and more; less where the page goes. */
const JOINED_MS = 1_000;

interface Waiting {
  readonly marks: Record<MarkKind, number>;
  readonly tell: () => void;
}

/**
 * What one tells the others of how far one has come: each frame costs something, so that what comes within a second
 * is one mark, and what was read is not told as delivered besides.
 */
export class OwnMarks {
  readonly #tell: Tell;
  readonly #waiting = new Map<string, Waiting>();

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** One has come up to a `seq` of a conversation. */
  reach(conversationId: string, kind: MarkKind, upTo: number): void {
    const { marks } = this.#waiting.get(conversationId) ?? this.#begin(conversationId);
    marks[kind] = Math.max(marks[kind], upTo);
  }

  /** Tells at once what waits: before the connection is ended, and what could not be told without one. */
  flush(): void {
    for (const { tell } of [...this.#waiting.values()]) {
      tell();
    }
  }

  #begin(conversationId: string): Waiting {
    const marks = { delivered: 0, read: 0 };
    const told = new AbortController();
    const tell = () => {
      clearTimeout(timer);
      told.abort();
      const { delivered, read } = marks;
      const isTold =
        (read === 0 || this.#tell("message:read", { conversationId, upTo: read })) &&
        (delivered <= read || this.#tell("message:delivered", { conversationId, upTo: delivered }));
      if (isTold) {
        this.#waiting.delete(conversationId);
      }
    };
    const timer = setTimeout(tell, JOINED_MS);
    onLeaving(tell, told.signal);
    const waiting = { marks, tell };
    this.#waiting.set(conversationId, waiting);
    return waiting;
  }
}

/** Calls `work` once the page is hidden or closed: a hidden one may be ended without another word. */
function onLeaving(work: () => void, signal: AbortSignal): void {
  // A program has no page.
  if (typeof window === "undefined") {
    return;
  }
  window.addEventListener("pagehide", work, { signal });
  const onHidden = () => document.visibilityState === "hidden" && work();
  document.addEventListener("visibilitychange", onHidden, { signal });
}
