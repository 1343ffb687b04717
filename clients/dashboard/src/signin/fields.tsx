import { useWork } from "../context.js";

/** What a form of {@link Fields} says. */
export function given(form: HTMLFormElement): Record<"email" | "name" | "password" | "setupToken", string> {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "");
  return {
    name: text("name").trim(),
    email: text("email").trim(),
    password: text("password"),
    setupToken: text("setupToken").trim(),
  };
}

interface FieldsProps {
  readonly makesAccount: boolean;
  readonly needsToken: boolean;
  /** An email that cannot be another one. */
  readonly email?: string;
}

/** Who somebody is, and what proves it. */
export function Fields({ makesAccount, needsToken, email }: FieldsProps) {
  const { common } = useWork().language.texts;
  return (
    <>
      {makesAccount && (
        <label>
          {common.name}
          <input name="name" autoComplete="name" maxLength={100} required />
        </label>
      )}
      <label>
        {common.email}
        <input
          name="email"
          type="email"
          autoComplete="username"
          maxLength={254}
          required
          readOnly={email !== undefined}
          {...(email !== undefined && { value: email })}
        />
      </label>
      <label>
        {common.password}
        <input
          name="password"
          type="password"
          autoComplete={makesAccount ? "new-password" : "current-password"}
          minLength={makesAccount ? 8 : 1}
          maxLength={128}
          required
        />
        {makesAccount && <small>{common.passwordRule}</small>}
      </label>
      {needsToken && (
        <label>
          {common.setupToken}
          <input name="setupToken" autoComplete="off" maxLength={64} required />
          <small>{common.setupTokenText}</small>
        </label>
      )}
    </>
  );
}
