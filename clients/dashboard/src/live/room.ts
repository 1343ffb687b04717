import {
  type Acks,
  type Ask,
  ChatError,
  type Failure,
  further,
  type Keeper,
  type MarkKind,
  type Marks,
  type Message,
  moved,
  type Observable,
  OthersTyping,
  Outbox,
  type OutgoingMessage,
  type OwnMarks,
  OwnTyping,
  outgoing,
  type Pushed,
  Store,
  type Tell,
  Thread,
  type Typing,
} from "@livechat/client";
import { failureOf } from "../errors.js";
import type { Call } from "../session.js";
import type { Conversations } from "./conversations.js";
import { keptBeside } from "./kept.js";

/** Something that happened to a conversation. */
export type ConversationEvent = Pushed["conversation:event"]["event"];

/** What is shown of an open conversation, beside the conversation itself. */
export interface RoomState {
  readonly status: "failed" | "loading" | "ready";
  /** Why it cannot be shown. */
  readonly failure?: Failure;
  /** The stored messages, in order and without a hole. */
  readonly messages: readonly Message[];
  /** Those on their way, after them. */
  readonly outgoing: readonly OutgoingMessage[];
  readonly marks?: Marks;
  /** What happened, the oldest first. */
  readonly events: readonly ConversationEvent[];
  /** What the visitor does while it types. */
  readonly typing?: Typing;
  /** Whether there are messages before those that are shown. */
  readonly hasEarlier: boolean;
}

/** What a room needs of the desk that it is at. */
export interface RoomNeeds {
  readonly ask: Ask;
  readonly tell: Tell;
  readonly call: Call;
  readonly conversations: Conversations;
  readonly ownMarks: OwnMarks;
  readonly storage: Keeper;
  /** Whose unsent messages are kept. */
  readonly owner: string;
}

/** So many messages are read at once. */
const PAGE = 50;
/** The pause after a look that brought nothing. */
const PAUSE_MS = 1_000;

/** Under what an agent's unsent messages of a conversation are kept. */
export const outboxKey = (owner: string, id: string): string => `livechat:outbox:${owner}:${id}`;

/** A conversation that an agent has open. */
export class Room {
  readonly #needs: RoomNeeds;
  readonly #outbox: Outbox;
  readonly #state: Store<RoomState>;
  readonly #thread = new Thread();
  readonly #ownTyping = new OwnTyping();
  readonly #othersTyping = new OthersTyping(typing => this.#setTyping(typing));
  #wantsRead = 0;
  #filling: Promise<void> | undefined;
  #loading: Promise<void> | undefined;

