import type { Overview } from "@livechat/client";
import { fill, plural } from "@livechat/ui";
import { useDesk } from "../context.js";
import type { Reading } from "../ui/action.js";
import { count } from "../ui/format.js";
import { Card } from "./card.js";
import type { Field } from "./csv.js";
import { duration, stars } from "./words.js";

/** The best rating that a visitor can give. */
const BEST = 5;

interface OverviewCardProps {
  readonly reading: Reading<Overview>;
}

/** How it stands with all conversations. */
export function OverviewCard({ reading }: OverviewCardProps) {
  const { language } = useDesk();
  const { figures } = language.texts;
  const rows = (data: Overview): (readonly Field[])[] => [
    [figures.figure, figures.value],
    [figures.total, data.totalConversations],
    [figures.pending, data.pendingChats],
    [figures.active, data.activeChats],
    [figures.resolved, data.resolvedChats],
    [figures.closed, data.closedChats],
    [fill(figures.seconds, { label: figures.response }), data.avgResponseSeconds],
    [fill(figures.seconds, { label: figures.resolution }), data.avgResolutionSeconds],
    [figures.rating, data.ratedConversations > 0 ? Number(data.avgRating) : null],
  ];
  const time = (seconds: number | null) => (seconds === null ? undefined : duration(language, seconds));
  return (
    <Card
      title={figures.overview}
      reading={reading}
      asOf={data => data.asOf}
      file="overview"
      rows={rows}
      draw={data => (
        <>
          <dl class="figure-tiles">
            <Tile label={figures.total} value={count(language, data.totalConversations)} />
            <Tile label={figures.pending} value={count(language, data.pendingChats)} />
            <Tile label={figures.active} value={count(language, data.activeChats)} />
            <Tile label={figures.resolved} value={count(language, data.resolvedChats)} />
            <Tile label={figures.closed} value={count(language, data.closedChats)} />
          </dl>
          <dl class="figure-tiles">
            <Tile
              label={figures.response}
              value={time(data.avgResponseSeconds)}
              hint={figures.responseText}
            />
            <Tile
              label={figures.resolution}
              value={time(data.avgResolutionSeconds)}
              hint={figures.resolutionText}
            />
            <Tile
              label={figures.rating}
              value={data.ratedConversations > 0 ? stars(language, data.avgRating) : undefined}
              hint={fill(plural(language, figures.ratings, data.ratedConversations), {
                most: count(language, BEST),
              })}
            />
          </dl>
        </>
      )}
    />
  );
}

interface TileProps {
  readonly label: string;
  /** None where there are no data yet. */
  readonly value: string | undefined;
  /** What a value means. */
  readonly hint?: string;
}

function Tile({ label, value, hint }: TileProps) {
  const { figures } = useDesk().language.texts;
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {value === undefined ? <span aria-hidden="true">–</span> : <strong>{value}</strong>}
        {(value === undefined || hint) && <small>{value === undefined ? figures.noData : hint}</small>}
      </dd>
    </div>
  );
}
