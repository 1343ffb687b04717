import { plural, useObserved } from "@livechat/ui";
import { useMemo } from "preact/hooks";
import { useDesk } from "../context.js";
import { VisitorSearch } from "../live/visitor-search.js";
import { timeOrDay } from "../ui/format.js";
import { Problem } from "../ui/problem.js";
import { Head, Row } from "./row.js";

interface FoundProps {
  /** What is searched. */
  readonly q: string;
  /** The id of the visitor who is shown beside the list. */
  readonly shown: string | undefined;
}

/** Who was found among all visitors, those on the site as they are by now. */
export function Found({ q, shown }: FoundProps) {
  const { desk, language } = useDesk();
  const { common, visitors } = language.texts;
  const search = useMemo(() => new VisitorSearch(q, desk.call), [q, desk]);
  const { found, failure, isLoading, hasMore, isComplete } = useObserved(search.state);
  const { present } = useObserved(desk.visitors);
  const online = useMemo(() => new Map(present.map(each => [each.visitor._id, each])), [present]);
  const count = plural(language, hasMore ? visitors.foundMore : visitors.foundCount, found?.length ?? 0);
  return (
    <section class="visitors-list" aria-label={visitors.found}>
      <p class="visitors-count quiet" role="status">
        {found ? found.length > 0 && count : common.loading}
      </p>
      {found && found.length > 0 && (
        <table>
          <Head time={visitors.lastSeen} />
          <tbody>
            {found.map(visitor => {
              const at = online.get(visitor._id)?.since ?? visitor.lastSeen;
              return (
                <Row
                  key={visitor._id}
                  visitor={online.get(visitor._id)?.visitor ?? visitor}
                  at={at}
                  time={timeOrDay(language, at)}
                  isShown={visitor._id === shown}
                />
              );
            })}
          </tbody>
        </table>
      )}
      {found?.length === 0 && <p class="empty">{visitors.foundNobody}</p>}
      {!isComplete && !hasMore && <p class="visitors-count quiet">{visitors.incomplete}</p>}
      <Problem failure={failure} retry={() => void search.more()} />
      {hasMore && (
        <button type="button" class="visitors-more" disabled={isLoading} onClick={() => void search.more()}>
          {common.more}
        </button>
      )}
    </section>
  );
}
