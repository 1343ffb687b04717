import { plural, useObserved } from "@livechat/ui";
import { type Language, useDesk } from "../context.js";
import { span } from "../ui/format.js";
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
                time={sinceOf(language, since, now)}
                isShown={visitor._id === shown}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** For how long somebody has been there; less than a minute is not counted. */
function sinceOf(language: Language, since: string, now: number): string {
  const passed = now - Date.parse(since);
  return passed < MINUTE_MS ? language.texts.visitors.justNow : span(language, passed / 1_000);
}
