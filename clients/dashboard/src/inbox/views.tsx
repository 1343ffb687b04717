import { plural } from "@livechat/ui";
import { useDesk } from "../context.js";
import type { ListState } from "../live/list.js";
import { format, type Route, VIEWS, type View } from "../routes.js";
import type { InboxLists } from "./lists.js";

interface ViewsProps {
  readonly route: Extract<Route, { place: "inbox" }>;
  readonly lists: InboxLists;
}

/** Whose conversations are shown, and how many there are. */
export function Views({ route, lists }: ViewsProps) {
  const { language } = useDesk();
  const { inbox, common } = language.texts;
  const states: Partial<Record<View, ListState>> = { unassigned: lists.unassigned, mine: lists.mine };
  return (
    <nav class="views" aria-label={common.places.inbox}>
      {VIEWS.map(view => {
        const state = states[view];
        const count = state?.conversations.length ?? 0;
        const sort = route.filters.sort && { sort: route.filters.sort };
        return (
          <a
            key={view}
            href={format({ place: "inbox", view, filters: { ...sort } })}
            aria-current={view === route.view ? "true" : undefined}
          >
            {inbox.views[view]}
            {state && (
              <>
                <span class="count" aria-hidden="true">
                  {count}
                  {state.hasMore && "+"}
                </span>
                <span class="hidden">{plural(language, inbox.count, count)}</span>
              </>
            )}
          </a>
        );
      })}
    </nav>
  );
}
