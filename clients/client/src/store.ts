/** A value that can be observed. */
export interface Observable<T> {
  /** What it is now. */
  get(): T;
  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void;
}

/** An {@link Observable} for whoever holds it to change. */
export class Store<T> implements Observable<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) {
      return;
    }
    this.#value = value;
    for (const listener of [...this.#listeners]) {
      listener(value);
    }
  }

  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
