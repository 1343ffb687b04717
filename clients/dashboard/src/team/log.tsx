import type { AuditEntry } from "@livechat/client";
import { useEffect, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { useAction } from "../ui/action.js";
import { Problem } from "../ui/problem.js";
import { concernsVisitor, LogTable } from "./log-table.js";
import { isAdministrator } from "./may.js";
import "./team.css";

type Action = AuditEntry["action"];

/** How many entries are read at once. */
const PAGE = 50;

/** What matters for security: to administrators all of it, to everybody else what concerns its own account. */
export function LogPlace() {
  const { language, self } = useDesk();
  const { common, team } = language.texts;
  const [action, setAction] = useState<Action>();
  const administers = isAdministrator(self);
  const actions = (Object.entries(team.log.actions) as [Action, string][]).filter(
    ([each]) => administers || !concernsVisitor(each),
  );
  return (
    <div class="page audit-place">
      <header>
        <h1>{common.places.log}</h1>
        <label class="check">
          {team.log.filter}
          <select
            value={action ?? ""}
            onChange={({ currentTarget: { value } }) =>
              setAction(actions.find(([each]) => each === value)?.[0])
            }
          >
            <option value="">{team.log.everything}</option>
            {actions.map(([each, word]) => (
              <option key={each} value={each}>
                {word}
              </option>
            ))}
          </select>
        </label>
      </header>
      <p class="quiet">{administers ? team.log.intro : team.log.introOwn}</p>
      <Entries key={action ?? ""} {...(action && { action })} />
    </div>
  );
}

interface EntriesProps {
  readonly action?: Action;
}

function Entries({ action }: EntriesProps) {
  const { desk, language } = useDesk();
  const { common, team } = language.texts;
  const [entries, setEntries] = useState<readonly AuditEntry[]>([]);
  const [cursor, setCursor] = useState<string | null>();
  const more = useAction(async () => {
    const query = { limit: PAGE, ...(action && { action }), ...(cursor && { cursor }) };
    const page = await desk.call(api => api.GET("/api/auth/audit", { params: { query } }));
    setEntries([...entries, ...page.entries]);
    setCursor(page.nextCursor ?? null);
  });
  useEffect(() => void more.run(), []);
  const isEmpty = entries.length === 0;
  return (
    <>
      {!isEmpty && <LogTable entries={entries} />}
      {isEmpty && cursor === null && <p class="empty">{team.log.empty}</p>}
      {isEmpty && more.isBusy && <p class="empty">{common.loading}</p>}
      <Problem failure={more.failure} retry={() => void more.run()} />
      {cursor && (
        <div class="more">
          <button type="button" onClick={() => void more.run()}>
            {common.more}
          </button>
        </div>
      )}
    </>
  );
}
