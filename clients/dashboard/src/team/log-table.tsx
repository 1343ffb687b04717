import type { AuditEntry } from "@livechat/client";
import { fill, plural } from "@livechat/ui";
import { type Language, useDesk } from "../context.js";
import { format } from "../routes.js";
import { count, dateOf } from "../ui/format.js";
import { ROLES } from "./may.js";

interface LogTableProps {
  readonly entries: readonly AuditEntry[];
}

/** Entries of the security log. */
export function LogTable({ entries }: LogTableProps) {
  const { language } = useDesk();
  const { common, team } = language.texts;
  const { log } = team;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keys
    <section class="card table" tabIndex={0} aria-label={common.places.log}>
      <table>
        <thead>
          <tr>
            {[log.at, log.action, log.actor, log.target, log.detail, log.address].map(word => (
              <th key={word} scope="col">
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.map(entry => (
            <tr key={entry._id}>
              <td class="when">{dateOf(language, entry.at)}</td>
              <td class={entry.action === "login_failed" ? "what bad" : "what"}>
                {log.actions[entry.action]} {entry.count > 1 && <Times {...entry} />}
              </td>
              <td data-label={log.actor}>
                <bdi>{entry.actor?.email ?? entry.actor?.id ?? ""}</bdi>
              </td>
              <td data-label={log.target}>
                <Target {...entry} />
              </td>
              <td data-label={log.detail}>
                <bdi>{detailOf(language, entry)}</bdi>
              </td>
              <td data-label={log.address}>
                <bdi class="quiet">{entry.address ?? ""}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Whether something is done to a visitor, and to no account. */
export function concernsVisitor(action: AuditEntry["action"]): boolean {
  return action.startsWith("visitor_");
}

/** How often it happened, where that is more than once. */
function Times({ count: times }: AuditEntry) {
  const { language } = useDesk();
  const said = plural(language, language.texts.team.log.times, times);
  return (
    <span title={said}>
      <span aria-hidden="true">×&nbsp;{count(language, times)}</span>
      <span class="hidden">{said}</span>
    </span>
  );
}

/** Whom it was done to: of a visitor the log knows its id alone. */
function Target({ action, target }: AuditEntry) {
  const { log } = useDesk().language.texts.team;
  if (concernsVisitor(action) && target.id !== null) {
    return action === "visitor_erased" ? (
      <span title={target.id}>{log.visitor}</span>
    ) : (
      <a href={format({ place: "visitors", id: target.id })}>{log.visitor}</a>
    );
  }
  return <bdi>{target.email ?? log.unknown}</bdi>;
}

/** The server's words, as far as they are known in the language. */
function detailOf({ texts: { common, team } }: Language, { action, detail }: AuditEntry): string {
  const roleOf = (name = "") => {
    const role = ROLES.find(each => each === name);
    return role ? common.roles[role] : name;
  };
  switch (action) {
    case "registered":
      return roleOf(detail ?? "");
    case "role_changed": {
      const [before, after] = detail?.split(" to ") ?? [];
      return fill(team.log.roleChange, { before: roleOf(before), after: roleOf(after) });
    }
    case "login_failed":
      return detail === "change of the password" ? team.log.atPasswordChange : (detail ?? "");
    default:
      return detail ?? "";
  }
}
