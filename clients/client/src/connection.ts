import { ChatError, type Failure } from "./errors.js";
import { type Observable, Store } from "./store.js";
import type { Acks, Closing, ErrorData, Pushed, Sent } from "./wire.js";

/** How a connection is. */
export type ConnectionState =
  | { readonly status: "idle" }
  | { readonly status: "connecting"; readonly since: number }
  | { readonly status: "online" }
  /** It will come back by itself; `since` is in milliseconds since 1970. */
  | { readonly status: "offline"; readonly since: number }
  /** It does not come back by itself. */
  | { readonly status: "refused"; readonly why: Failure };

/** Sends an event and waits for its `ack`. */
export type Ask = <E extends keyof Sent>(event: E, data: Sent[E]) => Promise<Acks[E]>;

/**
 * Sends an event whose `ack` nobody needs: none comes back, and nobody hears whether it was done. False while there is no
 * connection, when nothing is sent.
 */
export type Tell = <E extends keyof Sent>(event: E, data: Sent[E]) => boolean;

/** What a {@link Connection} needs. */
export interface ConnectionOptions {
  /** Where the WebSocket is; it may be looked up anew before each try. */
  readonly url: () => string | Promise<string>;
  /** Proves who it is, with the first frame of each new socket. */
  readonly authenticate: (ask: Ask) => Promise<void>;
}

/** How long an answer may take. */
const ANSWER_MS = 12_000;
/** How long a socket may take to open. */
const OPEN_MS = 15_000;
/** How long a ping may take that asks whether a socket still lives. */
const ALIVE_MS = 5_000;
/** API Gateway ends a connection after 10 minutes without traffic; browsers hold up timers for a minute. */
const PING_MS = 9 * 60_000;
/** A socket that has been heard so lately is not asked whether it lives. */
const TRUSTED_MS = 30_000;
/** API Gateway ends a connection after 2 hours in any case. */
const LIFETIME_MS = 115 * 60_000;
/** The longest pause between two tries. */
const LONGEST_PAUSE_MS = 30_000;
/** What the server lets nobody in for, after it closed a connection that went on past its limits. */
const RATE_LIMITED_SECONDS = 60;

/** The reasons of a close after which it makes no sense to come back by oneself. */
const FINAL: ReadonlySet<Closing> = new Set([
  "banned",
  "erased",
  "logged_out",
  "password_changed",
  "session_ended",
]);

/** What is to come back for a frame: an `ack`, what its event brings, or nothing but an error. */
type Answering = { readonly id: string } | { readonly quiet: true } | Record<never, never>;

interface Waiting {
  readonly resolve: (data: never) => void;
  readonly reject: (error: ChatError) => void;
}

type Listener<E extends keyof Pushed> = (data: Pushed[E]) => void;

