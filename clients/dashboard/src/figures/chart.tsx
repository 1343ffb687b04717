import type { Charts } from "@livechat/client";
import { fill, plural } from "@livechat/ui";
import { useState } from "preact/hooks";
import { type Language, useDesk } from "../context.js";
import type { Reading } from "../ui/action.js";
import { count } from "../ui/format.js";
import { Bars, type Day } from "./bars.js";
import { Card } from "./card.js";
import { chartDay } from "./words.js";

interface ChartCardProps {
  readonly of: "conversations" | "messages";
  readonly reading: Reading<Charts>;
}

/** How many of something there were on each day, as bars or as a table. */
export function ChartCard({ of, reading }: ChartCardProps) {
  const { language } = useDesk();
  const { figures } = language.texts;
  const [isTable, setIsTable] = useState(false);
  const title = figures.byDay[of];
  const say = (day: Day) =>
    `${chartDay(language, day._id)}: ${plural(language, figures.counts[of], day.count)}`;
  return (
    <Card
      title={title}
      reading={reading}
      asOf={data => data.asOf}
      file={`${of}-by-day`}
      rows={data => [[figures.day, title], ...data[of].map(day => [day._id, day.count])]}
      acts={
        <button type="button" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
          {figures.asTable}
        </button>
      }
      draw={data => {
        const total = data[of].reduce((sum, day) => sum + day.count, 0);
        return (
          <>
            <p class="day-total">{plural(language, figures.counts[of], total)}</p>
            {isTable ? (
              <DayTable title={title} days={data[of]} />
            ) : (
              <Bars days={data[of]} label={labelOf(language, title, data[of], total)} say={say} />
            )}
          </>
        );
      }}
    />
  );
}

/** What a screen reader says of the bars. */
function labelOf(language: Language, title: string, days: readonly Day[], total: number): string {
  const { figures } = language.texts;
  const most = days.reduce((one, other) => (other.count > one.count ? other : one), days[0] ?? NONE);
  return total === 0
    ? fill(figures.chartEmpty, { title })
    : fill(figures.chart, {
        title,
        total: count(language, total),
        day: chartDay(language, most._id),
        most: count(language, most.count),
      });
}

const NONE: Day = { _id: "", count: 0 };

interface DayTableProps {
  readonly title: string;
  readonly days: readonly Day[];
}

/** The latest day first, as nobody scrolls for it. */
function DayTable({ title, days }: DayTableProps) {
  const { language } = useDesk();
  const { figures } = language.texts;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keys
    <section class="day-table" tabIndex={0} aria-label={`${title}: ${figures.number}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{figures.day}</th>
            <th scope="col" class="numeric">
              {figures.number}
            </th>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map(day => (
            <tr key={day._id}>
              <td>{chartDay(language, day._id)}</td>
              <td class="numeric">{count(language, day.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
