import {
  type Ask,
  ChatError,
  Connection,
  type ConnectionState,
  type Conversation,
  guarded,
  type Keeper,
  type Message,
  type Observable,
  OwnMarks,
  type Sent,
  type VisitorBrief,
  webSocketUrl,
} from "@livechat/client";
import { type Call, expiry, type Self, type Session } from "../session.js";
import { Conversations } from "./conversations.js";
import { ConversationList, type Query } from "./list.js";
import { outboxKey, Room } from "./room.js";
import { Team } from "./team.js";
import { VisitorNews } from "./visitor-news.js";
import { VisitorsOnline } from "./visitors.js";

/** Calls of what has come, for whoever is to be told. */
export interface Told {
  /** A visitor's message has come. */
  message(message: Message): void;
  /** A conversation has been started. */
  conversation(conversation: Conversation): void;
}

/** What a connection is told of beside its own conversations. */
type Watch = Required<Pick<Sent["agent:connect"], "visitors" | "watch">>;

/** By how much clocks may differ (`docs/protocol.md`, Users and tokens). */
const CLOCKS_MS = 31_000;
/** The shortest time for which a token is believed, and the longest that a timer takes. */
const [SHORTEST_MS, LONGEST_MS] = [60_000, 2 ** 31 - 1] as const;

/** What an agent works with: one connection, and all that it keeps up to date. */
export class Desk {
  readonly conversations = new Conversations();
  readonly team: Team;
  readonly visitors: VisitorsOnline;
  readonly visitorNews = new VisitorNews();
  readonly call: Call;
  /** The id of the agent. */
  readonly owner: string;
  readonly #session: Session;
  readonly #storage: Keeper;
  readonly #connection: Connection;
  readonly #ownMarks: OwnMarks;
  readonly #rooms = new Map<string, Room>();
  readonly #lists = new Map<string, { readonly list: ConversationList; users: number }>();
  readonly #told = new Set<Told>();
  /** The conversations that are open no more, and that the connection has joined still. */
  readonly #joined = new Set<string>();
  /** The conversations that are being left. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #stop: () => void;
  /** How often each conversation is open: on the way from one view to another, twice for a moment. */
  readonly #openings = new Map<string, number>();
  #watch: Watch = { watch: "mine", visitors: false };
  /** What the connection has been told of it. */
  #toldWatch: Watch | undefined;
  #telling: Promise<void> | undefined;
  #expires: ReturnType<typeof setTimeout> | undefined;
  #webSocketUrl: string | undefined;

