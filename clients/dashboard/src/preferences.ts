import { guarded, type Keeper, type Observable, Store } from "@livechat/client";

/** How somebody wants it in this browser. */
export interface Preferences {
  readonly theme: "auto" | "dark" | "light";
  /** The browser's languages without it. */
  readonly locale?: string | undefined;
  readonly sound: boolean;
  /** Whether the browser is to show what comes while nobody looks. */
  readonly notifications: boolean;
}

const KEY = "livechat:preferences";
const USUAL: Preferences = { theme: "auto", sound: true, notifications: false };

/** What somebody prefers, kept over a reload. */
export class KeptPreferences implements Observable<Preferences> {
  readonly #storage: Keeper;
  readonly #store: Store<Preferences>;
  readonly subscribe: Observable<Preferences>["subscribe"];

  constructor(storage: Keeper) {
    this.#storage = guarded(storage);
    this.#store = new Store(this.#read());
    this.subscribe = listener => this.#store.subscribe(listener);
    window.addEventListener("storage", ({ key }) => key === KEY && this.#store.set(this.#read()));
  }

  get(): Preferences {
    return this.#store.get();
  }

  change(change: Partial<Preferences>): void {
    const preferences = { ...this.get(), ...change };
    this.#storage.setItem(KEY, JSON.stringify(preferences));
    this.#store.set(preferences);
  }

  #read(): Preferences {
    try {
      return { ...USUAL, ...(JSON.parse(this.#storage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
    } catch {
      return USUAL;
    }
  }
}
