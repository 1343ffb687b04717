import { Sound, useObserved } from "@livechat/ui";
import { useDesk } from "../context.js";
import { NAMES } from "../language.js";
import { NotificationsChoice } from "./notifications.js";

const THEMES = ["auto", "light", "dark"] as const;

/** How somebody wants it in this browser. */
export function PreferencesForm() {
  const { language, preferences } = useDesk();
  const { oneself } = language.texts;
  const { theme, locale, sound } = useObserved(preferences);
  return (
    <section class="card">
      <h2>{oneself.preferences}</h2>
      <p class="quiet">{oneself.preferencesText}</p>
      <fieldset class="themes">
        <legend>{oneself.theme}</legend>
        {THEMES.map(each => (
          <label key={each} class="check">
            <input
              type="radio"
              name="theme"
              checked={theme === each}
              onChange={() => preferences.change({ theme: each })}
            />
            {oneself.themes[each]}
          </label>
        ))}
      </fieldset>
      <label>
        {oneself.locale}
        <select
          value={locale ?? ""}
          onChange={({ currentTarget }) => preferences.change({ locale: currentTarget.value || undefined })}
        >
          <option value="">{oneself.localeAuto}</option>
          {Object.entries(NAMES).map(([key, name]) => (
            <option key={key} value={key} lang={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <div class="with-act">
        <label class="check">
          <input
            type="checkbox"
            checked={sound}
            onChange={({ currentTarget }) => preferences.change({ sound: currentTarget.checked })}
          />
          {oneself.sound}
        </label>
        <button type="button" class="link" onClick={() => new Sound().play()}>
          {oneself.listen}
        </button>
      </div>
      <NotificationsChoice />
    </section>
  );
}
