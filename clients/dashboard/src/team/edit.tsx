import { useDesk } from "../context.js";
import { useAction } from "../ui/action.js";
import { DepartmentField, NameField, RoleField } from "./fields.js";
import { said, UserForm } from "./form.js";
import { givesRoles, ROLES } from "./may.js";
import type { Member } from "./member.js";

interface EditUserProps {
  readonly user: Member;
  saved(): void;
  close(): void;
}

/** Changes who somebody is, and what it may do. */
export function EditUser({ user, saved, close }: EditUserProps) {
  const { desk, language, self, session } = useDesk();
  const { common, team } = language.texts;
  const save = useAction(async (data: FormData) => {
    const role = ROLES.find(each => each === said(data, "role"));
    const body = {
      name: said(data, "name").trim(),
      department: said(data, "department").trim(),
      ...(role && role !== user.role && { role }),
    };
    const params = { path: { id: user.id } };
    const changed = await desk.call(api => api.PUT("/api/auth/users/{id}", { params, body }));
    if (changed.id === self.id) {
      session.update({ name: changed.name, role: changed.role });
    }
    saved();
  });
  return (
    <UserForm
      title={team.editTitle}
      save={save}
      label={common.save}
      texts={user.role === "super_admin" ? { conflict: team.lastSuperAdmin } : {}}
      close={close}
    >
      <p class="quiet">
        <bdi>{user.email}</bdi>
      </p>
      <NameField name={user.name} />
      <DepartmentField department={user.department} />
      {givesRoles(self) && <RoleField now={user.role} />}
    </UserForm>
  );
}
