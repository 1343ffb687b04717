import type { Message } from "./wire.js";

/** The messages of a conversation as they are shown: by their `seq`, each once, without a hole. */
export class Thread {
  /** Without a hole, in order. */
  #shown: readonly Message[] = [];
  /** What came too early, by `seq`. */
  readonly #early = new Map<number, Message>();

  /** What can be shown, in order. */
  get messages(): readonly Message[] {
    return this.#shown;
  }

  /** The `seq` of the last message that can be shown; 0 without one. */
  get last(): number {
    return this.#shown.at(-1)?.seq ?? 0;
  }

  /** The `seq` of the first message that can be shown; 0 without one. */
  get first(): number {
    return this.#shown[0]?.seq ?? 0;
  }

  /** Whether a message has come before another one that precedes it. */
  get hasHole(): boolean {
    return this.#early.size > 0;
  }

  /** Adds messages in any order, some of them again. */
  add(messages: readonly Message[]): void {
    for (const message of messages) {
      if (message.seq > this.last) {
        this.#early.set(message.seq, message);
      }
    }
    const next: Message[] = [];
    let last = this.last;
    for (let more = this.#early.get(last + 1); more; more = this.#early.get(last + 1)) {
      next.push(more);
      last = more.seq;
      this.#early.delete(last);
    }
    if (next.length > 0) {
      this.#shown = [...this.#shown, ...next];
    }
  }

  /** Begins with a page, which is without a hole; what came early stays. */
  begin(page: readonly Message[]): void {
    const before = this.#shown;
    this.#shown = page;
    for (const seq of [...this.#early.keys()].filter(seq => seq <= this.last)) {
      this.#early.delete(seq);
    }
    // What was there and is later than the page comes after it.
    this.add(before);
  }

  /** Puts a page before what is there. */
  prepend(page: readonly Message[]): void {
    const first = this.first;
    this.#shown = [...page.filter(({ seq }) => seq < first), ...this.#shown];
  }

  /** Changes what is shown of some messages. */
  mark(change: (message: Message) => Message): void {
    this.#shown = this.#shown.map(change);
  }
}
