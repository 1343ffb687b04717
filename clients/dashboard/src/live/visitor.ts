import { type Failure, type Observable, Store, type Visitor } from "@livechat/client";
import { failureOf } from "../errors.js";
import type { Call } from "../session.js";
import type { VisitorNews } from "./visitor-news.js";

/** What is known of a visitor. */
export interface VisitorState {
  readonly visitor?: Visitor;
  /** Why it could not be read, or not again. */
  readonly failure?: Failure;
  /** Whether nothing is stored of it any more. */
  readonly isGone?: boolean;
}

/** A visitor with all that is known of it, as it is by now, while somebody looks. */
export class VisitorRecord implements Observable<VisitorState> {
  readonly #call: Call;
  readonly #news: VisitorNews;
  readonly #state = new Store<VisitorState>({});
  #watchers = 0;
  #stop: (() => void) | undefined;
  #reading: Promise<void> | undefined;
  #isStale = false;

  /** The one of this id, read again when `news` has some. */
  constructor(
    readonly id: string,
    call: Call,
    news: VisitorNews,
  ) {
    this.#call = call;
    this.#news = news;
  }

  get(): VisitorState {
    return this.#state.get();
  }

  subscribe(listener: (state: VisitorState) => void): () => void {
    const stop = this.#state.subscribe(listener);
    this.#watchers += 1;
    if (this.#watchers === 1) {
      this.#stop = this.#news.on(this.id, () => void this.refresh());
      void this.refresh();
    }
    return () => {
      stop();
      this.#watchers -= 1;
      if (this.#watchers === 0) {
        this.#stop?.();
      }
    };
  }

  /** Reads it again; once more if there is news while it is read. */
  refresh(): Promise<void> {
    if (this.#reading) {
      this.#isStale = true;
      return this.#reading;
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** The server says what it is by now. */
  take(visitor: Visitor): void {
    this.#state.set({ visitor });
    // What was asked for before may be older.
    this.#isStale = this.#reading !== undefined;
  }

  /** It has been erased. */
  erased(): void {
    this.#state.set({ isGone: true });
    this.#isStale = this.#reading !== undefined;
  }

  async #read(): Promise<void> {
    const params = { path: { id: this.id } };
    do {
      this.#isStale = false;
      try {
        const visitor = await this.#call(api => api.GET("/api/visitors/{id}", { params }));
        this.#state.set({ visitor });
      } catch (error) {
        const failure = failureOf(error);
        const isGone = failure.code === "not_found";
        this.#state.set(isGone ? { isGone } : { ...this.#state.get(), failure });
      }
    } while (this.#isStale);
  }
}
