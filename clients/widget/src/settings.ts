/** How the widget looks and behaves; each can stand in the script's element as `data-…`. */
export interface Settings {
  /** Where the live chat is: the origin that the script comes from, unless it is said. */
  readonly url: string;
  /** Its language, as in BCP 47; the page's, else the browser's, unless it is said. */
  readonly locale?: string;
  /** `auto`, the system's, unless it is said. */
  readonly theme?: Theme;
  /** The heading of the chat. */
  readonly title?: string;
  /** What is said before the first message. */
  readonly greeting?: string;
  /** What a visitor is asked for before the first message: nothing, unless it is said. */
  readonly ask?: readonly ("email" | "name")[];
  readonly name?: string;
  readonly email?: string;
  /** A visitor whom the site knows: the identity that it signed. */
  readonly identity?: string;
  /** Whether visitors who only look are announced, for which a connection is opened: false unless it is said. */
  readonly announce?: boolean;
  /** Whether a message of the other side can be heard: true unless it is said. */
  readonly sound?: boolean;
  /** Whether the launcher is hidden until `show`. */
  readonly hidden?: boolean;
}

export type Theme = "auto" | "dark" | "light";

/** What a page can listen to. */
export interface WidgetEvents {
  open: undefined;
  close: undefined;
  /** The other side has written. */
  message: { readonly content: string };
  /** How many messages are unread now. */
  unread: number;
}

/** The chat itself, once it is loaded. */
export interface Panel {
  open(): void;
  close(): void;
  send(content: string): void;
  identify(identity: string): void;
  logout(): void;
  setLocale(locale: string): void;
  /** Takes it off the page; the chat goes on in the visitor's other tabs. */
  destroy(): void;
}

/** What the chat tells the launcher. */
export interface Launcher {
  /** Where the chat goes. */
  readonly root: ShadowRoot;
  readonly settings: Settings;
  emit<E extends keyof WidgetEvents>(event: E, data: WidgetEvents[E]): void;
  /** How many messages are unread, and what the button is called now. */
  label(text: string, unread: number): void;
  /** The visitor has closed the chat. */
  closed(): void;
}

/** What the visitor's browser keeps: that there is an open conversation, so that a page connects at once. */
export const CHATTING = "livechat:chatting";
