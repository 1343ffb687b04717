import { useDesk } from "../context.js";
import { useAction } from "../ui/action.js";
import { NameField, PasswordField, RoleField } from "./fields.js";
import { said, UserForm } from "./form.js";
import { givesRoles, ROLES } from "./may.js";

interface AddUserProps {
  saved(name: string): void;
  close(): void;
}

/** Makes an account for somebody else; the session stays one's own. */
export function AddUser({ saved, close }: AddUserProps) {
  const { desk, language, self } = useDesk();
  const { common, team } = language.texts;
  const save = useAction(async (data: FormData) => {
    const name = said(data, "name").trim();
    const role = ROLES.find(each => each === said(data, "role"));
    const body = {
      name,
      email: said(data, "email").trim(),
      password: said(data, "password"),
      ...(role && { role }),
    };
    await desk.call(api => api.POST("/api/auth/register", { body }));
    saved(name);
  });
  return (
    <UserForm
      title={team.add}
      save={save}
      label={common.register}
      texts={{ conflict: common.emailTaken }}
      close={close}
    >
      <p class="quiet">{team.addText}</p>
      <NameField />
      <label>
        {common.email}
        <input name="email" type="email" autoComplete="off" maxLength={254} required />
      </label>
      <PasswordField />
      {givesRoles(self) && <RoleField now="agent" />}
    </UserForm>
  );
}
