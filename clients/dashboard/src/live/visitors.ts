import { type Failure, type Observable, Store, type VisitorBrief } from "@livechat/client";
import { failureOf } from "../errors.js";
import type { Call } from "../session.js";
import { readPages } from "./pages.js";

/** Who is on the site. */
export interface VisitorsState {
  readonly status: "failed" | "loading" | "ready";
  readonly failure?: Failure;
  /** Those who are there, who came last first. */
  readonly visitors: readonly VisitorBrief[];
  /** Whether there are more of them than are shown. */
  readonly hasMore: boolean;
}

/** The most that the server gives at once. */
const PAGE = 100;
/** More than these are not shown. */
const MOST = 500;

/** The visitors who are on the site, as they are by now, while somebody looks. */
export class VisitorsOnline implements Observable<VisitorsState> {
  readonly #call: Call;
  readonly #watch: (isWatched: boolean) => Promise<void>;
  readonly #state = new Store<VisitorsState>({ status: "loading", visitors: [], hasMore: false });
  readonly #at = new Map<string, string>();
  #watchers = 0;

  /** `watch` has the connection told of all visitors, or no longer. */
  constructor(call: Call, watch: (isWatched: boolean) => Promise<void>) {
    this.#call = call;
    this.#watch = watch;
  }

  get(): VisitorsState {
    return this.#state.get();
  }

  subscribe(listener: (state: VisitorsState) => void): () => void {
    const stop = this.#state.subscribe(listener);
    this.#watchers += 1;
    if (this.#watchers === 1) {
      void this.#begin();
    }
    return () => {
      stop();
      this.#watchers -= 1;
      if (this.#watchers === 0) {
        void this.#watch(false);
      }
    };
  }

  /** Reads them again, if anybody looks. */
  async refresh(): Promise<void> {
    if (this.#watchers === 0) {
      return;
    }
    try {
      const { rows, cursor } = await readPages(
        from => {
          const query = { online: true, limit: PAGE, ...from };
          return this.#call(api => api.GET("/api/visitors", { params: { query } }));
        },
        ({ visitors }) => visitors,
        MOST,
      );
      this.#state.set({ status: "ready", visitors: rows, hasMore: cursor !== null });
    } catch (error) {
      this.#state.set({ ...this.#state.get(), status: "failed", failure: failureOf(error) });
    }
  }

  /** There is news of some visitors, as of `at`. */
  take(news: readonly VisitorBrief[], at: string): void {
    const { status, visitors, ...state } = this.#state.get();
    const fresh = news.filter(({ _id }) => at >= (this.#at.get(_id) ?? ""));
    for (const { _id } of fresh) {
      this.#at.set(_id, at);
    }
    const changed = new Map(fresh.map(visitor => [visitor._id, visitor]));
    const kept = visitors.map(visitor => changed.get(visitor._id) ?? visitor);
    const known = new Set(visitors.map(({ _id }) => _id));
    const come = fresh.filter(({ _id }) => !known.has(_id));
    this.#state.set({
      ...state,
      status,
      visitors: [...come, ...kept].filter(({ isOnline }) => isOnline).slice(0, MOST),
    });
  }

  async #begin(): Promise<void> {
    await this.#watch(true);
    await this.refresh();
  }
}