  constructor(session: Session, self: Self, storage: Keeper) {
    this.#session = session;
    this.#storage = guarded(storage);
    this.owner = self.id;
    this.call = session.call;
    this.team = new Team(this.call);
    this.visitors = new VisitorsOnline(
      this.call,
      isWatched => this.#watchVisitors(isWatched),
      this.visitorNews,
    );
    this.#connection = new Connection({ url: () => this.#url(), authenticate: ask => this.#arrive(ask) });
    this.#ownMarks = new OwnMarks(this.#connection.tell);
    this.#listen();
    const stops = [
      this.#connection.state.subscribe(state => this.#follow(state)),
      this.conversations.onChange(({ _id }) => this.#part(_id)),
      // Its connection proves nothing any more.
      session.state.subscribe(({ status }) => status === "ended" && this.#connection.disconnect()),
    ];
    this.#stop = () => {
      for (const stop of stops) {
        stop();
      }
    };
    for (const id of this.#unsent(storage)) {
      this.#room(id);
      // Once that is sent.
      this.#leave(id);
    }
    this.#connection.connect();
  }

  /** How the connection is. */
  get connection(): Observable<ConnectionState> {
    return this.#connection.state;
  }

  /** Comes back with a new session. */
  connect(): void {
    this.#connection.connect();
  }

  /** Ends; what is unsent is kept. */
  close(): void {
    this.#stop();
    clearTimeout(this.#expires);
    this.#ownMarks.flush();
    this.#connection.disconnect();
    for (const { list } of this.#lists.values()) {
      list.close();
    }
  }

  /** A list that is kept up to date until it is {@link drop}ped; the same one for all who want the same. */
  list(query: Query): ConversationList {
    const key = JSON.stringify(query, Object.keys(query).sort());
    const known = this.#lists.get(key);
    if (known) {
      known.users += 1;
      return known.list;
    }
    const list = new ConversationList(query, this.call, this.conversations);
    this.#lists.set(key, { list, users: 1 });
    return list;
  }

  drop(list: ConversationList): void {
    for (const [key, kept] of this.#lists) {
      if (kept.list === list) {
        kept.users -= 1;
        if (kept.users === 0) {
          list.close();
          this.#lists.delete(key);
        }
      }
    }
  }

  /** Opens a conversation, until it has been left as often as it was opened. */
  enter(id: string): Room {
    this.#openings.set(id, (this.#openings.get(id) ?? 0) + 1);
    return this.#room(id);
  }

  leave(id: string): void {
    const openings = (this.#openings.get(id) ?? 0) - 1;
    if (openings > 0) {
      this.#openings.set(id, openings);
    } else {
      this.#openings.delete(id);
      this.#leave(id);
    }
  }

  /** Whether the connection is told of the conversations that others hold. */
  watchAll(watchesAll: boolean): void {
    const watch = watchesAll ? "all" : "mine";
    if (watch !== this.#watch.watch) {
      this.#watch = { ...this.#watch, watch };
      // What changed before it was told is not pushed.
      void this.#tellWatch().then(() => (watchesAll ? this.#refreshLists() : undefined));
    }
  }

  /** Has `told` called, until the returned function is called. */
  tell(told: Told): () => void {
    this.#told.add(told);
    return () => this.#told.delete(told);
  }

  async #url(): Promise<string> {
    this.#webSocketUrl ??= await webSocketUrl(this.#session.url);
    return this.#webSocketUrl;
  }

  async #arrive(ask: Ask): Promise<void> {
    const token = this.#session.token ?? "";
    const watch = this.#watch;
    // A new connection has joined nothing.
    this.#joined.clear();
    const { user } = await ask("agent:connect", { token, ...watch });
    this.#toldWatch = watch;
    const { name, email, role, status } = user;
    this.#session.update({ name, email, role, status });
    await this.#reenter(ask);
    this.#outlive(token);
  }

  /**
   * A connection whose token has expired is pushed nothing more, and nobody says so: a new one asks whether the
   * session goes on.
   */
  #outlive(token: string): void {
    clearTimeout(this.#expires);
    const left = Math.max(expiry(token) + CLOCKS_MS - Date.now(), SHORTEST_MS);
    if (left < LONGEST_MS) {
      this.#expires = setTimeout(() => {
        this.#connection.disconnect();
        this.#connection.connect();
      }, left);
    }
  }

  /** Opens again what is open. One that cannot be opened says so itself. */
  async #reenter(ask: Ask): Promise<void> {
    const entered = await Promise.allSettled([...this.#rooms.values()].map(room => room.arrive(ask)));
    const transient = entered.find(
      result =>
        result.status === "rejected" && result.reason instanceof ChatError && result.reason.isTransient,
    );
    if (transient?.status === "rejected") {
      throw transient.reason;
    }
  }

  #follow(state: ConnectionState): void {
    if (state.status === "online") {
      for (const room of this.#rooms.values()) {
        // One that was opened while the connection was made has not been entered yet.
        if (room.state.get().status === "loading") {
          void this.#enter(room);
        } else {
          room.resume();
        }
      }
      this.#ownMarks.flush();
      void this.#refresh();
      return;
    }
    for (const room of this.#rooms.values()) {
      room.pause();
    }
    if (state.status === "refused") {
      this.#session.end(state.why);
    }
  }

  /** Reads what may have been missed. */
  async #refresh(): Promise<void> {
    // It may have changed while the connection was made.
    await this.#tellWatch();
    this.visitorNews.tellAll();
    await Promise.all([this.#refreshLists(), this.team.refresh(), this.visitors.refresh()]);
  }

  async #refreshLists(): Promise<void> {
    await Promise.all([...this.#lists.values()].map(({ list }) => list.refresh()));
  }

  #room(id: string): Room {
    const known = this.#rooms.get(id);
    if (known) {
      return known;
    }
    const { call, conversations, owner } = this;
    const { tell } = this.#connection;
    const own = { ask: this.#ask, tell, ownMarks: this.#ownMarks, storage: this.#storage };
    const needs = { ...own, call, conversations, owner };
    const room = new Room(id, needs);
    this.#rooms.set(id, room);
    this.#joined.delete(id);
    if (this.#connection.state.get().status === "online") {
      void this.#enter(room);
    }
    return room;
  }

  /** Asks over the connection. What is refused since the session has ended is as if there was no connection. */
  readonly #ask: Ask = async (event, data) => {
    try {
      return await this.#connection.ask(event, data);
    } catch (error) {
      if (error instanceof ChatError && error.code === "unauthorized") {
        this.#session.end(error.plain());
        throw new ChatError("disconnected", error.message);
      }
      throw error;
    }
  };

  async #enter(room: Room): Promise<void> {
    try {
      // Frames of a connection are handled side by side: what is left still must not be joined yet.
      await this.#leaving.get(room.id);
      if (this.#rooms.get(room.id) !== room) {
        return;
      }
      await room.arrive(this.#ask);
      room.resume();
    } catch (error) {
      // The room shows what is refused; a connection that was lost opens it again.
      this.#later(error, () => void (this.#rooms.get(room.id) === room && this.#enter(room)));
    }
  }

  /** Does something later that may succeed then, if the connection is still there. */
  #later(error: unknown, work: () => void): void {
    if (!(error instanceof ChatError)) {
      throw error;
    }
    if (error.isTransient) {
      const pause = (error.retryAfter ?? 1) * 1_000;
      setTimeout(() => this.connection.get().status === "online" && work(), pause);
    }
  }

  /** A room with messages on their way stays until they are stored. */
  #leave(id: string): void {
    const room = this.#rooms.get(id);
    if (!room) {
      return;
    }
    room.type(false);
    if (room.isBusy) {
      const stop = room.state.subscribe(() => {
        if (!room.isBusy) {
          stop();
          if (!this.#openings.has(id)) {
            this.#leave(id);
          }
        }
      });
      return;
    }
    this.#rooms.delete(id);
    this.#joined.add(id);
    this.#part(id);
  }

  /**
   * Has nothing pushed any more of a conversation that is not open. What this agent holds, or nobody, is pushed in any
   * case: each frame costs something, so that it is left only once somebody else holds it.
   */
  #part(id: string): void {
    const holder = this.conversations.get(id)?.assignedAgent;
    if (!this.#joined.has(id) || holder === null || holder?._id === this.owner) {
      return;
    }
    this.#joined.delete(id);
    const left = this.#connection.ask("conversation:leave", { conversationId: id }).then(
      () => undefined,
      () => {
        // A new connection does not join it.
      },
    );
    this.#leaving.set(id, left);
    void left.then(() => this.#leaving.get(id) === left && this.#leaving.delete(id));
  }

  #listen(): void {
    const on = this.#connection.on.bind(this.#connection);
    const { conversations } = this;
    const room = (id: string) => this.#rooms.get(id);
    on("conversation:new", ({ conversation }) => {
      conversations.take(conversation);
      for (const told of this.#told) {
        told.conversation(conversation);
      }
    });
    on("conversation:updated", ({ conversation }) => conversations.take(conversation));
    on("conversation:event", ({ conversationId, event }) => room(conversationId)?.happened(event));
    on("message:new", ({ message }) => void this.#receive(message));
    on("message:read", mark => {
      conversations.read(mark);
      room(mark.conversationId)?.marked(mark, mark.readAt, ["read", "delivered"]);
    });
    on("message:delivered", mark => {
      room(mark.conversationId)?.marked(mark, mark.deliveredAt, ["delivered"]);
    });
    on("typing:start", ({ conversationId, sender, userName }) => {
      room(conversationId)?.typing(sender === "visitor" ? userName : undefined);
    });
    on("typing:stop", ({ conversationId }) => room(conversationId)?.typing(undefined));
    on("visitor:online", ({ visitor, at }) => this.#visitor(visitor, at));
    on("visitor:updated", ({ visitor, at }) => this.#visitor(visitor, at));
    on("visitor:offline", ({ visitorId, at }) => this.#visitor({ _id: visitorId, isOnline: false }, at));
    on("visitors:updated", ({ visitors, at }) => this.visitors.take(visitors, at));
    on("agent:online", () => void this.team.refresh());
    on("agent:offline", ({ userId, at }) => this.team.status(userId, "offline", at));
    on("agent:status", ({ userId, status, at }) => {
      this.team.status(userId, status, at);
      if (userId === this.owner) {
        this.#session.update({ status });
      }
    });
    on("resync", () => void this.#resync());
  }

  /** There is news of a visitor, as of `at`. */
  #visitor(visitor: Pick<VisitorBrief, "_id"> & Partial<VisitorBrief>, at: string): void {
    this.conversations.visitor(visitor, at);
    this.visitorNews.tell(visitor._id);
  }

  async #receive(message: Message): Promise<void> {
    const { conversation: id, seq: upTo, sender } = message;
    const isKnown = this.conversations.message(message);
    this.#rooms.get(id)?.receive(message);
    if (!isKnown) {
      await this.#read(id);
    }
    if (sender !== "visitor") {
      return;
    }
    for (const told of this.#told) {
      told.message(message);
    }
    // It is delivered to who answers, and not to each who could.
    const holder = this.conversations.get(id)?.assignedAgent?._id;
    if (holder === this.owner || this.#openings.has(id)) {
      this.#ownMarks.reach(id, "delivered", upTo);
    }
  }

  /** Reads a conversation of which something is not known. */
  async #read(id: string): Promise<void> {
    try {
      const params = { path: { id } };
      this.conversations.take(await this.call(api => api.GET("/api/conversations/{id}", { params })));
    } catch (error) {
      if (!(error instanceof ChatError)) {
        throw error;
      }
      // It is read with the next reconnect.
    }
  }

  async #resync(): Promise<void> {
    try {
      await this.#reenter(this.#ask);
    } catch (error) {
      this.#later(error, () => void this.#resync());
    }
    await this.#refresh();
  }

  async #watchVisitors(visitors: boolean): Promise<void> {
    this.#watch = { ...this.#watch, visitors };
    await this.#tellWatch();
  }

  /** One at a time: frames of a connection are handled side by side. */
  #tellWatch(): Promise<void> {
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = undefined;
    });
    return this.#telling;
  }

  async #tellAll(): Promise<void> {
    try {
      while (this.#watch !== this.#toldWatch && this.connection.get().status === "online") {
        const watch = this.#watch;
        await this.#connection.ask("agent:watch", watch);
        this.#toldWatch = watch;
      }
    } catch (error) {
      this.#later(error, () => void this.#tellWatch());
    }
  }

  /** The conversations with messages that were on their way when the page was left. */
  #unsent(storage: Keeper): string[] {
    const start = outboxKey(this.owner, "");
    const names = storage instanceof Storage ? Object.keys(storage) : [];
    return names.filter(name => name.startsWith(start)).map(name => name.slice(start.length));
  }
}
