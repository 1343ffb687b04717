import { type Chat, outgoing, SharedChat, shared, VisitorChat, type VisitorState } from "@livechat/client";
import { render } from "preact";
import { type Language, language, plural } from "./i18n.js";
import { CHATTING, type Launcher, type Panel, type Settings } from "./settings.js";
import { View } from "./view.js";

/** The style of the open chat. */
declare const PANEL_STYLE: string;

/** Puts the chat beside its launcher. */
export async function mount(launcher: Launcher): Promise<Panel> {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(PANEL_STYLE);
  launcher.root.adoptedStyleSheets.push(sheet);
  const mounted = new Mounted(launcher, await language(wanted(launcher.settings.locale)));
  mounted.start();
  return mounted;
}

class Mounted implements Panel {
  readonly #launcher: Launcher;
  readonly #place: HTMLElement;
  readonly #sound = new Sound();
  #settings: Settings;
  #language: Language;
  #chat: Chat;
  #stop: () => void = () => undefined;
  #isOpen = false;
  #last = 0;
  readonly #title = document.title;

  constructor(launcher: Launcher, language: Language) {
    this.#launcher = launcher;
    this.#settings = launcher.settings;
    this.#language = language;
    this.#place = document.createElement("div");
    this.#place.className = "place";
    launcher.root.prepend(this.#place);
    this.#chat = this.#make();
    this.#speak();
    window.visualViewport?.addEventListener("resize", this.#fit);
    window.visualViewport?.addEventListener("scroll", this.#fit);
  }

  /** Connects where there is something to connect for before the chat is opened. */
  start(): void {
    this.#follow();
    if (this.#settings.announce || keeps()?.getItem(CHATTING)) {
      this.#connect();
    }
  }

  open(): void {
    this.#isOpen = true;
    this.#connect();
    this.#fit();
    this.#render();
  }

  close(): void {
    this.#isOpen = false;
    this.#render();
  }

  send(content: string): void {
    this.#connect();
    this.#chat.send(outgoing(content));
  }

  identify(identity: string): void {
    this.#restart({ ...this.#settings, identity });
  }

  logout(): void {
    this.#chat.forget();
    keeps()?.removeItem(CHATTING);
    const { identity: _, ...settings } = this.#settings;
    this.#restart(settings);
  }

  setLocale(locale: string): void {
    void language(wanted(locale)).then(language => {
      this.#language = language;
      this.#speak();
      this.#render();
    });
  }

  destroy(): void {
    this.#stop();
    this.#chat.disconnect();
    render(null, this.#place);
    document.title = this.#title;
    window.visualViewport?.removeEventListener("resize", this.#fit);
    window.visualViewport?.removeEventListener("scroll", this.#fit);
  }

  #make(): Chat {
    const { url, identity, name, email } = this.#settings;
    const storage = keeps();
    const options = {
      url,
      ...(identity !== undefined && { identity }),
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
      ...(storage && { storage }),
    };
    return shared(`livechat:${url}:${identity ?? ""}`, () => new VisitorChat(options));
  }

  /** Begins anew as somebody else, or somebody of whom more is known. */
  #restart(settings: Settings): void {
    const { status } = this.#chat.state.get().connection;
    this.#stop();
    this.#chat.disconnect();
    this.#settings = settings;
    this.#chat = this.#make();
    this.#last = 0;
    this.#follow();
    if (status !== "idle") {
      this.#connect();
    }
    this.#render();
  }

  #connect(): void {
    this.#chat.connect();
    this.#chat.page(location.href, document.title);
  }

  #follow(): void {
    this.#stop = this.#chat.state.subscribe(state => this.#tell(state));
  }

  /** Tells the page what has changed. */
  #tell(state: VisitorState): void {
    const { conversation, messages, unread } = state;
    if (conversation) {
      const isOpen = conversation.status !== "closed";
      isOpen ? keeps()?.setItem(CHATTING, "1") : keeps()?.removeItem(CHATTING);
    }
    const last = messages.at(-1);
    if (last && last.seq > this.#last) {
      const isNew = this.#last > 0 && last.sender === "agent";
      this.#last = last.seq;
      if (isNew) {
        this.#launcher.emit("message", { content: last.content });
        this.#ring();
      }
    }
    this.#launcher.emit("unread", unread);
    this.#speak();
  }

  /** One tab alone plays a sound and says in its title what is unread. */
  #ring(): void {
    const isOnly = !(this.#chat instanceof SharedChat) || this.#chat.isLeading.get();
    if (isOnly && (this.#settings.sound ?? true) && document.visibilityState === "hidden") {
      this.#sound.play();
    }
  }

  #speak(): void {
    const { unread } = this.#chat.state.get();
    const { texts } = this.#language;
    const isOnly = !(this.#chat instanceof SharedChat) || this.#chat.isLeading.get();
    const text = unread > 0 ? `${texts.open}, ${plural(this.#language, texts.unread, unread)}` : texts.open;
    this.#launcher.label(text, unread);
    document.title = unread > 0 && isOnly ? `(${unread}) ${this.#title}` : this.#title;
  }

  #render(): void {
    const view = (
      <View
        chat={this.#chat}
        language={this.#language}
        settings={this.#settings}
        introduce={details => this.#restart({ ...this.#settings, ...details, ask: [] })}
        close={() => {
          this.close();
          this.#launcher.closed();
        }}
      />
    );
    render(this.#isOpen ? view : null, this.#place);
  }

  /** On a phone the chat has what the keyboard leaves of the screen. */
  readonly #fit = (): void => {
    const seen = window.visualViewport;
    this.#place.style.setProperty("--height", seen ? `${seen.height}px` : "100dvh");
    this.#place.style.setProperty("--top", `${seen?.offsetTop ?? 0}px`);
  };
}

/** Two short tones. */
class Sound {
  #context: AudioContext | undefined;

  play(): void {
    this.#context ??= new AudioContext();
    const { currentTime, destination } = this.#context;
    for (const [at, frequency] of [
      [0, 660],
      [0.12, 880],
    ] as const) {
      const tone = new OscillatorNode(this.#context, { frequency });
      const volume = new GainNode(this.#context, { gain: 0.08 });
      tone.connect(volume).connect(destination);
      tone.start(currentTime + at);
      tone.stop(currentTime + at + 0.1);
    }
  }
}

/** What keeps things over a reload, where a page may. */
function keeps(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

function wanted(locale: string | undefined): readonly string[] {
  return [locale, document.documentElement.lang, ...navigator.languages].filter(each => each !== undefined);
}
