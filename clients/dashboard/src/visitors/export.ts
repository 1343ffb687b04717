import type { paths } from "@livechat/client";
import { readPages } from "../live/pages.js";
import type { Call } from "../session.js";

type Part = paths["/api/visitors/{id}/export"]["get"]["responses"][200]["content"]["application/json"];
type Exported = Part["conversations"][number];

/**
 * All that is stored of a visitor, in one piece.
 *
 * @throws ChatError
 */
export async function readExport(call: Call, id: string): Promise<Omit<Part, "nextCursor">> {
  const { rows, last } = await readPages(
    query => {
      const params = { path: { id }, query };
      return call(api => api.GET("/api/visitors/{id}/export", { params }));
    },
    ({ conversations }) => conversations,
  );
  const { visitor, exportedAt } = last;
  return { visitor, conversations: joined(rows), exportedAt };
}

/** Conversations in one piece each: a long one comes in several. */
function joined(pieces: readonly Exported[]): Exported[] {
  const whole = new Map<string, Exported>();
  for (const piece of pieces) {
    const { _id } = piece.conversation;
    const before = whole.get(_id);
    whole.set(
      _id,
      before
        ? {
            ...piece,
            messages: [...before.messages, ...piece.messages],
            events: [...before.events, ...piece.events],
          }
        : piece,
    );
  }
  return [...whole.values()];
}

/** A moment in which a browser certainly has begun to save. */
const SAVING_MS = 60_000;

/** Has the browser save data as a JSON file. */
export function saveJson(name: string, data: unknown): void {
  const file = new Blob([JSON.stringify(data, undefined, 2)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAVING_MS);
}
