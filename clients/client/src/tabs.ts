import { ChatError, type Failure } from "./errors.js";
import type { OutgoingMessage } from "./outbox.js";
import { type Observable, Store } from "./store.js";
import { type Details, NOBODY, type VisitorActions, type VisitorState } from "./visitor.js";

/** A chat that one of a visitor's tabs has for all of them. */
export interface Chat extends VisitorActions {
  readonly state: Observable<VisitorState>;
  connect(): void;
  disconnect(): void;
  forget(): void;
}

type Action = Exclude<keyof Chat, "disconnect" | "state">;

/** What tabs tell each other. */
type Note =
  /** From the tab that has the chat, after each change. */
  | { readonly kind: "state"; readonly state: VisitorState }
  /** From the tab that has the chat now, and from one that has come. */
  | { readonly kind: "leading" | "joined" }
  | { readonly kind: "asked"; readonly id: string; readonly action: Action; readonly data: unknown[] }
  | { readonly kind: "answered"; readonly id: string; readonly failed?: Failure };

interface Asked {
  readonly note: Note;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One connection for all tabs of a visitor: the first tab has it, the others show what it shows and have it do
 * what they want done. When it is closed, the next one takes over.
 */
export class SharedChat implements Chat {
  readonly #make: (shown: VisitorState) => Chat;
  readonly #state: Store<VisitorState>;
  readonly #channel: BroadcastChannel;
  readonly #asked = new Map<string, Asked>();
  readonly #ended = new AbortController();
  readonly #isLeading = new Store(false);
  #own: Chat | undefined;
  #isConnected = false;

  /** `make` makes the chat of the tab that has it; `name` is the same in all tabs of a visitor. */
  constructor(name: string, make: (shown: VisitorState) => Chat) {
    this.#make = make;
    this.#state = new Store(NOBODY);
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener("message", ({ data }) => this.#hear(data as Note));
    this.#tell({ kind: "joined" });
    const { signal } = this.#ended;
    navigator.locks
      .request(name, { signal }, () => {
        this.#lead();
        return new Promise<void>(resolve => signal.addEventListener("abort", () => resolve()));
      })
      .catch(() => {
        // Where a page may have no locks, each tab has a chat of its own.
        if (!signal.aborted && !this.#own) {
          this.#lead();
        }
      });
    document.addEventListener("visibilitychange", this.#onSeen);
  }

  get state(): Observable<VisitorState> {
    return this.#state;
  }

  /** Whether this tab is the one that has the chat: the one to play a sound in. */
  get isLeading(): Observable<boolean> {
    return this.#isLeading;
  }

  connect(): void {
    this.#isConnected = true;
    this.#do("connect");
  }

  /** This tab leaves; the chat goes on in the others. */
  disconnect(): void {
    document.removeEventListener("visibilitychange", this.#onSeen);
    this.#own?.disconnect();
    this.#ended.abort();
    this.#channel.close();
  }

  forget(): void {
    this.#do("forget");
  }

  send(message: OutgoingMessage): void {
    this.#do("send", message);
  }

  retry(clientMessageId: string): void {
    this.#do("retry", clientMessageId);
  }

  discard(clientMessageId: string): void {
    this.#do("discard", clientMessageId);
  }

  read(): void {
    this.#do("read");
  }

  type(isTyping: boolean): void {
    this.#do("type", isTyping);
  }

  page(url: string, title?: string): void {
    this.#do("page", url, title);
  }

  introduce(details: Details): void {
    this.#do("introduce", details);
  }

  hurry(): void {
    this.#do("hurry");
  }

  loadEarlier(): Promise<void> {
    return this.#ask("loadEarlier");
  }

  rate(rating: number, comment?: string): Promise<void> {
    return this.#ask("rate", rating, comment);
  }

  /** The tab that has the chat may be one that nobody sees. */
  readonly #onSeen = (): void => {
    if (document.visibilityState === "visible" && !this.#own) {
      this.hurry();
    }
  };

  #lead(): void {
    const shown = this.#state.get();
    const own = this.#make(shown);
    this.#own = own;
    this.#isLeading.set(true);
    own.state.subscribe(state => this.#show(state));
    this.#show(own.state.get());
    if (this.#isConnected) {
      own.connect();
    }
    for (const message of shown.outgoing) {
      own.send(message);
    }
    this.#tell({ kind: "leading" });
    for (const [id, { note }] of this.#asked) {
      if (note.kind === "asked") {
        void this.#carryOut(id, note.action, note.data);
      }
    }
  }

  #show(state: VisitorState): void {
    this.#state.set(state);
    this.#tell({ kind: "state", state });
  }

  #hear(note: Note): void {
    switch (note.kind) {
      case "state":
        if (!this.#own) {
          this.#state.set(note.state);
        }
        return;
      case "joined":
        if (this.#own) {
          this.#tell({ kind: "state", state: this.#own.state.get() });
        }
        return;
      case "leading":
        if (this.#isConnected) {
          this.#do("connect");
        }
        for (const { note: asked } of this.#asked.values()) {
          this.#tell(asked);
        }
        return;
      case "asked":
        void this.#carryOut(note.id, note.action, note.data);
        return;
      case "answered": {
        const asked = this.#asked.get(note.id);
        this.#asked.delete(note.id);
        if (note.failed === undefined) {
          asked?.resolve();
        } else {
          asked?.reject(ChatError.from(note.failed));
        }
      }
    }
  }

  async #carryOut(id: string, action: Action, data: unknown[]): Promise<void> {
    if (!this.#own) {
      return;
    }
    let answer: Note = { kind: "answered", id };
    try {
      await (this.#own[action] as (...data: unknown[]) => unknown)(...data);
    } catch (cause) {
      const error = cause instanceof ChatError ? cause : new ChatError("internal", String(cause));
      answer = { ...answer, failed: error.plain() };
    }
    this.#tell(answer);
    this.#hear(answer);
  }

  /** Has something done by the tab that has the chat, now or once there is one. */
  #do(action: Action, ...data: unknown[]): void {
    void this.#ask(action, ...data).catch(() => {
      // Nothing of it fails but what is asked for.
    });
  }

  #ask(action: Action, ...data: unknown[]): Promise<void> {
    const id = crypto.randomUUID();
    const note: Note = { kind: "asked", id, action, data };
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { note, resolve, reject });
      if (this.#own) {
        void this.#carryOut(id, action, data);
      } else {
        this.#tell(note);
      }
    });
  }

  #tell(note: Note): void {
    if (!this.#ended.signal.aborted) {
      this.#channel.postMessage(note);
    }
  }
}

/** A {@link SharedChat} where the browser lets tabs speak to each other, else one of this tab's own. */
export function shared(name: string, make: (shown: VisitorState) => Chat): Chat {
  const canShare = typeof BroadcastChannel !== "undefined" && "locks" in (globalThis.navigator ?? {});
  return canShare ? new SharedChat(name, make) : make(NOBODY);
}
