/** A notice of typing ends by itself after so long (`docs/protocol.md`, Typing). */
const ENDS_MS = 8_000;
/** It is repeated no sooner than it must be to be there before that: each frame costs something. */
const AGAIN_MS = 7_000;

/** What one tells the others of one's own typing: not more often than it makes sense. */
export class OwnTyping {
  #toldAt = 0;

  /** Whether this is to be told now. */
  isNews(isTyping: boolean): boolean {
    const now = Date.now();
    if (isTyping ? now - this.#toldAt < AGAIN_MS : this.#toldAt === 0) {
      return false;
    }
    this.#toldAt = isTyping ? now : 0;
    return true;
  }

  /** What was sent has ended it, for everybody. */
  end(): void {
    this.#toldAt = 0;
  }
}

/** Who types on the other side. */
export interface Typing {
  readonly name: string | null;
}

/** What is shown of the other side's typing: it ends by itself. */
export class OthersTyping {
  readonly #show: (typing: Typing | undefined) => void;
  #ends: ReturnType<typeof setTimeout> | undefined;

  constructor(show: (typing: Typing | undefined) => void) {
    this.#show = show;
  }

  start(name: string | null): void {
    clearTimeout(this.#ends);
    this.#ends = setTimeout(() => this.end(), ENDS_MS);
    this.#show({ name });
  }

  end(): void {
    clearTimeout(this.#ends);
    if (this.#ends !== undefined) {
      this.#ends = undefined;
      this.#show(undefined);
    }
  }
}
