/** Tells those who show a visitor that there is news of it. */
export class VisitorNews {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Calls `listener` when there is news of this visitor, until the returned function is called. */
  on(id: string, listener: () => void): () => void {
    const those = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, those.add(listener));
    return () => {
      those.delete(listener);
      if (those.size === 0 && this.#listeners.get(id) === those) {
        this.#listeners.delete(id);
      }
    };
  }

  /** There is news of a visitor. */
  tell(id: string): void {
    for (const listener of [...(this.#listeners.get(id) ?? [])]) {
      listener();
    }
  }

  /** News may have been missed. */
  tellAll(): void {
    for (const id of [...this.#listeners.keys()]) {
      this.tell(id);
    }
  }
}
