import type { Marks, Side } from "./wire.js";

/** What a mark may be of. */
export type MarkKind = "delivered" | "read";

const NOTHING = { upTo: 0, at: null };

/** The marks of a conversation in which nobody has come anywhere. */
export const NO_MARKS: Marks = {
  agent: { delivered: NOTHING, read: NOTHING },
  visitor: { delivered: NOTHING, read: NOTHING },
} satisfies Record<Side, unknown>;

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
