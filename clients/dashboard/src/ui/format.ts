import type { VisitorBrief } from "@livechat/client";
import { dateFormat, numberFormat } from "@livechat/ui";
import type { Language } from "../context.js";

/** The time of day. */
export function timeOf({ locale }: Language, at: string): string {
  return dateFormat(locale, { timeStyle: "short" }).format(new Date(at));
}

/** The day and the time. */
export function dateOf({ locale }: Language, at: string): string {
  return dateFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

/** The day. */
export function dayOf({ locale }: Language, at: string): string {
  return dateFormat(locale, { dateStyle: "medium" }).format(new Date(at));
}

/** The units of time, each with its seconds. */
export const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** A span of time in its largest unit, shortly: `5 min`. */
export function span({ locale }: Language, seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? UNITS[3];
  const format = { style: "unit", unit, unitDisplay: "short" } as const;
  return numberFormat(locale, format).format(Math.floor(seconds / size));
}

/** A number. */
export function count({ locale }: Language, value: number): string {
  return numberFormat(locale, {}).format(value);
}

/** What a visitor is called. */
export function nameOf({ texts }: Language, { name, email }: Pick<VisitorBrief, "email" | "name">): string {
  return name ?? email ?? texts.common.anonymous;
}

/** A page's address, as short as it can be told apart. */
export function pageOf(address: string): string {
  if (!URL.canParse(address)) {
    return address;
  }
  const { host, pathname, search } = new URL(address);
  return `${host}${pathname === "/" ? "" : pathname}${search}`;
}

/** The time of today, else the day. */
export function timeOrDay(language: Language, at: string): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const day = { day: "numeric", month: "short" } as const;
  return isToday ? timeOf(language, at) : dateFormat(language.locale, day).format(new Date(at));
}
