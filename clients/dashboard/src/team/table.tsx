import { plural } from "@livechat/ui";
import { useDesk } from "../context.js";
import { mayChange, mayLockOut } from "./may.js";
import type { Member } from "./member.js";

/** What can be done to a user. */
export type Act = "activity" | "edit" | "reset";

interface UserTableProps {
  readonly users: readonly Member[];
  act(act: Act, user: Member): void;
}

/** Users, with what one may do to each. */
export function UserTable({ users, act }: UserTableProps) {
  const { common, team } = useDesk().language.texts;
  return (
    <div class="card table">
      <table class="user-table">
        <thead>
          <tr>
            <th scope="col">{common.name}</th>
            <th scope="col">{team.role}</th>
            <th scope="col">{team.status}</th>
            <th scope="col">{team.department}</th>
            <th scope="col" class="numeric">
              {team.open}
            </th>
            <th scope="col">
              <span class="hidden">{team.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map(user => (
            <UserRow key={user.id} user={user} act={each => act(each, user)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface UserRowProps {
  readonly user: Member;
  act(act: Act): void;
}

function UserRow({ user, act }: UserRowProps) {
  const { language, self } = useDesk();
  const { common, team } = language.texts;
  const { name, email, role, status, department, active, openConversations } = user;
  const button = (each: Act, word: string) => (
    <button type="button" aria-label={`${word}: ${name}`} onClick={() => act(each)}>
      {word}
    </button>
  );
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi> {user.id === self.id && <span class="chip">{common.you}</span>}
        <small>
          <bdi>{email}</bdi>
        </small>
      </th>
      <td>{common.roles[role]}</td>
      <td>
        {active && (
          <span class="state">
            <span class={`dot ${status}`} aria-hidden="true" />
            {common.online[status]}
          </span>
        )}
      </td>
      <td>{department && <bdi>{department}</bdi>}</td>
      <td class="numeric">{plural(language, team.holds, openConversations)}</td>
      <td>
        <div class="acts">
          {mayChange(self, user) && button("edit", team.edit)}
          {mayLockOut(self, user) && button("reset", team.reset)}
          {mayLockOut(self, user) && button("activity", active ? team.switchOff : team.switchOn)}
        </div>
      </td>
    </tr>
  );
}
