import { useRef } from "preact/hooks";
import { useDesk } from "../context.js";
import { count } from "../ui/format.js";
import { ticks } from "./scale.js";
import { useWidth } from "./width.js";
import { chartDay } from "./words.js";

/** How many there were on a day. */
export interface Day {
  readonly _id: string;
  readonly count: number;
}

interface BarsProps {
  readonly days: readonly Day[];
  /** What it shows, in words. */
  readonly label: string;
  /** What one bar says. */
  say(day: Day): string;
}

const HEIGHT = 200;
const TOP = 20;
const BOTTOM = 24;
/** Beside the bars: for the numbers of the lines, and for the half of the last day's name. */
const START = 40;
const END = 18;
const BAR_WIDTH = 40;
const NAME_WIDTH = 56;
/** With more days than these the numbers above the bars would run into each other. */
const NUMBERED_DAYS = 7;

/** Days as bars. They go on in the direction of the writing. */
export function Bars({ days, label, say }: BarsProps) {
  const { language } = useDesk();
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const lines = ticks(Math.max(...days.map(day => day.count)));
  const top = lines.at(-1) ?? 1;
  const band = Math.max(0, width - START - END) / Math.max(1, days.length);
  const bar = Math.min(band * 0.7, BAR_WIDTH);
  const named = Math.max(1, Math.ceil(NAME_WIDTH / Math.max(band, 1)));
  const x = (at: number) => (language.direction === "rtl" ? width - at : at);
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  /** Where something of a width begins, whichever the direction is. */
  const left = (start: number, size: number) => Math.min(x(start), x(start + size));
  return (
    <div ref={place} class="bars">
      {width > 0 && (
        <svg role="img" aria-label={label} width={width} height={HEIGHT}>
          {lines.map(value => (
            <g key={value}>
              <line class="grid" x1={x(START)} x2={x(width)} y1={y(value)} y2={y(value)} />
              <text x={x(START - 8)} y={y(value)} dy="0.32em" text-anchor="end">
                {count(language, value)}
              </text>
            </g>
          ))}
          {days.map((day, index) => {
            const start = START + index * band;
            const middle = x(start + band / 2);
            return (
              <g key={day._id} class="column">
                <title>{say(day)}</title>
                <rect class="zone" x={left(start, band)} y={0} width={band} height={HEIGHT - BOTTOM} />
                <rect
                  class="bar"
                  x={left(start + (band - bar) / 2, bar)}
                  y={y(day.count)}
                  width={bar}
                  height={y(0) - y(day.count)}
                  rx={Math.min(3, bar / 4)}
                />
                {days.length <= NUMBERED_DAYS && day.count > 0 && (
                  <text class="number" x={middle} y={y(day.count) - 6} text-anchor="middle">
                    {count(language, day.count)}
                  </text>
                )}
                {(days.length - 1 - index) % named === 0 && (
                  <text x={middle} y={HEIGHT - 6} text-anchor="middle">
                    {chartDay(language, day._id, true)}
                  </text>
                )}
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
