/** Where things are kept over a reload. */
export type Keeper = Pick<Storage, "getItem" | "removeItem" | "setItem">;

/** A storage that may be full or forbidden: then nothing is kept, and nothing else goes wrong. */
export function guarded(storage: Keeper): Keeper {
  const attempt = <T>(work: () => T): T | null => {
    try {
      return work();
    } catch {
      return null;
    }
  };
  return {
    getItem: key => attempt(() => storage.getItem(key)),
    removeItem: key => void attempt(() => storage.removeItem(key)),
    setItem: (key, value) => void attempt(() => storage.setItem(key, value)),
  };
}