  constructor(
    readonly id: string,
    needs: RoomNeeds,
  ) {
    this.#needs = needs;
    this.#outbox = new Outbox(
      (message, follows) => this.#deliver(message, follows),
      keptBeside(needs.storage, outboxKey(needs.owner, id)),
    );
    this.#state = new Store<RoomState>({
      status: "loading",
      messages: [],
      outgoing: this.#outbox.messages.get(),
      events: [],
      hasEarlier: false,
    });
    this.#outbox.messages.subscribe(outgoing => this.#set({ outgoing }));
  }

  get state(): Observable<RoomState> {
    return this.#state;
  }

  /** Whether something is on its way. */
  get isBusy(): boolean {
    return this.#outbox.messages.get().length > 0;
  }

  /** Reads what is new, and is told what comes from now on. */
  async arrive(ask: Ask): Promise<void> {
    const { last } = this.#thread;
    const isFirst = last === 0;
    try {
      const [joined, { events }] = await Promise.all([
        ask("conversation:join", { conversationId: this.id, ...(!isFirst && { after: last }) }),
        this.#needs.call(api =>
          api.GET("/api/conversations/{id}/events", { params: { path: { id: this.id } } }),
        ),
      ]);
      const hasEarlier = isFirst ? { hasEarlier: joined.hasMore } : {};
      if (isFirst) {
        this.#thread.begin(joined.messages);
      }
      this.#take(joined, { status: "ready", events: this.#with(events), ...hasEarlier });
      if (!isFirst && joined.hasMore) {
        await this.#catchUp(ask);
      }
    } catch (error) {
      if (isFirst && !(error instanceof ChatError && error.isTransient)) {
        this.#set({ status: "failed", failure: failureOf(error) });
      }
      throw error;
    }
    this.#fill();
  }

  /** What is written and read is told from now on. */
  resume(): void {
    this.#outbox.open();
    this.#tellRead();
  }

  /** Nothing is sent while there is no connection. */
  pause(): void {
    this.#outbox.close();
  }

  send(content: string): void {
    this.#ownTyping.end();
    this.#outbox.add(outgoing(content));
  }

  retry(clientMessageId: string): void {
    this.#outbox.retry(clientMessageId);
  }

  discard(clientMessageId: string): void {
    this.#outbox.discard(clientMessageId);
  }

  /** The agent types, or has stopped; to be called as often as it happens. */
  type(isTyping: boolean): void {
    if (this.#ownTyping.isNews(isTyping)) {
      this.#needs.tell(isTyping ? "typing:start" : "typing:stop", { conversationId: this.id });
    }
  }

  /** The agent sees what is shown. */
  read(): void {
    const upTo = this.#thread.messages.findLast(({ sender }) => sender === "visitor")?.seq ?? 0;
    if (upTo > this.#readTo) {
      this.#needs.conversations.read({ conversationId: this.id, sender: "agent", upTo, unreadCount: 0 });
    }
    if (upTo > Math.max(this.#readTo, this.#wantsRead)) {
      this.#wantsRead = upTo;
      this.#tellRead();
    }
  }

  /**
   * Shows the messages before those that are shown.
   *
   * @throws ChatError
   */
  loadEarlier(): Promise<void> {
    this.#loading ??= this.#loadEarlier().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** A message has been pushed. */
  receive(message: Message): void {
    this.#add([message]);
    if (message.sender === "visitor") {
      this.#othersTyping.end();
    }
    this.#fill();
  }

  /** Something has happened. */
  happened(event: ConversationEvent): void {
    this.#set({ events: this.#with([event]) });
  }

  /** What is known to have happened, with more of it; each once, the oldest first. */
  #with(more: readonly ConversationEvent[]): readonly ConversationEvent[] {
    const known = new Map([...this.#state.get().events, ...more].map(event => [event._id, event]));
    return [...known.values()].sort((one, other) => (one.at < other.at ? -1 : 1));
  }

  marked(
    mark: Pick<Pushed["message:read"], "sender" | "upTo">,
    at: string,
    kinds: readonly MarkKind[],
  ): void {
    this.#mark(mark, at, kinds);
  }

  typing(name: string | null | undefined): void {
    if (name === undefined) {
      this.#othersTyping.end();
    } else {
      this.#othersTyping.start(name);
    }
  }

  async #loadEarlier(): Promise<void> {
    const path = { conversationId: this.id };
    const query = { before: this.#thread.first, limit: PAGE };
    const { messages } = await this.#needs.call(api =>
      api.GET("/api/messages/{conversationId}", { params: { path, query } }),
    );
    this.#thread.prepend(messages);
    this.#set({ messages: this.#thread.messages, hasEarlier: this.#thread.first > 1 });
  }

  /** Reads all that comes after what is shown. */
  async #catchUp(ask: Ask): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const joined = await ask("conversation:join", { conversationId: this.id, after: this.#thread.last });
      this.#take(joined);
      hasMore = joined.hasMore;
    }
  }

  #take({ conversation, messages, marks }: Acks["conversation:join"], more: Partial<RoomState> = {}): void {
    this.#needs.conversations.take(conversation);
    this.#add(messages, { marks: further(this.#state.get().marks, marks), ...more });
  }

  #fill(): void {
    if (!this.#thread.hasHole || this.#filling || this.#state.get().status !== "ready") {
      return;
    }
    this.#filling = this.#catchUp(this.#needs.ask)
      .then(
        () => true,
        error => error instanceof ChatError && error.isTransient,
      )
      .then(mayGoOn => {
        this.#filling = undefined;
        // Another one may have been lost meanwhile.
        if (mayGoOn && this.#thread.hasHole) {
          setTimeout(() => this.#fill(), PAUSE_MS);
        }
      });
  }

  async #deliver({ content, clientMessageId }: OutgoingMessage, follows: string | undefined): Promise<void> {
    const data = { conversationId: this.id, content, clientMessageId };
    const { message } = await this.#needs.ask(
      "message:send",
      follows === undefined ? data : { ...data, follows },
    );
    this.#needs.conversations.message(message);
    this.receive(message);
  }

  #add(messages: readonly Message[], more: Partial<RoomState> = {}): void {
    this.#thread.add(messages);
    for (const { clientMessageId } of messages) {
      if (clientMessageId !== null) {
        this.#outbox.done(clientMessageId);
      }
    }
    this.#set({ messages: this.#thread.messages, ...more });
  }

  #mark(mark: Pick<Pushed["message:read"], "sender" | "upTo">, at: string, kinds: readonly MarkKind[]): void {
    this.#set({ marks: moved(this.#state.get().marks, mark, at, kinds) });
  }

  /** How far the server knows that it was read. */
  get #readTo(): number {
    return this.#state.get().marks?.agent.read.upTo ?? 0;
  }

  /** Tells what the agent has read, unless the server knows: what was lost goes out again after a reconnect. */
  #tellRead(): void {
    if (this.#wantsRead > this.#readTo) {
      this.#needs.ownMarks.reach(this.id, "read", this.#wantsRead);
    }
  }

  #setTyping(typing: Typing | undefined): void {
    const { typing: _, ...state } = this.#state.get();
    this.#state.set(typing ? { ...state, typing } : state);
  }

  #set(change: Partial<RoomState>): void {
    this.#state.set({ ...this.#state.get(), ...change });
  }
}
