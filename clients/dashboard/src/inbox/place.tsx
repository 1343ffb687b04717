import { useObserved } from "@livechat/ui";
import { useEffect, useMemo } from "preact/hooks";
import { useDesk } from "../context.js";
import { ConversationView } from "../conversation/view.js";
import type { ListState } from "../live/list.js";
import { type Filters, go, type Route } from "../routes.js";
import { useShortcut } from "../shortcuts.js";
import { FilterBar } from "./filters.js";
import type { InboxLists } from "./lists.js";
import { FoundMessages } from "./messages.js";
import { queryOf } from "./query.js";
import { Rows } from "./rows.js";
import { Views } from "./views.js";
import "./inbox.css";

type InboxRoute = Extract<Route, { place: "inbox" }>;

interface InboxProps {
  readonly route: InboxRoute;
  readonly lists: InboxLists;
}

/** The conversations, and the one that is open. */
export function InboxPlace({ route, lists }: InboxProps) {
  const { desk, language } = useDesk();
  const { common, inbox } = language.texts;
  const { view, filters, conversation, at } = route;
  const query = useMemo(() => queryOf(view, filters, desk.owner), [view, JSON.stringify(filters), desk]);
  const list = useMemo(() => desk.list(query), [desk, query]);
  useEffect(() => () => desk.drop(list), [desk, list]);
  useEffect(() => {
    // What others hold is heard of as it happens only while one looks at all.
    if (view === "all") {
      desk.watchAll(true);
      return () => desk.watchAll(false);
    }
    return undefined;
  }, [desk, view]);
  const state = useObserved(list.state);
  const open = (id: string | undefined, replace = false) => {
    const { conversation: _, at: __, ...without } = route;
    go(id === undefined ? without : { ...without, conversation: id }, replace);
  };
  useSteps(state, conversation, open);
  const filter = (filters: Filters) => go({ ...route, filters }, true);
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <div class={conversation === undefined ? "inbox" : "inbox opened"}>
      <section class="list" aria-label={inbox.list}>
        <h1 class="hidden">{common.places.inbox}</h1>
        <Views route={route} lists={lists} />
        <FilterBar view={view} filters={filters} change={filter} />
        <Rows
          route={route}
          state={state}
          more={() => void list.more()}
          retry={() => void list.refresh()}
          empty={isFiltered ? inbox.emptySearch : inbox.empty[view]}
        />
        {filters.q && <FoundMessages q={filters.q} />}
      </section>
      {conversation === undefined ? (
        <p class="choose quiet">{inbox.choose}</p>
      ) : (
        <ConversationView
          key={conversation}
          id={conversation}
          {...(at !== undefined && { at })}
          leave={() => open(undefined)}
        />
      )}
    </div>
  );
}

/** Steps through the list with the keys. */
function useSteps(
  { conversations }: ListState,
  current: string | undefined,
  open: (id: string, replace: boolean) => void,
): void {
  const step = (by: number) => {
    const at = conversations.findIndex(({ _id }) => _id === current);
    const next = conversations[at < 0 ? 0 : at + by];
    if (next) {
      open(next._id, current !== undefined);
    }
  };
  useShortcut("next", () => step(1));
  useShortcut("previous", () => step(-1));
}
