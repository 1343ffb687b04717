import { plural, useObserved } from "@livechat/ui";
import { useDesk } from "../context.js";
import { useNow } from "../ui/now.js";
import { Problem } from "../ui/problem.js";
import { Head, Row } from "./row.js";

const MINUTE_MS = 60_000;

interface OnSiteProps {
  /** The id of the visitor who is shown beside the list. */
  readonly shown: string | undefined;
}

/** Who is on the site now. */
export function OnSite({ shown }: OnSiteProps) {
  const { desk, language } = useDesk();
  const { common, visitors } = language.texts;
  const { status, failure, present, hasMore } = useObserved(desk.visitors);
  const now = useNow(MINUTE_MS / 2);
  const count = plural(language, hasMore ? visitors.onSiteMore : visitors.onSiteCount, present.length);
  return (
    <section class="visitors-list" aria-label={visitors.list}>
      <p class="visitors-count quiet">{status === "loading" ? common.loading : count}</p>
      <Problem failure={failure} retry={() => void desk.visitors.refresh()} />
      {status === "ready" && present.length === 0 && <p class="empty">{visitors.nobody}</p>}
      {present.length > 0 && (
        <table>
          <Head time={visitors.since} />
          <tbody>
            {present.map(({ visitor, since }) => (
              <Row
                key={visitor._id}
                visitor={visitor}
                at={since}
                minutes={minutesBetween(since, now)}
                isShown={visitor._id === shown}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** The whole minutes from a time to another. */
export function minutesBetween(at: string, now: number): number {
  return Math.floor((now - Date.parse(at)) / MINUTE_MS);
}
