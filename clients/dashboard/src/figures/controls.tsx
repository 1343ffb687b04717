import { plural } from "@livechat/ui";
import { useDesk } from "../context.js";

export const PERIODS = ["7days", "30days", "90days"] as const;

/** How many days are shown, today the last of them. */
export type Period = (typeof PERIODS)[number];

/** The browser's time zone. */
export const HERE = new Intl.DateTimeFormat().resolvedOptions().timeZone;

const ZONES = [...new Set([HERE, "UTC", ...Intl.supportedValuesOf("timeZone")])].sort();

/** Which days are shown. */
export interface Days {
  readonly period: Period;
  /** The time zone in which they begin. */
  readonly tz: string;
}

interface ControlsProps {
  readonly days: Days;
  change(days: Days): void;
}

/** Chooses the days. */
export function Controls({ days, change }: ControlsProps) {
  const { language } = useDesk();
  const { figures } = language.texts;
  return (
    <>
      <label class="check">
        {figures.period}
        <select
          value={days.period}
          onChange={({ currentTarget: { value } }) =>
            change({ ...days, period: PERIODS.find(each => each === value) ?? days.period })
          }
        >
          {PERIODS.map(period => (
            <option key={period} value={period}>
              {plural(language, figures.days, Number.parseInt(period, 10))}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        {figures.timeZone}
        <select
          class="zones"
          value={days.tz}
          onChange={({ currentTarget: { value: tz } }) => change({ ...days, tz })}
        >
          {ZONES.map(zone => (
            <option key={zone} value={zone}>
              {zone.replaceAll("_", " ")}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
