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
