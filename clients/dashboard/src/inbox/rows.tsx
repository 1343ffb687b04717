import type { Conversation } from "@livechat/client";
import { fill, plural } from "@livechat/ui";
import { useEffect, useRef } from "preact/hooks";
import { type SignedInWork, useDesk } from "../context.js";
import type { ListState } from "../live/list.js";
import { format, type Route } from "../routes.js";
import { nameOf, span, timeOrDay } from "../ui/format.js";
import { useNow } from "../ui/now.js";
import { Problem } from "../ui/problem.js";
import { useWindow } from "../ui/virtual.js";

/** The height of a row in pixels, as the style has it. */
const ROW = 84;
/** How near to its end a list reads on, in rows. */
const NEAR = 10;

interface RowsProps {
  readonly route: Extract<Route, { place: "inbox" }>;
  readonly state: ListState;
  /** What is said when there is none. */
  readonly empty: string;
  more(): void;
  retry(): void;
}

/** The conversations of a list: of however many, those in sight are drawn. */
export function Rows({ route, state, empty, more, retry }: RowsProps) {
  const work = useDesk();
  const { common, inbox } = work.language.texts;
  const { conversations, hasMore, status, failure, isComplete } = state;
  const scrolling = useRef<HTMLDivElement>(null);
  const { from, to, before, after } = useWindow(scrolling, conversations.length, ROW);
  const now = useNow(15_000);
  const isNearEnd = hasMore && to > conversations.length - NEAR;
  useEffect(() => {
    if (isNearEnd) {
      more();
    }
  }, [isNearEnd, conversations.length]);
  return (
    <div class="rows" ref={scrolling}>
      <Problem failure={failure} retry={retry} />
      <ul style={{ paddingBlockStart: `${before}px`, paddingBlockEnd: `${after}px` }}>
        {conversations.slice(from, to).map((conversation, index) => (
          <li
            key={conversation._id}
            aria-setsize={hasMore ? -1 : conversations.length}
            aria-posinset={from + index + 1}
          >
            <Row conversation={conversation} route={route} now={now} work={work} />
          </li>
        ))}
      </ul>
      {status === "loading" && <p class="empty">{common.loading}</p>}
      {status === "ready" && conversations.length === 0 && <p class="empty">{empty}</p>}
      {!isComplete && <p class="empty">{inbox.incomplete}</p>}
    </div>
  );
}

interface RowProps {
  readonly conversation: Conversation;
  readonly route: Extract<Route, { place: "inbox" }>;
  readonly now: number;
  readonly work: SignedInWork;
}

function Row({ conversation, route, now, work }: RowProps) {
  const { language, self } = work;
  const { inbox, common } = language.texts;
  const { _id, visitor, unreadCount, lastMessage, lastMessageAt, createdAt, assignedAgent } = conversation;
  const at = lastMessageAt ?? createdAt;
  return (
    <a
      class={unreadCount > 0 ? "row unread" : "row"}
      href={format({ place: "inbox", view: route.view, filters: route.filters, conversation: _id })}
      aria-current={route.conversation === _id ? "true" : undefined}
    >
      <span class="first">
        <span
          class={visitor.isOnline ? "dot online" : "dot"}
          title={visitor.isOnline ? inbox.onSite : undefined}
        />
        {visitor.isOnline && <span class="hidden">{inbox.onSite}</span>}
        <span class="name">
          <bdi>{nameOf(language, visitor)}</bdi>
        </span>
        <time dateTime={at}>{timeOrDay(language, at)}</time>
      </span>
      <span class="second">
        <span class="last">
          <bdi>{lastMessage}</bdi>
        </span>
        {unreadCount > 0 && (
          <span class="badge">
            <span aria-hidden="true">{unreadCount}</span>
            <span class="hidden">{plural(language, inbox.unread, unreadCount)}</span>
          </span>
        )}
      </span>
      <span class="third">
        <Waiting conversation={conversation} now={now} work={work} />
        {conversation.priority === "high" && <span class="chip high">{common.priorities.high}</span>}
        {route.view === "all" && <span class="chip">{common.statuses[conversation.status]}</span>}
        {route.view === "all" && assignedAgent && (
          <span class="chip">{assignedAgent._id === self.id ? common.you : assignedAgent.name}</span>
        )}
        {conversation.tags.slice(0, 3).map(tag => (
          <span key={tag} class="chip">
            {tag}
          </span>
        ))}
      </span>
    </a>
  );
}

/** Seconds after which somebody has waited for a while, and for too long. */
const [WHILE, TOO_LONG] = [120, 600] as const;

function Waiting({ conversation: { waitingSince }, now, work: { language } }: Omit<RowProps, "route">) {
  if (waitingSince === null) {
    return null;
  }
  const { inbox } = language.texts;
  // Seconds that run in each row help nobody.
  const seconds = Math.max(60, (now - Date.parse(waitingSince)) / 1000);
  const degree = seconds > TOO_LONG ? "too-long" : seconds > WHILE ? "while" : "";
  const text = seconds > TOO_LONG ? inbox.waitsLong : inbox.waits;
  return <span class={`chip waiting ${degree}`}>{fill(text, { span: span(language, seconds) })}</span>;
}
