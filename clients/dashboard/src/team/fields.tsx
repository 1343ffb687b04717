import type { Role } from "@livechat/client";
import { fill } from "@livechat/ui";
import { useRef, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { ROLES } from "./may.js";

interface NameFieldProps {
  readonly name?: string;
}

/** What somebody is called. */
export function NameField({ name = "" }: NameFieldProps) {
  const { common } = useDesk().language.texts;
  return (
    <label>
      {common.name}
      <input name="name" autoComplete="off" maxLength={100} pattern=".*\S.*" required defaultValue={name} />
    </label>
  );
}

interface DepartmentFieldProps {
  readonly department: string | null;
}

/** Where somebody works. */
export function DepartmentField({ department }: DepartmentFieldProps) {
  const { team } = useDesk().language.texts;
  return (
    <label>
      {fill(team.optional, { label: team.department })}
      <input name="department" autoComplete="off" maxLength={100} defaultValue={department ?? ""} />
    </label>
  );
}

interface RoleFieldProps {
  /** What the role is until now. */
  readonly now: Role;
}

/** What somebody may do. */
export function RoleField({ now }: RoleFieldProps) {
  const { common, team } = useDesk().language.texts;
  const [chosen, setChosen] = useState(now);
  return (
    <label>
      {team.role}
      <select
        name="role"
        value={chosen}
        onChange={({ currentTarget: { value } }) => setChosen(ROLES.find(each => each === value) ?? chosen)}
      >
        {ROLES.map(each => (
          <option key={each} value={each}>
            {common.roles[each]}
          </option>
        ))}
      </select>
      <small>{team.roleText[chosen]}</small>
    </label>
  );
}

/** A password for somebody else, who has to be told it: it is shown. */
export function PasswordField() {
  const { common, team } = useDesk().language.texts;
  const field = useRef<HTMLInputElement>(null);
  const suggest = () => {
    if (field.current) {
      field.current.value = suggestion();
    }
  };
  return (
    <div class="with-suggestion">
      <label>
        {common.newPassword}
        <input
          ref={field}
          name="password"
          dir="ltr"
          autoComplete="off"
          spellcheck={false}
          minLength={8}
          maxLength={128}
          required
        />
        <small>
          {common.passwordRule}. {team.passwordText}
        </small>
      </label>
      <button type="button" onClick={suggest}>
        {team.suggest}
      </button>
    </div>
  );
}

/** Without characters that are mistaken for others; 64 of them, so that each is as likely as the others. */
const CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789-+=*#?!%";

/** A password that nobody guesses, of groups that can be read out. */
function suggestion(): string {
  const characters = [...crypto.getRandomValues(new Uint8Array(16))].map(
    byte => CHARACTERS[byte % CHARACTERS.length] ?? "",
  );
  return characters.join("");
}
