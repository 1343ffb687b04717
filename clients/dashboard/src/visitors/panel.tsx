import type { Visitor } from "@livechat/client";
import { useObserved } from "@livechat/ui";
import { useEffect, useMemo } from "preact/hooks";
import { useDesk } from "../context.js";
import { VisitorRecord } from "../live/visitor.js";
import { useNow } from "../ui/now.js";
import { Problem } from "../ui/problem.js";
import { Acts } from "./acts.js";
import { BanNotice, isBanned } from "./ban.js";
import { ConversationsOf } from "./conversations.js";
import { Facts } from "./facts.js";
import { Gone } from "./gone.js";
import { Pages } from "./pages.js";
import { Start } from "./start.js";
import { Who } from "./who.js";
import "./visitors.css";

/** So often it is looked whether a ban has ended. */
const MINUTE_MS = 60_000;

interface VisitorPanelProps {
  /** The visitor's id. */
  readonly id: string;
}

/** All that is known of a visitor, and what can be done about it. */
export function VisitorPanel({ id }: VisitorPanelProps) {
  return <Panel key={id} id={id} />;
}

function Panel({ id }: VisitorPanelProps) {
  const { desk, language } = useDesk();
  const record = useMemo(() => new VisitorRecord(id, desk.call, desk.visitorNews), [id, desk]);
  const { visitor, failure, isGone } = useObserved(record);
  if (isGone) {
    return <Gone id={id} />;
  }
  const problem = <Problem failure={failure} retry={() => void record.refresh()} />;
  if (!visitor) {
    return (
      <div class="visitor">{failure ? problem : <p class="quiet">{language.texts.common.loading}</p>}</div>
    );
  }
  return (
    <div class="visitor">
      {problem}
      <Known visitor={visitor} record={record} />
    </div>
  );
}

interface KnownProps {
  readonly visitor: Visitor;
  readonly record: VisitorRecord;
}

function Known({ visitor, record }: KnownProps) {
  const { desk } = useDesk();
  const now = useNow(MINUTE_MS);
  const list = useMemo(() => desk.list({ visitor: visitor._id }), [desk, visitor._id]);
  useEffect(() => () => desk.drop(list), [desk, list]);
  const banned = isBanned(visitor, now);
  const take = (changed: Visitor) => {
    record.take(changed);
    // Conversations that have ended are told of no news.
    void list.refresh();
  };
  return (
    <>
      <Who visitor={visitor} take={take} />
      {banned && visitor.ban && <BanNotice ban={visitor.ban} />}
      {visitor.isOnline && !banned && <Start visitor={visitor} list={list} />}
      <Pages visitor={visitor} />
      <Facts visitor={visitor} />
      <ConversationsOf list={list} />
      <Acts
        visitor={visitor}
        isBanned={banned}
        take={take}
        erased={() => {
          record.erased();
          void list.refresh();
        }}
      />
    </>
  );
}
