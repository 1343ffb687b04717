import { fill, plural, useObserved } from "@livechat/ui";
import { useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { readPages } from "../live/pages.js";
import { useReading } from "../ui/action.js";
import { Problem } from "../ui/problem.js";
import { Activity } from "./activity.js";
import { AddUser } from "./add.js";
import { EditUser } from "./edit.js";
import { type Member, memberOf } from "./member.js";
import { ResetPassword } from "./reset.js";
import { type Act, UserTable } from "./table.js";
import "./team.css";

/** The most that the server gives at once. */
const PAGE = 100;

/** What is being done to whom. */
type Doing = { readonly act: "add" } | { readonly act: Act; readonly user: Member };

/** Who works here. */
export function TeamPlace() {
  const { desk, language } = useDesk();
  const { common, team } = language.texts;
  const reading = useReading("users", async () => {
    const { rows } = await readPages(
      from => desk.call(api => api.GET("/api/auth/users", { params: { query: { limit: PAGE, ...from } } })),
      ({ users }) => users,
    );
    return rows.map(memberOf).sort((one, other) => one.name.localeCompare(other.name, language.locale));
  });
  // How they are by now comes with the connection; it says nothing of those who are switched off.
  const live = new Map(useObserved(desk.team).map(user => [user.id, user.status]));
  const users = reading.data?.map(user => ({ ...user, status: live.get(user.id) ?? user.status }));
  const [doing, setDoing] = useState<Doing>();
  const [done, setDone] = useState("");
  const begin = (next: Doing) => {
    setDone("");
    setDoing(next);
  };
  const close = () => setDoing(undefined);
  const saved = (said = "") => {
    setDone(said);
    reading.reload();
    void desk.team.refresh();
  };
  const table = (shown: readonly Member[]) => (
    <UserTable users={shown} act={(act, user) => begin({ act, user })} />
  );
  const active = users?.filter(user => user.active) ?? [];
  const off = users?.filter(user => !user.active) ?? [];
  return (
    <div class="page team-place">
      <header>
        <h1>{common.places.team}</h1>
        <button type="button" class="primary" onClick={() => begin({ act: "add" })}>
          {team.add}
        </button>
      </header>
      <p role="status" class="done">
        {done}
      </p>
      <Problem failure={reading.failure} retry={reading.reload} />
      {users ? (
        <>
          <p class="quiet">{plural(language, team.count, active.length)}</p>
          {table(active)}
          {off.length > 0 && (
            <section>
              <h2>{team.off}</h2>
              <p class="quiet">{team.offText}</p>
              {table(off)}
            </section>
          )}
        </>
      ) : (
        reading.isLoading && <p class="empty">{common.loading}</p>
      )}
      {doing?.act === "add" && <AddUser saved={name => saved(fill(team.added, { name }))} close={close} />}
      {doing?.act === "edit" && <EditUser user={doing.user} saved={saved} close={close} />}
      {doing?.act === "reset" && (
        <ResetPassword
          user={doing.user}
          saved={() => saved(fill(team.resetDone, { name: doing.user.name }))}
          close={close}
        />
      )}
      {doing?.act === "activity" && <Activity user={doing.user} saved={saved} close={close} />}
    </div>
  );
}
