import { type Failure, type Observable, Store, type Visitor, type VisitorBrief } from "@livechat/client";
import { failureOf } from "../errors.js";
import type { Call } from "../session.js";
import { readPages } from "./pages.js";
import type { VisitorNews } from "./visitor-news.js";

/** A visitor who is on the site. */
export interface Present {
  readonly visitor: VisitorBrief;
  /** Since when it is where it is now. */
  readonly since: string;
}

/** Who is on the site. */
export interface VisitorsState {
  readonly status: "failed" | "loading" | "ready";
  readonly failure?: Failure;
  /** Those who are there, who came last first. */
  readonly present: readonly Present[];
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
  readonly #news: VisitorNews;
  readonly #state = new Store<VisitorsState>({ status: "loading", present: [], hasMore: false });
  /** Of when the last news of each visitor is. */
  readonly #at = new Map<string, string>();
  /** What has come since they were asked for, while they have not come yet. */
  #meanwhile: { readonly visitor: VisitorBrief; readonly at: string }[] | undefined;
  #reading: Promise<void> | undefined;
  #isStale = false;
  #watchers = 0;

  /** `watch` has the connection told of all visitors, or no longer; `news` hears of each. */
  constructor(call: Call, watch: (isWatched: boolean) => Promise<void>, news: VisitorNews) {
    this.#call = call;
    this.#watch = watch;
    this.#news = news;
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
  refresh(): Promise<void> {
    if (this.#watchers === 0) {
      return Promise.resolve();
    }
    if (this.#reading) {
      this.#isStale = true;
      return this.#reading;
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
      this.#meanwhile = undefined;
    });
    return this.#reading.then(() => {
      if (this.#isStale) {
        this.#isStale = false;
        return this.refresh();
      }
      return undefined;
    });
  }

  /** There is news of some visitors, as of `at`. */
  take(news: readonly VisitorBrief[], at: string): void {
    const fresh = news.filter(({ _id }) => at >= (this.#at.get(_id) ?? ""));
    for (const visitor of fresh) {
      this.#at.set(visitor._id, at);
      this.#meanwhile?.push({ visitor, at });
    }
    const state = this.#state.get();
    this.#state.set({ ...state, present: merged(state.present, fresh, at) });
    for (const { _id } of fresh) {
      this.#news.tell(_id);
    }
  }

  async #begin(): Promise<void> {
    await this.#watch(true);
    await this.refresh();
  }

  async #read(): Promise<void> {
    this.#meanwhile = [];
    try {
      const { rows, cursor } = await readPages(
        from => {
          const query = { online: true, limit: PAGE, ...from };
          return this.#call(api => api.GET("/api/visitors", { params: { query } }));
        },
        ({ visitors }) => visitors,
        MOST,
      );
      const meanwhile = this.#meanwhile;
      const present = meanwhile.reduce<readonly Present[]>(
        (present, { visitor, at }) => merged(present, [visitor], at),
        rows.map(presentOf),
      );
      this.#at.clear();
      for (const { visitor, at } of meanwhile) {
        this.#at.set(visitor._id, at);
      }
      this.#state.set({ status: "ready", present, hasMore: cursor !== null });
    } catch (error) {
      this.#state.set({ ...this.#state.get(), status: "failed", failure: failureOf(error) });
    }
  }
}

/** What a list says of a visitor who is there: it was seen last when it came to where it is. */
function presentOf(visitor: Visitor): Present {
  return { visitor, since: visitor.lastSeen };
}

/** Those who are there after some news: who is new comes first, and nobody else moves. */
function merged(present: readonly Present[], news: readonly VisitorBrief[], at: string): Present[] {
  const changed = new Map(news.map(visitor => [visitor._id, visitor]));
  const kept = present.map(known => {
    const visitor = changed.get(known.visitor._id);
    changed.delete(known.visitor._id);
    // What was read may be newer than what came while it was read.
    if (!visitor || at < known.since) {
      return known;
    }
    return { visitor, since: hasMoved(known.visitor, visitor) ? at : known.since };
  });
  const come = [...changed.values()].map(visitor => ({ visitor, since: at }));
  return [...come, ...kept].filter(({ visitor }) => visitor.isOnline).slice(0, MOST);
}

function hasMoved(before: VisitorBrief, after: VisitorBrief): boolean {
  return before.currentPage !== after.currentPage;
}
