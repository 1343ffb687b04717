import {
  type Chat,
  type Details,
  forgetKept,
  guarded,
  type Keeper,
  outgoing,
  SharedChat,
  shared,
  subject,
  VisitorChat,
  type VisitorState,
} from "@livechat/client";
import { plural, Sound } from "@livechat/ui";
import { render } from "preact";
import type { Settings } from "./api.js";
import { type Language, speak } from "./i18n.js";
import { CHATTING, type Launcher, type Panel } from "./settings.js";
import { View } from "./view.js";

/** The style of the open chat. */
declare const PANEL_STYLE: string;

/** Puts the chat beside its launcher. */
export async function mount(launcher: Launcher): Promise<Panel> {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(PANEL_STYLE);
  launcher.root.adoptedStyleSheets.push(sheet);
  const mounted = new Mounted(launcher, await speak(wanted(launcher.settings.locale)));
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
  /** Whether a connection is wanted from now on. */
  #isWanted = false;
  #shown: string | undefined;
  #last = 0;
  #address = location.href;
  readonly #titles = new MutationObserver(() => this.#onPage());

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
    this.#titles.observe(document.head, { childList: true, subtree: true, characterData: true });
    window.addEventListener("popstate", this.#onPage);
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
    const isSame = subject(identity) === subject(this.#settings.identity);
    this.#settings = { ...this.#settings, identity };
    if (isSame) {
      this.#chat.introduce({ identity });
    } else {
      this.#restart();
    }
  }

  logout(): void {
    this.#chat.forget();
    const storage = keeps();
    if (storage) {
      // There may be no tab yet that has the chat.
      forgetKept(storage);
      storage.removeItem(CHATTING);
    }
    const { identity: _, ...settings } = this.#settings;
    this.#settings = settings;
    this.#restart();
  }

  setLocale(locale: string): void {
    void speak(wanted(locale)).then(language => {
      this.#language = language;
      this.#speak();
      this.#render();
    });
  }

  destroy(): void {
    this.#stop();
    this.#chat.disconnect();
    render(null, this.#place);
    this.#titles.disconnect();
    window.removeEventListener("popstate", this.#onPage);
    count(0);
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
    return shared(`livechat:${url}${subject(identity)}`, shown => new VisitorChat(options, shown));
  }

  /** The visitor has said who it is. */
  #introduce(details: Details): void {
    this.#settings = { ...this.#settings, ...details, ask: [] };
    this.#chat.introduce(details);
    this.#render();
  }

  /** Begins anew as somebody else. */
  #restart(): void {
    this.#stop();
    this.#chat.disconnect();
    this.#chat = this.#make();
    this.#shown = undefined;
    this.#last = 0;
    this.#follow();
    if (this.#isWanted) {
      this.#connect();
    }
    this.#render();
  }

  #connect(): void {
    this.#isWanted = true;
    const { identity } = this.#settings;
    if (identity !== undefined) {
      // The tab that has the chat may have an older one.
      this.#chat.introduce({ identity });
    }
    this.#chat.connect();
    this.#chat.page(location.href, title());
  }

  /** A single-page app shows another page. */
  readonly #onPage = (): void => {
    if (location.href !== this.#address) {
      this.#address = location.href;
      if (this.#isWanted) {
        this.#chat.page(location.href, title());
      }
    }
    this.#speak();
  };

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
    if (conversation?._id !== this.#shown) {
      this.#shown = conversation?._id;
      this.#last = messages.at(-1)?.seq ?? 0;
    }
    const last = messages.at(-1);
    if (last && last.seq > this.#last) {
      const isNew = last.sender === "agent";
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
    count(isOnly ? unread : 0);
  }

  #render(): void {
    const view = (
      <View
        chat={this.#chat}
        language={this.#language}
        settings={this.#settings}
        introduce={details => this.#introduce(details)}
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

const COUNTED = /^\(\d+\) /;

/** The page's title, without what is counted in it. */
function title(): string {
  return document.title.replace(COUNTED, "");
}

/** Says in the page's title how many messages are unread. */
function count(unread: number): void {
  const counted = unread > 0 ? `(${unread}) ${title()}` : title();
  if (document.title !== counted) {
    document.title = counted;
  }
}

/** What keeps things over a reload, where a page may. */
function keeps(): Keeper | undefined {
  try {
    return guarded(localStorage);
  } catch {
    return undefined;
  }
}

function wanted(locale: string | undefined): readonly string[] {
  return [locale, document.documentElement.lang, ...navigator.languages].filter(each => each !== undefined);
}
