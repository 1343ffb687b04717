import { dateFormat, numberFormat } from "@livechat/ui";
import type { Language } from "../context.js";
import { UNITS } from "../ui/format.js";

/** A span of time in its two largest units: `2 min, 30 sec`. */
export function duration({ locale }: Language, seconds: number): string {
  const whole = Math.round(seconds);
  const found = UNITS.findIndex(([, size]) => whole >= size);
  const first = found === -1 ? UNITS.length - 1 : found;
  const parts = UNITS.slice(first, first + 2).map(([unit, size], index) => ({
    unit,
    count: Math.floor((index === 0 ? whole : whole % (UNITS[first]?.[1] ?? 1)) / size),
  }));
  return parts
    .filter(({ count }, index) => index === 0 || count > 0)
    .map(({ unit, count }) =>
      numberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(count),
    )
    .join(" ");
}

/** An average of ratings, with the one decimal that it has. */
export function stars({ locale }: Language, rating: string): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return numberFormat(locale, digits).format(Number(rating));
}

/** A day of a chart, which is one in every time zone. */
export function chartDay({ locale }: Language, day: string, isShort = false): string {
  const options = isShort
    ? ({ day: "numeric", month: "short", timeZone: "UTC" } as const)
    : ({ dateStyle: "full", timeZone: "UTC" } as const);
  return dateFormat(locale, options).format(new Date(`${day}T00:00:00Z`));
}
