import {
  ChatError,
  type Conversation,
  type ConversationStatus,
  type Failure,
  type Observable,
  type Priority,
  Store,
} from "@livechat/client";
import { failureOf } from "../errors.js";
import type { Call } from "../session.js";
import type { Conversations } from "./conversations.js";
import { type From, readPages } from "./pages.js";

/** Which conversations, and in which order. */
export interface Query {
  /** An agent's id; null for those that nobody holds. */
  readonly agent?: string | null;
  readonly status?: ConversationStatus;
  readonly priority?: Priority;
  readonly tag?: string;
  readonly visitor?: string;
  readonly q?: string;
  /** The latest message first, or who waits longest. */
  readonly sort?: "latest" | "waiting";
}

/** What a list shows. */
export interface ListState {
  readonly status: "failed" | "loading" | "ready";
  readonly failure?: Failure;
  readonly conversations: readonly Conversation[];
  /** Whether there are more after them. */
  readonly hasMore: boolean;
  /** Whether all that was asked for was looked through. */
  readonly isComplete: boolean;
}

const PAGE = 50;
/** The most that the server gives at once. */
const LARGEST_PAGE = 100;

/** Conversations of one kind, in order, kept as they are by now. */
export class ConversationList {
  readonly #query: Query;
  readonly #call: Call;
  readonly #known: Conversations;
  readonly #state = new Store<ListState>({
    status: "loading",
    conversations: [],
    hasMore: false,
    isComplete: true,
  });
  readonly #stop: () => void;
  /** What has changed since something was asked for that has not come yet. */
  #touched: Set<string> | undefined;
  #cursor: string | null = null;
  #reading: Promise<void> | undefined;
  #isStale = false;

  constructor(query: Query, call: Call, known: Conversations) {
    this.#query = query;
    this.#call = call;
    this.#known = known;
    this.#stop = known.onChange(conversation => this.#follow(conversation));
    void this.refresh();
  }

  get state(): Observable<ListState> {
    return this.#state;
  }

  /** Follows no longer. */
  close(): void {
    this.#stop();
  }

  /** Reads what is shown again, as far as it goes. */
  refresh(): Promise<void> {
    if (this.#reading) {
      this.#isStale = true;
      return this.#reading;
    }
    return this.#work(async () => {
      const wanted = Math.max(PAGE, this.#state.get().conversations.length);
      const limit = Math.min(LARGEST_PAGE, wanted);
      const { rows, last, cursor } = await readPages(
        from => this.#ask(limit, from),
        ({ conversations }) => conversations,
        wanted,
      );
      this.#show(rows, cursor, last.isComplete ?? true);
    });
  }

  /** Shows the next ones, too. */
  more(): Promise<void> {
    const cursor = this.#cursor;
    if (this.#reading || cursor === null) {
      return this.#reading ?? Promise.resolve();
    }
    return this.#work(async () => {
      const page = await this.#ask(PAGE, { cursor });
      const rows = [...this.#state.get().conversations, ...page.conversations];
      this.#show(rows, page.nextCursor ?? null, page.isComplete ?? true);
    });
  }

  /** One page, as the server has it. */
  async #ask(limit: number, from: From) {
    const { agent, sort, ...rest } = this.#query;
    const query = {
      ...rest,
      limit,
      ...(agent !== undefined && { assignedTo: agent ?? "none" }),
      ...(sort === "waiting" && { sort }),
      ...from,
    };
    const page = await this.#call(api => api.GET("/api/conversations", { params: { query } }));
    for (const conversation of page.conversations) {
      this.#known.take(conversation);
    }
    return page;
  }

  async #work(work: () => Promise<void>): Promise<void> {
    this.#touched = new Set();
    this.#reading = work();
    try {
      await this.#reading;
    } catch (error) {
      const { status, ...state } = this.#state.get();
      this.#state.set({
        ...state,
        status: status === "ready" ? status : "failed",
        failure: failureOf(error),
      });
      if (!(error instanceof ChatError)) {
        throw error;
      }
    } finally {
      this.#reading = undefined;
      this.#touched = undefined;
    }
    if (this.#isStale) {
      this.#isStale = false;
      await this.refresh();
    }
  }

  /** Shows what was read, as it is by now. */
  #show(read: readonly Conversation[], cursor: string | null, isComplete: boolean): void {
    this.#cursor = cursor;
    const ids = new Set([
      ...read.map(({ _id }) => _id),
      ...(this.#query.q === undefined ? (this.#touched ?? []) : []),
    ]);
    const conversations = [...ids]
      .map(id => this.#known.get(id))
      .filter((conversation): conversation is Conversation => conversation !== undefined)
      .filter(conversation => this.#wants(conversation))
      .sort(this.#order);
    this.#state.set({ status: "ready", conversations, hasMore: cursor !== null, isComplete });
  }

  #follow(conversation: Conversation): void {
    this.#touched?.add(conversation._id);
    const state = this.#state.get();
    if (state.status !== "ready") {
      return;
    }
    const rows = state.conversations;
    const at = rows.findIndex(({ _id }) => _id === conversation._id);
    const isWanted = this.#wants(conversation) && (this.#query.q === undefined || at >= 0);
    if (at < 0 && !isWanted) {
      return;
    }
    const others = at < 0 ? [...rows] : rows.toSpliced(at, 1);
    if (isWanted) {
      const place = this.#placeOf(conversation, others);
      // What comes after the last one that was read is read with the next ones.
      if (place < others.length || !state.hasMore || at >= 0) {
        others.splice(place, 0, conversation);
      }
    }
    this.#state.set({ ...state, conversations: others });
  }

  #wants(conversation: Conversation): boolean {
    const { agent, status, priority, tag, visitor, sort } = this.#query;
    return (
      (agent === undefined || (conversation.assignedAgent?._id ?? null) === agent) &&
      (status === undefined || conversation.status === status) &&
      (priority === undefined || conversation.priority === priority) &&
      (tag === undefined || conversation.tags.includes(tag)) &&
      (visitor === undefined || conversation.visitor._id === visitor) &&
      (sort !== "waiting" || conversation.waitingSince !== null)
    );
  }

  /** Where a conversation belongs among others that are in order. */
  #placeOf(conversation: Conversation, others: readonly Conversation[]): number {
    let [from, to] = [0, others.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const other = others[middle];
      if (other && this.#order(conversation, other) > 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  readonly #order = (one: Conversation, other: Conversation): number => {
    const isByWaiting = this.#query.sort === "waiting";
    const time = ({ waitingSince, lastMessageAt, createdAt }: Conversation) =>
      isByWaiting ? (waitingSince ?? "") : (lastMessageAt ?? createdAt);
    const [a, b] = [time(one), time(other)];
    const isLess = a === b ? one._id < other._id : a < b;
    return isLess === isByWaiting ? -1 : 1;
  };
}
