import { fill } from "@livechat/ui";
import { useDesk } from "../context.js";
import { useAction } from "../ui/action.js";
import { PasswordField } from "./fields.js";
import { said, UserForm } from "./form.js";
import type { Member } from "./member.js";

interface ResetPasswordProps {
  readonly user: Member;
  saved(): void;
  close(): void;
}

/** Gives somebody a new password. */
export function ResetPassword({ user: { id, name }, saved, close }: ResetPasswordProps) {
  const { desk, language } = useDesk();
  const { common, team } = language.texts;
  const save = useAction(async (data: FormData) => {
    const body = { newPassword: said(data, "password") };
    const params = { path: { id } };
    await desk.call(api => api.PUT("/api/auth/users/{id}/password", { params, body }));
    saved();
  });
  return (
    <UserForm title={fill(team.resetTitle, { name })} save={save} label={common.save} close={close}>
      <p>{fill(team.resetText, { name })}</p>
      <PasswordField />
    </UserForm>
  );
}
