import { type Keep, type Keeper, keptIn } from "@livechat/client";

/** Keeps messages that are on their way in a storage that other tabs use for theirs, too, and leaves theirs alone. */
export function keptBeside(storage: Keeper, key: string): Keep {
  const kept = keptIn(storage, key);
  /** What this tab has ever had. */
  const own = new Set<string>();
  const remember = (messages: ReturnType<Keep["load"]>) => {
    for (const { clientMessageId } of messages) {
      own.add(clientMessageId);
    }
  };
  return {
    load: () => {
      const messages = kept.load();
      remember(messages);
      return messages;
    },
    save: messages => {
      remember(messages);
      const others = kept.load().filter(({ clientMessageId }) => !own.has(clientMessageId));
      kept.save([...others, ...messages]);
    },
  };
}
