import { useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { useAction } from "../ui/action.js";
import { Problem } from "../ui/problem.js";

/** Changes one's password. */
export function PasswordForm() {
  const { desk, language, self } = useDesk();
  const { common, oneself } = language.texts;
  const [isChanged, setIsChanged] = useState(false);
  const change = useAction(async (form: HTMLFormElement) => {
    setIsChanged(false);
    const data = new FormData(form);
    const text = (name: string) => String(data.get(name) ?? "");
    const body = { currentPassword: text("current"), newPassword: text("new") };
    await desk.call(api => api.PUT("/api/auth/password", { body }));
    form.reset();
    setIsChanged(true);
  });
  return (
    <section class="card">
      <h2>{oneself.changePassword}</h2>
      <p class="quiet">{oneself.changePasswordText}</p>
      <form
        onSubmit={event => {
          event.preventDefault();
          void change.run(event.currentTarget);
        }}
      >
        {/* For what keeps passwords: whose this is. */}
        <input type="hidden" name="email" autoComplete="username" value={self.email} />
        <label>
          {oneself.currentPassword}
          <input name="current" type="password" autoComplete="current-password" maxLength={128} required />
        </label>
        <label>
          {common.newPassword}
          <input
            name="new"
            type="password"
            autoComplete="new-password"
            minLength={8}
            maxLength={128}
            required
          />
          <small>{common.passwordRule}</small>
        </label>
        <Problem failure={change.failure} texts={{ forbidden: oneself.passwordWrong }} />
        <p role="status" class="good">
          {isChanged && oneself.passwordChanged}
        </p>
        <div class="acts">
          <button type="submit" class="primary" disabled={change.isBusy}>
            {oneself.changePassword}
          </button>
        </div>
      </form>
    </section>
  );
}