/** A connection to the live chat that comes back when it is lost. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #state = new Store<ConnectionState>({ status: "idle" });
  readonly #listeners = new Map<string, Set<(data: never) => void>>();
  readonly #waiting = new Map<string, Waiting>();
  #socket: WebSocket | undefined;
  #ping: ReturnType<typeof setTimeout> | undefined;
  #doubt: ReturnType<typeof setTimeout> | undefined;
  #end: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;
  #tries = 0;
  #frames = 0;
  #closing: Pushed["connection:closing"] | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** How it is. */
  get state(): Observable<ConnectionState> {
    return this.#state;
  }

  /** Connects, and stays connected until {@link disconnect}. */
  connect(): void {
    const { status } = this.#state.get();
    if (status !== "idle" && status !== "refused") {
      return;
    }
    if (typeof window !== "undefined") {
      window.addEventListener("online", this.#onOnline);
      document.addEventListener("visibilitychange", this.#onSeen);
    }
    this.#tries = 0;
    void this.#open();
  }

  /** Ends the connection. */
  disconnect(): void {
    this.#rest();
    this.#drop(new ChatError("disconnected", "The connection was ended"));
    this.#state.set({ status: "idle" });
  }

  /** Somebody looks again: no pause, and no trust in a socket that has long been quiet. */
  hurry(): void {
    if (this.#retry !== undefined) {
      void this.#open();
    } else if (this.#socket && this.#isOnline && Date.now() - this.#heardAt > TRUSTED_MS) {
      this.#probe(this.#socket, ALIVE_MS);
    }
  }

  /** Sends an event and waits for its `ack`. */
  readonly ask: Ask = (event, data) =>
    this.#isOnline
      ? this.#ask(event, data)
      : Promise.reject(new ChatError("disconnected", "There is no connection"));

  /** Sends an event of which nothing comes back but an error. */
  readonly tell: Tell = (event, data) => {
    if (!this.#socket || !this.#isOnline) {
      return false;
    }
    this.#send(this.#socket, event, data, { quiet: true });
    return true;
  };

  /** Calls `listener` with what is pushed, until the returned function is called. */
  on<E extends keyof Pushed>(event: E, listener: Listener<E>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  get #isOnline(): boolean {
    return this.#state.get().status === "online";
  }

  readonly #ask: Ask = (event, data) => {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new ChatError("disconnected", "There is no connection"));
    }
    this.#frames += 1;
    const id = String(this.#frames);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new ChatError("timeout", `${event} got no answer`));
        if (this.#isOnline) {
          this.#probe(socket, ALIVE_MS);
        }
      }, ANSWER_MS);
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(id);
      };
      this.#waiting.set(id, {
        resolve: answer => {
          done();
          resolve(answer);
        },
        reject: error => {
          done();
          reject(error);
        },
      });
      this.#send(socket, event, data, { id });
    });
  };

  #send<E extends keyof Sent>(socket: WebSocket, event: E, data: Sent[E], answer: Answering = {}): void {
    const action = event.split(":", 1)[0];
    socket.send(JSON.stringify({ action, event, ...answer, data }));
  }

  /** It lives: a ping is needed that much later. What is sent shows nothing of that. */
  #stayAwake(socket: WebSocket): void {
    clearTimeout(this.#ping);
    this.#ping = setTimeout(() => this.#probe(socket, ANSWER_MS), PING_MS);
  }

  async #open(): Promise<void> {
    this.#clearRetry();
    const { status } = this.#state.get();
    this.#state.set(status === "offline" ? this.#state.get() : { status: "connecting", since: Date.now() });
    this.#closing = undefined;
    let socket: WebSocket;
    try {
      socket = new WebSocket(await this.#options.url());
    } catch {
      return this.#lost();
    }
    if (this.#socket || this.#state.get().status === "idle") {
      hangUp(socket);
      return;
    }
    this.#socket = socket;
    const opening = setTimeout(() => this.#fail(socket), OPEN_MS);
    socket.addEventListener("open", () => {
      clearTimeout(opening);
      void this.#introduce(socket);
    });
    socket.addEventListener("message", ({ data }) => this.#receive(socket, data));
    socket.addEventListener("close", () => {
      clearTimeout(opening);
      this.#fail(socket);
    });
  }

  async #introduce(socket: WebSocket): Promise<void> {
    try {
      await this.#options.authenticate(this.#ask);
    } catch (error) {
      if (socket !== this.#socket) {
        return;
      }
      if (!(error instanceof ChatError) || error.isTransient) {
        this.#fail(socket, error instanceof ChatError ? error.retryAfter : undefined);
      } else {
        this.#refuse(error);
      }
      return;
    }
    if (socket !== this.#socket) {
      return;
    }
    this.#tries = 0;
    this.#end = setTimeout(() => this.#fail(socket, 0), LIFETIME_MS);
    this.#state.set({ status: "online" });
  }

  #receive(socket: WebSocket, text: unknown): void {
    if (socket !== this.#socket || typeof text !== "string") {
      return;
    }
    this.#heardAt = Date.now();
    this.#believe();
    this.#stayAwake(socket);
    const { event, id, data } = JSON.parse(text) as { event?: string; id?: string | number; data: unknown };
    const waiting = id === undefined ? undefined : this.#waiting.get(String(id));
    if (event === "ack") {
      waiting?.resolve(data as never);
    } else if (event === "error") {
      waiting?.reject(ChatError.of(data as ErrorData));
    } else if (event !== undefined) {
      if (event === "connection:closing") {
        this.#closing = data as Pushed["connection:closing"];
      }
      for (const listener of [...(this.#listeners.get(event) ?? [])]) {
        listener(data as never);
      }
    }
  }

  /** Gives a socket up; `pause` is the fewest seconds until the next try. */
  #fail(socket: WebSocket, pause?: number): void {
    if (socket !== this.#socket) {
      return;
    }
    const closing = this.#closing;
    if (closing && FINAL.has(closing.code)) {
      const code = closing.code === "banned" ? "banned" : "unauthorized";
      this.#refuse(new ChatError(code, closing.message, { reason: closing.code }));
      return;
    }
    this.#drop(new ChatError("disconnected", "The connection was lost"));
    this.#lost(closing?.code === "rate_limited" ? RATE_LIMITED_SECONDS : pause);
  }

  /** Comes back after a pause: one that grows and has a random part, so that not all come at once. */
  #lost(pause?: number): void {
    const { status } = this.#state.get();
    if (status === "idle" || status === "refused") {
      return;
    }
    if (status !== "offline") {
      this.#state.set({ status: "offline", since: Date.now() });
    }
    const longest = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** this.#tries);
    this.#tries += 1;
    const wait = pause === undefined ? longest * (0.5 + Math.random() / 2) : pause * 1000;
    this.#clearRetry();
    this.#retry = setTimeout(() => void this.#open(), wait);
  }

  #refuse(why: ChatError): void {
    this.#rest();
    this.#drop(why);
    this.#state.set({ status: "refused", why: why.plain() });
  }

  #drop(error: ChatError): void {
    const socket = this.#socket;
    this.#socket = undefined;
    clearTimeout(this.#ping);
    clearTimeout(this.#end);
    this.#believe();
    if (socket) {
      hangUp(socket);
    }
    for (const waiting of [...this.#waiting.values()]) {
      waiting.reject(error);
    }
  }

  #rest(): void {
    this.#clearRetry();
    if (typeof window !== "undefined") {
      window.removeEventListener("online", this.#onOnline);
      document.removeEventListener("visibilitychange", this.#onSeen);
    }
  }

  #clearRetry(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  readonly #onOnline = (): void => {
    // What came over the network before proves nothing.
    this.#heardAt = 0;
    this.hurry();
  };

  readonly #onSeen = (): void => {
    if (document.visibilityState === "visible") {
      this.hurry();
    }
  };

  /** Asks whether a socket still lives; whatever comes is an answer. */
  #probe(socket: WebSocket, patience: number): void {
    if (this.#doubt === undefined) {
      this.#doubt = setTimeout(() => this.#fail(socket, 0), patience);
      this.#send(socket, "ping", {});
    }
  }

  #believe(): void {
    clearTimeout(this.#doubt);
    this.#doubt = undefined;
  }
}

/** Closes a socket; one that is still opening only then, since a browser complains of it in the console. */
function hangUp(socket: WebSocket): void {
  if (socket.readyState === WebSocket.CONNECTING) {
    socket.addEventListener("open", () => socket.close());
  } else {
    socket.close();
  }
}
