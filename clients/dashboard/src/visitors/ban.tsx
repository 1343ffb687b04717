import type { Visitor } from "@livechat/client";
import { fill, useObserved } from "@livechat/ui";
import { useState } from "preact/hooks";
import { useDesk } from "../context.js";
import type { BanLength } from "../locales/en/visitors.js";
import { Confirm } from "../ui/confirm.js";
import { dateOf, nameOf } from "../ui/format.js";

type Ban = NonNullable<Visitor["ban"]>;

/** The lengths of a ban, in days. */
const DAYS: Readonly<Record<BanLength, number | undefined>> = {
  forGood: undefined,
  day: 1,
  week: 7,
  month: 30,
};
const LENGTHS = Object.keys(DAYS) as BanLength[];
const DAY_MS = 86_400_000;

/** As long as a reason may be (`docs/protocol.md`, Visitors). */
const LONGEST_REASON = 500;

/** Whether a visitor may not come in now. */
export function isBanned({ ban }: Visitor, now: number): boolean {
  return ban !== null && (ban.until === null || Date.parse(ban.until) > now);
}

/** That a visitor may not come in, until when and why. */
export function BanNotice({ ban: { until, reason, by, at } }: { readonly ban: Ban }) {
  const { desk, language, self } = useDesk();
  const { visitors } = language.texts;
  const name = [self, ...useObserved(desk.team)].find(({ id }) => id === by)?.name;
  const time = dateOf(language, at);
  return (
    <div class="visitor-ban">
      <strong>
        {until === null ? visitors.banned : fill(visitors.bannedUntil, { time: dateOf(language, until) })}
      </strong>
      {reason !== null && <p dir="auto">{fill(visitors.banReason, { reason })}</p>}
      <p>
        {name === undefined ? time : fill(visitors.bannedBy, { name: isolated(name), time: isolated(time) })}
      </p>
    </div>
  );
}

/** A text that keeps its own direction among others. */
function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

interface BanProps {
  readonly visitor: Visitor;
  /** Takes the visitor as it is then. */
  take(visitor: Visitor): void;
  close(): void;
}

/** Asks for how long and why somebody is banned. */
export function BanDialog({ visitor, take, close }: BanProps) {
  const { desk, language } = useDesk();
  const { visitors } = language.texts;
  const [length, setLength] = useState<BanLength>("forGood");
  const [reason, setReason] = useState("");
  const ban = async () => {
    const days = DAYS[length];
    const until = days === undefined ? null : new Date(Date.now() + days * DAY_MS).toISOString();
    const params = { path: { id: visitor._id } };
    const body = { until, reason: reason.trim() || null };
    take(await desk.call(api => api.PUT("/api/visitors/{id}/ban", { params, body })));
  };
  return (
    <Confirm
      title={fill(visitors.banTitle, { name: nameOf(language, visitor) })}
      label={visitors.ban}
      isDangerous
      work={ban}
      close={close}
    >
      <p>{visitors.banText}</p>
      <label>
        {visitors.banLength}
        <select
          value={length}
          onChange={({ currentTarget }) =>
            setLength(LENGTHS.find(each => each === currentTarget.value) ?? length)
          }
        >
          {LENGTHS.map(each => (
            <option key={each} value={each}>
              {visitors.banLengths[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {visitors.reason}
        <textarea
          rows={3}
          maxLength={LONGEST_REASON}
          dir="auto"
          value={reason}
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
        <small>{visitors.reasonText}</small>
      </label>
    </Confirm>
  );
}

/** Asks whether somebody may come in again. */
export function UnbanDialog({ visitor, take, close }: BanProps) {
  const { desk, language } = useDesk();
  const { visitors } = language.texts;
  const unban = async () => {
    const params = { path: { id: visitor._id } };
    take(await desk.call(api => api.DELETE("/api/visitors/{id}/ban", { params })));
  };
  return (
    <Confirm
      title={fill(visitors.unbanTitle, { name: nameOf(language, visitor) })}
      label={visitors.unban}
      work={unban}
      close={close}
    >
      <p>{visitors.unbanText}</p>
    </Confirm>
  );
}
