import { useObserved } from "@livechat/ui";
import { useEffect, useMemo } from "preact/hooks";
import { useDesk } from "../context.js";
import type { ConversationList, ListState } from "../live/list.js";

/** The two lists that are kept up to date wherever one is. */
export interface InboxLists {
  readonly unassigned: ListState;
  readonly mine: ListState;
  /** How many messages in one's own conversations nobody has read. */
  readonly unread: number;
}

/** The conversations that nobody has taken, and one's own. */
export function useInboxLists(): InboxLists {
  const { desk } = useDesk();
  const lists = useMemo(
    () =>
      [
        desk.list({ agent: null, status: "pending" }),
        desk.list({ agent: desk.owner, status: "active" }),
      ] as const,
    [desk],
  );
  useEffect(
    () => () => {
      for (const list of lists) {
        desk.drop(list);
      }
    },
    [desk, lists],
  );
  const [unassigned, mine] = [useList(lists[0]), useList(lists[1])];
  const unread = mine.conversations.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
  return { unassigned, mine, unread };
}

/** What a list shows by now. */
export function useList(list: ConversationList): ListState {
  return useObserved(list.state);
}
