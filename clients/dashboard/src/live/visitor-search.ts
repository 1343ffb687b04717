import { type Failure, type Observable, Store, type Visitor } from "@livechat/client";
import { failureOf } from "../errors.js";
import type { Call } from "../session.js";
import type { From } from "./pages.js";

/** What a search has found. */
export interface SearchState {
  readonly isLoading: boolean;
  readonly failure?: Failure;
  /** Those who were found, who was seen last first; none of them before the first page has come. */
  readonly found?: readonly Visitor[];
  /** Whether there are more. */
  readonly hasMore: boolean;
  /** Whether all were looked through. */
  readonly isComplete: boolean;
}

/** So many are read at once. */
const PAGE = 50;

/** A search among all visitors, page by page. */
export class VisitorSearch {
  readonly #call: Call;
  readonly #q: string;
  readonly #state = new Store<SearchState>({ isLoading: true, hasMore: false, isComplete: true });
  #from: From = {};
  #reading: Promise<void> | undefined;

  constructor(q: string, call: Call) {
    this.#q = q;
    this.#call = call;
    void this.more();
  }

  get state(): Observable<SearchState> {
    return this.#state;
  }

  /** Reads the next page. */
  more(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { failure: _, ...before } = this.#state.get();
    this.#state.set({ ...before, isLoading: true });
    try {
      const query = { q: this.#q, limit: PAGE, ...this.#from };
      const page = await this.#call(api => api.GET("/api/visitors", { params: { query } }));
      const cursor = page.nextCursor ?? null;
      this.#from = cursor === null ? {} : { cursor };
      this.#state.set({
        isLoading: false,
        found: [...(before.found ?? []), ...page.visitors],
        hasMore: cursor !== null,
        isComplete: page.isComplete ?? true,
      });
    } catch (error) {
      this.#state.set({ ...before, isLoading: false, failure: failureOf(error) });
    }
  }
}
