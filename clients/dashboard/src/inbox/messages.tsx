import { useDesk } from "../context.js";
import { format } from "../routes.js";
import { useReading } from "../ui/action.js";
import { dateOf } from "../ui/format.js";
import { Problem } from "../ui/problem.js";

/** So many found messages are shown. */
const LIMIT = 20;

/** Messages in which something was said. */
export function FoundMessages({ q }: { readonly q: string }) {
  const { desk, language } = useDesk();
  const { inbox, common } = language.texts;
  const { data, failure, isLoading, reload } = useReading(q, () =>
    desk.call(api => api.GET("/api/messages", { params: { query: { q, limit: LIMIT } } })),
  );
  return (
    <section class="found" aria-labelledby="found">
      <h2 id="found">{inbox.inMessages}</h2>
      <Problem failure={failure} retry={reload} />
      {isLoading && !data && <p class="empty">{common.loading}</p>}
      {data?.messages.length === 0 && <p class="empty">{inbox.emptySearch}</p>}
      <ul>
        {data?.messages.map(({ _id, conversation, seq: at, content, createdAt, senderId }) => (
          <li key={_id}>
            <a class="row" href={format({ place: "inbox", view: "all", filters: { q }, conversation, at })}>
              <span class="first">
                <span class="name">
                  <bdi>{senderId.name ?? common.anonymous}</bdi>
                </span>
                <time dateTime={createdAt}>{dateOf(language, createdAt)}</time>
              </span>
              <span class="last">
                <bdi>{content}</bdi>
              </span>
            </a>
          </li>
        ))}
      </ul>
      {data?.isComplete === false && <p class="empty">{inbox.incomplete}</p>}
    </section>
  );
}
