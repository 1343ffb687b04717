import "./style.css";
import { render } from "preact";
import { App } from "./app.js";
import { speak } from "./language.js";
import { KeptPreferences } from "./preferences.js";
import { Session } from "./session.js";

const preferences = new KeptPreferences(localStorage);
const session = new Session(location.origin, localStorage);

async function draw(): Promise<void> {
  const { locale, theme } = preferences.get();
  const language = await speak(locale);
  const root = document.documentElement;
  root.lang = language.locale;
  root.dir = language.direction;
  root.dataset["theme"] = theme;
  render(<App session={session} preferences={preferences} language={language} />, document.body);
}

preferences.subscribe(() => void draw());
void draw();
