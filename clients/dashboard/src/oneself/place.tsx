import { useDesk } from "../context.js";
import { StatusChoice } from "./choice.js";
import { PasswordForm } from "./password.js";
import { PreferencesForm } from "./preferences.js";
import "./oneself.css";

/** How somebody wants it. */
export function OneselfPlace() {
  const { language, self, session } = useDesk();
  const { common, oneself } = language.texts;
  return (
    <div class="page oneself-place">
      <header>
        <h1>{common.places.oneself}</h1>
        <button type="button" onClick={() => void session.signOut()}>
          {common.signOut}
        </button>
      </header>
      <section class="card">
        <h2>{oneself.status}</h2>
        <p class="quiet">{oneself.statusText}</p>
        <StatusChoice />
      </section>
      <section class="card">
        <h2>{oneself.account}</h2>
        <dl>
          <div>
            <dt>{common.name}</dt>
            <dd>
              <bdi>{self.name}</bdi>
            </dd>
          </div>
          <div>
            <dt>{common.email}</dt>
            <dd>
              <bdi>{self.email}</bdi>
            </dd>
          </div>
          <div>
            <dt>{oneself.role}</dt>
            <dd>{common.roles[self.role]}</dd>
          </div>
        </dl>
      </section>
      <PreferencesForm />
      <PasswordForm />
    </div>
  );
}
