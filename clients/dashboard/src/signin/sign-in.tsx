import { useState } from "preact/hooks";
import { useWork } from "../context.js";
import { useAction, useReading } from "../ui/action.js";
import { Problem } from "../ui/problem.js";
import { Fields, given } from "./fields.js";
import "./sign-in.css";

/** Where nobody is signed in: the first account, another one, or one's own. */
export function SignIn() {
  const { session, language } = useWork();
  const { common } = language.texts;
  const registration = useReading("registration", () => session.registration());
  const [wantsAccount, setWantsAccount] = useState(false);
  const kind = registration.data?.registration;
  const isFirst = kind === "first";
  const makesAccount = isFirst || (kind === "open" && wantsAccount);
  const needsToken = isFirst && registration.data?.needsSetupToken === true;
  const enter = useAction((form: HTMLFormElement) => {
    const { email, password, name, setupToken } = given(form);
    return makesAccount
      ? session.register({ name, email, password, ...(needsToken && { setupToken }) })
      : session.signIn(email, password);
  });
  return (
    <main class="sign-in">
      <form
        onSubmit={event => {
          event.preventDefault();
          void enter.run(event.currentTarget);
        }}
      >
        <h1>{isFirst ? common.firstTitle : common.title}</h1>
        {isFirst && <p>{common.firstText}</p>}
        <Fields makesAccount={makesAccount} needsToken={needsToken} />
        <Problem
          failure={enter.failure}
          texts={makesAccount ? { forbidden: enter.failure?.message ?? "", conflict: common.emailTaken } : {}}
        />
        <Problem failure={registration.failure} retry={registration.reload} />
        <button type="submit" class="primary" disabled={enter.isBusy || registration.isLoading}>
          {makesAccount ? common.register : common.signIn}
        </button>
        {kind === "open" && (
          <button
            type="button"
            class="link"
            onClick={() => {
              enter.reset();
              setWantsAccount(!wantsAccount);
            }}
          >
            {wantsAccount ? common.signInInstead : common.registerInstead}
          </button>
        )}
      </form>
    </main>
  );
}
