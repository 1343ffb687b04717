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
    /** What the visitor is called, if the site knows. */
    readonly name?: string;
    /** The visitor's email address, if the site knows. */
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
/** Light, dark, or as the system has it. */
export type Theme = "auto" | "dark" | "light";
/** What a page can listen to, with what a listener is given. */
export interface WidgetEvents {
    /** The chat was opened. */
    open: undefined;
    /** The chat was closed. */
    close: undefined;
    /** The other side has written. */
    message: {
        readonly content: string;
    };
    /** How many messages are unread now. */
    unread: number;
}
/** What is called when something happens. */
export type Listener<E extends keyof WidgetEvents> = (data: WidgetEvents[E]) => void;
/** What a page calls, once the script has come. */
export interface LiveChat extends Calls {
    /** Puts the launcher on the page. */
    init(settings?: Partial<Settings>): void;
    /** Opens the chat. */
    open(): void;
    /** Closes the chat; its button stays. */
    close(): void;
    /** Takes the chat and its button out of sight. */
    hide(): void;
    /** Brings the button back. */
    show(): void;
    /** Sends a message in the visitor's name. */
    send(content: string): void;
    /** The visitor is somebody whom the site knows: with the identity that it signed. */
    identify(identity: string): void;
    /** Forgets the visitor, whose conversation goes on under its identity elsewhere. */
    logout(): void;
    /** Speaks another language, as in BCP 47. */
    setLocale(locale: string): void;
    /** Looks light, dark, or as the system has it. */
    setTheme(theme: Theme): void;
    /** Calls `listener` when it happens, until the returned function is called. */
    on<E extends keyof WidgetEvents>(event: E, listener: Listener<E>): () => void;
    /** Takes the widget off the page. */
    destroy(): void;
}
type Plain = Exclude<keyof LiveChat, "on" | "push">;
type PlainCall = {
    [N in Plain]: readonly [N, ...Parameters<LiveChat[N]>];
}[Plain];
/** A call as an array, which waits until the script has come: `["open"]`. */
export type Call = PlainCall | {
    [E in keyof WidgetEvents]: readonly ["on", E, Listener<E>];
}[keyof WidgetEvents];
/** What takes calls before the script has come and after. */
export interface Calls {
    /** Calls `listener` when it happens. */
    push<E extends keyof WidgetEvents>(call: readonly ["on", E, Listener<E>]): unknown;
    /** Carries out a call, at once or when the script has come. */
    push(call: PlainCall): unknown;
}
/** The calls that wait. */
export type Queue = Calls & readonly Call[];
declare global {
    interface Window {
        /** The chat, or the calls that wait for it: `(window.livechat ??= []).push(["open"])` does for both. */
        livechat?: LiveChat | Queue;
    }
}
export {};
