import { ChatError, type Failure } from "./errors.js";
import type { Keeper } from "./storage.js";
import { type Observable, Store } from "./store.js";

/** A message that is not stored yet. */
export interface OutgoingMessage {
  /** What it is known by, so that it is stored once however often it is sent. */
  readonly clientMessageId: string;
  readonly content: string;
  /** When it was written, in milliseconds since 1970. */
  readonly createdAt: number;
  /** Why it was refused: it waits for {@link Outbox.retry} or {@link Outbox.discard}. */
  readonly failed?: Failure;
}

/** Sends one message; `follows` is the `clientMessageId` of the one that is on its way before it. */
export type Deliver = (message: OutgoingMessage, follows: string | undefined) => Promise<void>;

/** Where an {@link Outbox} is kept over a reload. */
export interface Keep {
  load(): readonly OutgoingMessage[];
  save(messages: readonly OutgoingMessage[]): void;
}

/** Keeps them in a storage, under a name; what cannot be read any more is nothing. */
export function keptIn(storage: Keeper, key: string): Keep {
  return {
    load: () => {
      try {
        const kept: unknown = JSON.parse(storage.getItem(key) ?? "[]");
        return Array.isArray(kept) ? kept : [];
      } catch {
        return [];
      }
    },
    save: messages =>
      messages.length > 0 ? storage.setItem(key, JSON.stringify(messages)) : storage.removeItem(key),
  };
}

/** So many messages are on their way at once. */
const IN_FLIGHT = 8;
/** The pause after a try that brought nothing. */
const PAUSE_MS = 1_000;

/** Messages on their way, in the order in which they were written: each is sent until it is stored or refused. */
export class Outbox {
  readonly #deliver: Deliver;
  readonly #keep: Keep | undefined;
  readonly #messages: Store<readonly OutgoingMessage[]>;
  readonly #inFlight = new Set<string>();
  #isOpen = false;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(deliver: Deliver, keep?: Keep) {
    this.#deliver = deliver;
    this.#keep = keep;
    this.#messages = new Store(keep?.load() ?? []);
  }

  /** What is not stored yet. */
  get messages(): Observable<readonly OutgoingMessage[]> {
    return this.#messages;
  }

  /** Adds a message, unless it is there. */
  add(message: OutgoingMessage): void {
    const messages = this.#messages.get();
    if (!messages.some(({ clientMessageId }) => clientMessageId === message.clientMessageId)) {
      this.#set([...messages, message]);
      this.#pump();
    }
  }

  /** Sends a refused message again. */
  retry(id: string): void {
    this.#change(id, ({ failed: _, ...message }) => message);
    this.#pump();
  }

  /** Gives a message up, and says what it was; not while it is on its way. */
  discard(id: string): OutgoingMessage | undefined {
    const message = this.#messages.get().find(({ clientMessageId }) => clientMessageId === id);
    if (!message || this.#inFlight.has(id)) {
      return undefined;
    }
    this.done(id);
    return message;
  }

  /** Takes out what is stored. */
  done(id: string): void {
    this.#set(this.#messages.get().filter(({ clientMessageId }) => clientMessageId !== id));
  }

  /** Takes out everything. */
  clear(): void {
    this.#set([]);
  }

  /** Sends from now on. */
  open(): void {
    this.#isOpen = true;
    this.#pump();
  }

  /** Sends nothing from now on. */
  close(): void {
    this.#isOpen = false;
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #set(messages: readonly OutgoingMessage[]): void {
    this.#messages.set(messages);
    this.#keep?.save(messages);
  }

  #change(id: string, change: (message: OutgoingMessage) => OutgoingMessage): void {
    const changed = (message: OutgoingMessage) =>
      message.clientMessageId === id ? change(message) : message;
    this.#set(this.#messages.get().map(changed));
  }

  #pump(): void {
    if (!this.#isOpen || this.#pause !== undefined) {
      return;
    }
    let before: string | undefined;
    for (const message of this.#messages.get()) {
      const id = message.clientMessageId;
      if (message.failed) {
        continue;
      }
      if (!this.#inFlight.has(id)) {
        if (this.#inFlight.size >= IN_FLIGHT) {
          return;
        }
        void this.#send(message, before);
      }
      before = id;
    }
  }

  async #send(message: OutgoingMessage, follows: string | undefined): Promise<void> {
    const id = message.clientMessageId;
    this.#inFlight.add(id);
    try {
      await this.#deliver(message, follows);
      this.#inFlight.delete(id);
      this.done(id);
    } catch (cause) {
      this.#inFlight.delete(id);
      if (cause instanceof ChatError && cause.isTransient) {
        this.#rest(cause.retryAfter === undefined ? PAUSE_MS : cause.retryAfter * 1000);
      } else {
        const error = cause instanceof ChatError ? cause : new ChatError("internal", String(cause));
        this.#change(id, outgoing => ({ ...outgoing, failed: error.plain() }));
      }
    }
    this.#pump();
  }

  #rest(time: number): void {
    if (this.#isOpen && this.#pause === undefined) {
      this.#pause = setTimeout(() => {
        this.#pause = undefined;
        this.#pump();
      }, time);
    }
  }
}
