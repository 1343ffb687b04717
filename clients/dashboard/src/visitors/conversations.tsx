import type { Conversation } from "@livechat/client";
import { useObserved } from "@livechat/ui";
import { useDesk } from "../context.js";
import type { ConversationList } from "../live/list.js";
import { format, useRoute } from "../routes.js";
import { useAction } from "../ui/action.js";
import { dateOf, timeOrDay } from "../ui/format.js";
import { Problem } from "../ui/problem.js";

/** What has been said with a visitor. */
export function ConversationsOf({ list }: { readonly list: ConversationList }) {
  const { common, visitors } = useDesk().language.texts;
  const { status, failure, conversations, hasMore } = useObserved(list.state);
  const more = useAction(() => list.more());
  return (
    <section class="visitor-part">
      <h3>{visitors.conversations}</h3>
      {status === "loading" && <p class="quiet">{common.loading}</p>}
      <Problem failure={failure} retry={() => void list.refresh()} />
      {status === "ready" && conversations.length === 0 && <p class="quiet">{visitors.noConversations}</p>}
      {conversations.length > 0 && (
        <ul class="visitor-conversations">
          {conversations.map(conversation => (
            <Row key={conversation._id} conversation={conversation} />
          ))}
        </ul>
      )}
      {hasMore && (
        <button type="button" class="link" disabled={more.isBusy} onClick={() => void more.run()}>
          {common.more}
        </button>
      )}
    </section>
  );
}

function Row({ conversation }: { readonly conversation: Conversation }) {
  const { language } = useDesk();
  const { common, visitors } = language.texts;
  const route = useRoute();
  const { _id, status, lastMessage, lastMessageAt, createdAt } = conversation;
  const at = lastMessageAt ?? createdAt;
  const isOpen = route.place === "inbox" && route.conversation === _id;
  const href = format({ place: "inbox", view: "all", filters: {}, conversation: _id });
  return (
    <li>
      <a href={href} aria-current={isOpen ? "page" : undefined}>
        <span class="chip">{common.statuses[status]}</span>
        <time dateTime={at} title={dateOf(language, at)}>
          {timeOrDay(language, at)}
        </time>
        <span class="visitor-last is-cut" dir="auto">
          {lastMessage ?? visitors.noMessages}
        </span>
      </a>
    </li>
  );
}
