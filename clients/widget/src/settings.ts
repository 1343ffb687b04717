import type { Settings, WidgetEvents } from "./api.js";

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
