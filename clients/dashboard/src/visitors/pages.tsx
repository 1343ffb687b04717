import type { Visitor } from "@livechat/client";
import { useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { dateOf, timeOrDay } from "../ui/format.js";
import { PageLink } from "./parts.js";

/** So many pages are shown before somebody asks for all. */
const SHOWN = 4;

/** Where on the site a visitor is, and where it was before. */
export function Pages({ visitor }: { readonly visitor: Visitor }) {
  const { language } = useDesk();
  const { visitors } = language.texts;
  const [showsAll, setShowsAll] = useState(false);
  const { currentPage, pageViews, isOnline } = visitor;
  const latest = pageViews.at(-1);
  const isViewed = latest !== undefined && latest.url === currentPage;
  const before = pageViews.slice(0, isViewed ? -1 : undefined).reverse();
  const address = currentPage ?? latest?.url;
  return (
    <>
      {address !== undefined && (
        <section class="visitor-part">
          <h3>{isOnline ? visitors.now : visitors.lastPage}</h3>
          <PageLink address={address} title={latest?.url === address ? latest.title : null} />
        </section>
      )}
      {before.length > 0 && (
        <section class="visitor-part">
          <h3>{visitors.pagesBefore}</h3>
          <ul class="visitor-pages">
            {(showsAll ? before : before.slice(0, SHOWN)).map(({ url, title, timestamp }) => (
              <li key={`${timestamp} ${url}`}>
                <PageLink address={url} title={title} />
                <time dateTime={timestamp} title={dateOf(language, timestamp)}>
                  {timeOrDay(language, timestamp)}
                </time>
              </li>
            ))}
          </ul>
          {before.length > SHOWN && (
            <button
              type="button"
              class="link"
              aria-expanded={showsAll}
              onClick={() => setShowsAll(!showsAll)}
            >
              {showsAll ? visitors.fewerPages : visitors.allPages}
            </button>
          )}
        </section>
      )}
    </>
  );
}
