import type { Call, Listener, LiveChat, Settings, Theme, WidgetEvents } from "./api.js";
import { CHATTING, type Launcher, type Panel } from "./settings.js";

/** The chat's file, by its address at the live chat. */
declare const PANEL: string;
/** What the button is called, by language. */
declare const LABELS: Record<string, string>;
/** The launcher's style. */
declare const STYLE: string;

/** What a page calls: `livechat.open()`, or `livechat.push(["open"])` before the script has come. */
class Widget implements LiveChat {
  #host: HTMLElement | undefined;
  #button: HTMLButtonElement | undefined;
  #settings: Settings | undefined;
  #panel: Promise<Panel> | undefined;
  #isOpen = false;
  #failed = 0;
  readonly #listeners = new Map<string, Set<(data: never) => void>>();

  init(settings: Partial<Settings> = {}): void {
    this.destroy();
    const all: Settings = { url: ORIGIN, ...settings };
    this.#settings = all;
    const host = document.createElement("livechat-widget");
    host.dataset["theme"] = all.theme ?? "auto";
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const button = document.createElement("button");
    button.type = "button";
    button.className = "launcher";
    button.append(icon(), document.createElement("span"));
    button.addEventListener("click", () => (this.#isOpen ? this.close() : this.open()));
    root.append(button);
    this.#host = host;
    this.#button = button;
    this.#label(label(all.locale), 0);
    this.#expanded(false);
    host.hidden = all.hidden ?? false;
    document.body.append(host);
    if (all.announce || stored(CHATTING)) {
      this.#with(() => undefined);
    }
  }

  open(): void {
    this.show();
    this.#expanded(true);
    this.#with(panel => this.#isOpen && panel.open());
    this.#emit("open", undefined);
  }

  close(): void {
    this.#leave();
    this.#closed();
  }

  hide(): void {
    this.#leave();
    this.#expanded(false);
    if (this.#host) {
      this.#host.hidden = true;
    }
  }

  show(): void {
    if (this.#host) {
      this.#host.hidden = false;
    }
  }

  send(content: string): void {
    this.#with(panel => panel.send(content));
  }

  identify(identity: string): void {
    this.#change({ identity });
    if (this.#panel) {
      this.#with(panel => panel.identify(identity));
    }
  }

  logout(): void {
    const { identity: _, ...settings } = this.#settings ?? { url: ORIGIN };
    this.#settings = settings;
    this.#with(panel => panel.logout());
  }

  setLocale(locale: string): void {
    this.#change({ locale });
    if (this.#panel) {
      this.#with(panel => panel.setLocale(locale));
    } else {
      this.#label(label(locale), 0);
    }
  }

  setTheme(theme: Theme): void {
    if (this.#host) {
      this.#host.dataset["theme"] = theme;
    }
  }

  on<E extends keyof WidgetEvents>(event: E, listener: Listener<E>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  destroy(): void {
    if (this.#panel) {
      this.#with(panel => panel.destroy());
    }
    this.#host?.remove();
    this.#host = undefined;
    this.#panel = undefined;
    this.#isOpen = false;
  }

  push(call: Call): void {
    const [name, ...data] = call;
    (this[name] as (...data: unknown[]) => unknown).apply(this, data);
  }

  #change(change: Partial<Settings>): void {
    this.#settings = { ...(this.#settings ?? { url: ORIGIN }), ...change };
  }

  #leave(): void {
    if (this.#panel) {
      this.#with(panel => panel.close());
    }
  }

  /** Does something with the chat, once it is loaded. */
  #with(work: (panel: Panel) => void): void {
    this.#load().then(work, (error: unknown) => {
      // The next click tries again, under another name: a browser remembers what it could not load.
      this.#panel = undefined;
      this.#failed += 1;
      this.#expanded(false);
      // biome-ignore lint/suspicious/noConsole: there is nobody else to tell
      console.warn("The chat was not loaded:", error);
    });
  }

  /** Loads the chat, once. */
  #load(): Promise<Panel> {
    if (!this.#host?.shadowRoot || !this.#settings) {
      return Promise.reject(new Error("livechat.init() comes first"));
    }
    const host = this.#host;
    // One that was destroyed has no say in what came after it.
    const isHere = () => host === this.#host;
    const launcher: Launcher = {
      root: this.#host.shadowRoot,
      settings: this.#settings,
      emit: (event, data) => isHere() && this.#emit(event, data),
      label: (text, unread) => isHere() && this.#label(text, unread),
      closed: () => isHere() && this.#closed(),
    };
    const address = new URL(PANEL, this.#settings.url).href + (this.#failed > 0 ? `?${this.#failed}` : "");
    this.#panel ??= (import(address) as Promise<typeof import("./panel.js")>).then(({ mount }) =>
      mount(launcher),
    );
    return this.#panel;
  }

  #closed(): void {
    if (this.#isOpen) {
      this.#expanded(false);
      this.#button?.focus();
      this.#emit("close", undefined);
    }
  }

  #expanded(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#button?.setAttribute("aria-expanded", String(isOpen));
  }

  #label(text: string, unread: number): void {
    this.#button?.setAttribute("aria-label", text);
    const badge = this.#button?.querySelector("span");
    if (badge) {
      badge.textContent = unread > 99 ? "99+" : String(unread || "");
    }
  }

  #emit<E extends keyof WidgetEvents>(event: E, data: WidgetEvents[E]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      listener(data as never);
    }
  }
}

const SVG = "http://www.w3.org/2000/svg";

function icon(): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const shape of ["M4 5h16v11H9l-5 4z", "M6 6l12 12M18 6L6 18"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}

function label(locale: string | undefined): string {
  const wanted = [locale, document.documentElement.lang, ...navigator.languages];
  const found = wanted.map(each => LABELS[each?.toLowerCase().split("-", 1)[0] ?? ""]).find(Boolean);
  return found ?? LABELS["en"] ?? "";
}

function stored(key: string): boolean {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    // A page may be let keep nothing.
    return false;
  }
}

/** The settings that stand in the script's element. */
function written({ dataset }: HTMLScriptElement): Partial<Settings> {
  const { url, locale, theme, title, greeting, ask, name, email, identity } = dataset;
  return {
    ...(url && { url }),
    ...(locale && { locale }),
    ...(theme && { theme: theme as Theme }),
    ...(title && { title }),
    ...(greeting && { greeting }),
    ...(ask && { ask: ask.split(/[\s,]+/) as Settings["ask"] & object }),
    ...(name && { name }),
    ...(email && { email }),
    ...(identity && { identity }),
    announce: "announce" in dataset,
    sound: dataset["sound"] !== "off",
    hidden: "hidden" in dataset,
  };
}

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : undefined;
const ORIGIN = new URL(script?.src ?? location.href).origin;

const queued = Array.isArray(window.livechat) ? window.livechat : [];
const widget = new Widget();
window.livechat = widget;

function start(): void {
  if (script && !("manual" in script.dataset)) {
    widget.init(written(script));
  }
  for (const call of queued) {
    widget.push(call);
  }
}

if (document.body) {
  start();
} else {
  document.addEventListener("DOMContentLoaded", start, { once: true });
}
