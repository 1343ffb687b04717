import { plural, useLasting, useObserved } from "@livechat/ui";
import { useEffect, useState } from "preact/hooks";
import { useDesk } from "./context.js";
import { FiguresPlace } from "./figures/place.js";
import { type InboxLists, useInboxLists } from "./inbox/lists.js";
import { InboxPlace } from "./inbox/place.js";
import { useNotices } from "./notices.js";
import { OneselfPlace } from "./oneself/place.js";
import { StatusMenu } from "./oneself/status.js";
import { ResponsesPlace } from "./responses/place.js";
import { format, go, PLACES, type Route, START, useRoute } from "./routes.js";
import { Shortcuts, useShortcut, useShortcuts } from "./shortcuts.js";
import { LogPlace } from "./team/log.js";
import { hasPlace } from "./team/may.js";
import { TeamPlace } from "./team/place.js";
import { Icon } from "./ui/icons.js";
import { VisitorsPlace } from "./visitors/place.js";

/** How long a connection may be away before it is said. */
const UNSAID_MS = 1_500;

/** What is around every place. */
export function Shell() {
  const { language, self } = useDesk();
  const { common } = language.texts;
  const route = useRoute();
  const lists = useInboxLists();
  const [showsShortcuts, setShowsShortcuts] = useState(false);
  useShortcuts(() => setShowsShortcuts(true));
  useShortcut("inbox", () => go(START));
  useNotices();
  const place = common.places[route.place];
  useEffect(() => {
    const { unread } = lists;
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${place} · ${common.title}`;
  }, [place, common.title, lists]);
  const link = (target: Route) => {
    const isHere = target.place === route.place;
    const count = target.place === "inbox" ? lists.unread : 0;
    return (
      <li key={target.place}>
        <a
          href={format(target)}
          aria-current={isHere ? "page" : undefined}
          title={common.places[target.place]}
        >
          <Icon name={target.place} />
          <span>{common.places[target.place]}</span>
          {count > 0 && (
            <span class="badge">
              <span aria-hidden="true">{count}</span>
              <span class="hidden">{plural(language, common.unread, count)}</span>
            </span>
          )}
        </a>
      </li>
    );
  };
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById("content")?.focus()}>
        {common.skip}
      </button>
      <nav aria-label={common.navigation} class="rail">
        <ul>
          {link(START)}
          {PLACES.filter(each => hasPlace(self, each)).map(each => link({ place: each }))}
        </ul>
        <StatusMenu />
      </nav>
      <div class="stage">
        <ConnectionNotice />
        <main id="content" tabIndex={-1} class={`place-${route.place}`}>
          <Content route={route} lists={lists} />
        </main>
      </div>
      {showsShortcuts && <Shortcuts close={() => setShowsShortcuts(false)} />}
    </div>
  );
}

interface ContentProps {
  readonly route: Route;
  readonly lists: InboxLists;
}

function Content({ route, lists }: ContentProps) {
  const { language, self } = useDesk();
  if (!hasPlace(self, route.place)) {
    const { notAllowed, places } = language.texts.common;
    return (
      <div class="page">
        <h1>{places[route.place]}</h1>
        <p>{notAllowed}</p>
      </div>
    );
  }
  switch (route.place) {
    case "inbox":
      return <InboxPlace route={route} lists={lists} />;
    case "visitors":
      return <VisitorsPlace {...(route.id !== undefined && { id: route.id })} />;
    case "figures":
      return <FiguresPlace />;
    case "responses":
      return <ResponsesPlace />;
    case "team":
      return <TeamPlace />;
    case "log":
      return <LogPlace />;
    case "oneself":
      return <OneselfPlace />;
  }
}

function ConnectionNotice() {
  const { desk, language } = useDesk();
  const { common } = language.texts;
  const { status } = useObserved(desk.connection);
  const isAway = status === "offline" || status === "connecting";
  const isLongAway = useLasting(isAway, UNSAID_MS);
  return (
    <div role="status" class="connection">
      {isAway && isLongAway && <p>{status === "offline" ? common.offline : common.connecting}</p>}
    </div>
  );
}
