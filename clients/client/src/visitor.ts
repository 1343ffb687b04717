import { webSocketUrl } from "./config.js";
import { type Ask, Connection, type ConnectionState } from "./connection.js";
import { ChatError } from "./errors.js";
import { type Api, answer, api } from "./http.js";
import { type MarkKind, moved, OwnMarks } from "./marks.js";
import { type Keep, keptIn, Outbox, type OutgoingMessage } from "./outbox.js";
import { guarded, type Keeper } from "./storage.js";
import { type Observable, Store } from "./store.js";
import { Thread } from "./thread.js";
import { claims } from "./token.js";
import { OthersTyping, OwnTyping, type Typing } from "./typing.js";
import type { Acks, Conversation, Marks, Message, Pushed, Sent } from "./wire.js";

/** Who a visitor is. */
export interface VisitorOptions {
  /** Where the live chat is: the origin of its `/config.json`. */
  readonly url: string;
  /** The identity that the site signed; without it the visitor is known by what its browser keeps. */
  readonly identity?: string;
  readonly name?: string;
  readonly email?: string;
  /** Where the visitor's secret and its unsent messages are kept over a reload; nowhere without it. */
  readonly storage?: Keeper;
}

/** What may become known of a visitor while it is there. */
export type Details = Partial<Pick<VisitorOptions, "email" | "identity" | "name">>;

/** What a visitor's page shows. */
export interface VisitorState {
  readonly connection: ConnectionState;
  /** The conversation that is shown, if there is one. */
  readonly conversation?: Conversation;
  /** Its stored messages, in order and without a hole. */
  readonly messages: readonly Message[];
  /** Those on their way, after them. */
  readonly outgoing: readonly OutgoingMessage[];
  /** How far both sides have come. */
  readonly marks?: Marks;
  /** Who types on the other side. */
  readonly typing?: Typing;
  /** Whether somebody who answers was there when the visitor came; unknown before that. */
  readonly agentsOnline?: boolean;
  /** Whether there are messages before those that are shown. */
  readonly hasEarlier: boolean;
  /** How many of the other side's messages the visitor has not read. */
  readonly unread: number;
}

/** What a page does in a visitor's name. */
export interface VisitorActions {
  /** Writes a message: it is shown at once, and sent until it is stored. */
  send(message: OutgoingMessage): void;
  /** Sends a refused message again. */
  retry(clientMessageId: string): void;
  /** Gives a refused message up. */
  discard(clientMessageId: string): void;
  /** Has read what is shown. */
  read(): void;
  /** Types, or has stopped; to be called as often as it happens. */
  type(isTyping: boolean): void;
  /** Looks at another page. */
  page(url: string, title?: string): void;
  /** Shows the messages before those that are shown. */
  loadEarlier(): Promise<void>;
  /** The visitor says more of itself, or the site does. */
  introduce(details: Details): void;
  /** Somebody looks again: what is away comes back without a pause. */
  hurry(): void;
  /** Rates the conversation, which has ended: from 1 to 5. */
  rate(rating: number, comment?: string): Promise<void>;
}

const SESSION = "livechat:session";
const OUTBOX = "livechat:outbox";
/** What the server takes of a page (`docs/protocol.md`, What a client sends). */
const LONGEST_URL = 1_024;
const LONGEST_TITLE = 200;
/** The pause after a look that brought nothing. */
const PAUSE_MS = 1_000;

/** What is shown before anything is known. */
export const NOBODY: VisitorState = {
  connection: { status: "idle" },
  messages: [],
  outgoing: [],
  hasEarlier: false,
  unread: 0,
};

/** A message to send. */
export function outgoing(content: string): OutgoingMessage {
  return { clientMessageId: crypto.randomUUID(), content, createdAt: Date.now() };
}

/** A visitor's side of the live chat, over one connection. */
export class VisitorChat implements VisitorActions {
  #options: VisitorOptions;
  readonly #storage: Keeper | undefined;
  readonly #api: Api;
  readonly #connection: Connection;
  readonly #ownMarks: OwnMarks;
  readonly #outbox: Outbox;
  readonly #state: Store<VisitorState>;
  #sessionId: string | undefined;
  #thread = new Thread();
  #token: string | undefined;
  #webSocketUrl: string | undefined;
  #wantsRead = 0;
  #page: Sent["visitor:page"] | undefined;
  readonly #ownTyping = new OwnTyping();
  readonly #othersTyping = new OthersTyping(typing => this.#setTyping(typing));
  #starting: Promise<Acks["conversation:start"]> | undefined;
  #filling: Promise<void> | undefined;

  /** With what another one has shown, which goes on here. */
  constructor(options: VisitorOptions, shown: VisitorState = NOBODY) {
    this.#options = options;
    this.#storage = options.storage && guarded(options.storage);
    this.#api = api(options.url, () => this.#token);
    this.#outbox = new Outbox((message, follows) => this.#deliver(message, follows), this.#keep());
    this.#connection = new Connection({ url: () => this.#url(), authenticate: ask => this.#arrive(ask) });
    this.#ownMarks = new OwnMarks(this.#connection.tell);
    this.#thread.begin(shown.messages);
    const { connection, outgoing } = {
      connection: this.#connection.state.get(),
      outgoing: this.#outbox.messages.get(),
    };
    this.#state = new Store<VisitorState>({ ...shown, connection, outgoing });
    this.#connection.state.subscribe(connection => {
      this.#set({ connection });
      if (connection.status === "online") {
        this.#outbox.open();
        this.#tellRead();
        this.#ownMarks.flush();
      } else {
        this.#outbox.close();
      }
    });
    this.#outbox.messages.subscribe(outgoing => this.#set({ outgoing }));
    this.#listen();
  }

  /** What is shown. */
  get state(): Observable<VisitorState> {
    return this.#state;
  }

  /** Connects, and stays connected. */
  connect(): void {
    this.#connection.connect();
  }

  /** Ends the connection; what is on its way is kept where there is a storage. */
  disconnect(): void {
    this.#ownMarks.flush();
    this.#connection.disconnect();
  }

  /** Ends the connection, and forgets who the visitor is: the next one is somebody else. */
  forget(): void {
    this.disconnect();
    this.#outbox.clear();
    this.#storage?.removeItem(SESSION);
    this.#sessionId = undefined;
    this.#token = undefined;
    this.#thread = new Thread();
    this.#wantsRead = 0;
    this.#state.set({ ...NOBODY, connection: this.#connection.state.get() });
  }

  send(message: OutgoingMessage): void {
    if (!this.#thread.messages.some(({ clientMessageId }) => clientMessageId === message.clientMessageId)) {
      this.#ownTyping.end();
      this.#outbox.add(message);
    }
  }

  retry(clientMessageId: string): void {
    this.#outbox.retry(clientMessageId);
  }

  discard(clientMessageId: string): void {
    this.#outbox.discard(clientMessageId);
  }

  read(): void {
    const before = this.#wantsRead;
    this.#wantsRead = this.#thread.messages.findLast(({ sender }) => sender === "agent")?.seq ?? 0;
    this.#show();
    if (this.#wantsRead > before) {
      this.#tellRead();
    }
  }

  type(isTyping: boolean): void {
    const { conversation } = this.#state.get();
    if (!conversation || !this.#ownTyping.isNews(isTyping)) {
      return;
    }
    this.#connection.tell(isTyping ? "typing:start" : "typing:stop", { conversationId: conversation._id });
  }

  page(url: string, title?: string): void {
    if (!/^(https?:\/)?\//.test(url) || url.length > LONGEST_URL) {
      return;
    }
    this.#page = title ? { url, title: title.slice(0, LONGEST_TITLE) } : { url };
    this.#connection.tell("visitor:page", this.#page);
  }

  introduce(details: Details): void {
    const fields = Object.keys(details) as (keyof Details)[];
    const isNew = fields.some(field => details[field] !== this.#options[field]);
    this.#options = { ...this.#options, ...details };
    const { status } = this.#connection.state.get();
    if (!isNew) {
      return;
    }
    if (status === "online") {
      void this.#resync();
    } else if (status === "refused") {
      this.#connection.connect();
    }
  }

  hurry(): void {
    this.#connection.hurry();
  }

  async loadEarlier(): Promise<void> {
    const { conversation } = this.#state.get();
    if (!conversation) {
      return;
    }
    const limit = 50;
    const path = { conversationId: conversation._id };
    const query = { before: this.#thread.first, limit };
    const { messages } = await answer(
      this.#api.GET("/api/messages/{conversationId}", { params: { path, query } }),
    );
    if (conversation._id === this.#state.get().conversation?._id) {
      this.#thread.prepend(messages);
      this.#show({ hasEarlier: this.#thread.first > 1 });
    }
  }

  async rate(rating: number, comment?: string): Promise<void> {
    const { conversation } = this.#state.get();
    if (conversation) {
      const body = comment === undefined ? { rating } : { rating, comment };
      const params = { path: { id: conversation._id } };
      await answer(this.#api.PUT("/api/conversations/{id}/rate", { params, body }));
      this.#update({ ...conversation, rating, ratingComment: comment ?? null });
    }
  }

  #keep(): Keep | undefined {
    const key = `${OUTBOX}${subject(this.#options.identity)}`;
    return this.#storage && keptIn(this.#storage, key);
  }

  async #url(): Promise<string> {
    this.#webSocketUrl ??= await webSocketUrl(this.#options.url);
    return this.#webSocketUrl;
  }

  /** Says who it is, and catches up with what it missed. */
  async #arrive(ask: Ask): Promise<void> {
    const { identity, name, email } = this.#options;
    const { conversation } = this.#state.get();
    const place = conversation && { conversationId: conversation._id, after: this.#thread.last };
    const page = this.#page && { currentPage: this.#page.url };
    this.#sessionId ??= session(this.#storage);
    const who = identity === undefined ? { sessionId: this.#sessionId } : { identity };
    const known = { ...(name && { name }), ...(email && { email }) };
    const connected = await ask("visitor:connect", { ...who, ...known, ...place, ...page }).catch(error => {
      // A detail that the server does not take keeps nobody from the chat.
      if (error instanceof ChatError && error.code === "validation_failed") {
        return ask("visitor:connect", { ...who, ...place });
      }
      throw error;
    });
    this.#token = connected.token;
    this.#set({ agentsOnline: connected.agentsOnline });
    if (!connected.conversation) {
      // The one that is shown has ended: how, it says itself.
      if (conversation) {
        await this.#catchUp(ask, conversation._id);
      }
      return;
    }
    if (connected.conversation._id !== conversation?._id) {
      this.#begin(connected.conversation, connected.messages, connected.hasMore, connected.marks);
      return;
    }
    this.#add(connected.messages, { conversation: connected.conversation, ...marked(connected.marks) });
    if (connected.hasMore) {
      await this.#catchUp(ask, conversation._id);
    }
  }

  /** Reads all that comes after what is shown. */
  async #catchUp(ask: Ask, conversationId: string): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const joined = await ask("conversation:join", { conversationId, after: this.#thread.last });
      if (this.#state.get().conversation?._id !== conversationId) {
        return;
      }
      this.#add(joined.messages, { conversation: joined.conversation, marks: joined.marks });
      hasMore = joined.hasMore;
    }
  }

  #listen(): void {
    const on = this.#connection.on.bind(this.#connection);
    on("message:new", ({ message }) => this.#receive(message));
    on("conversation:created", ({ conversation, message }) => {
      this.#begin(conversation, message ? [message] : [], false, null);
    });
    on("conversation:updated", ({ conversation }) => this.#update(conversation));
    on("message:read", mark => this.#mark(mark, mark.readAt, ["read", "delivered"]));
    on("message:delivered", mark => this.#mark(mark, mark.deliveredAt, ["delivered"]));
    on("typing:start", ({ conversationId, sender, userName }) => {
      if (sender === "agent" && conversationId === this.#state.get().conversation?._id) {
        this.#othersTyping.start(userName);
      }
    });
    on("typing:stop", ({ sender }) => sender === "agent" && this.#othersTyping.end());
    on("resync", () => void this.#resync());
  }

  async #resync(): Promise<void> {
    try {
      await this.#arrive(this.#connection.ask);
    } catch (error) {
      this.#again(error, () => void this.#resync());
    }
  }

  /** Tries again later what may succeed then; a connection that has gone catches up by itself. */
  #again(error: unknown, work: () => void): void {
    if (!(error instanceof ChatError) || !error.isTransient) {
      return;
    }
    const pause = error.retryAfter === undefined ? PAUSE_MS : error.retryAfter * 1000;
    setTimeout(() => this.#connection.state.get().status === "online" && work(), pause);
  }

  #receive(message: Message): void {
    if (message.conversation !== this.#state.get().conversation?._id) {
      return;
    }
    this.#add([message]);
    if (message.sender === "agent") {
      this.#othersTyping.end();
      this.#ownMarks.reach(message.conversation, "delivered", message.seq);
    }
    this.#fill();
  }

  /** Reads what is missing before what came early. */
  #fill(): void {
    const { conversation } = this.#state.get();
    if (!conversation || !this.#thread.hasHole || this.#filling) {
      return;
    }
    this.#filling = this.#catchUp(this.#connection.ask, conversation._id).then(
      () => {
        this.#filling = undefined;
        if (this.#thread.hasHole) {
          // Another one was lost meanwhile.
          setTimeout(() => this.#fill(), PAUSE_MS);
        }
      },
      error => {
        this.#filling = undefined;
        this.#again(error, () => this.#fill());
      },
    );
  }

  async #deliver(message: OutgoingMessage, follows: string | undefined): Promise<void> {
    const { content, clientMessageId } = message;
    const ask = this.#connection.ask;
    for (;;) {
      const conversation = await this.#openConversation(message);
      if (conversation === "started") {
        return;
      }
      const data = { conversationId: conversation._id, content, clientMessageId };
      try {
        const sent = await ask("message:send", follows === undefined ? data : { ...data, follows });
        if (this.#state.get().conversation?._id === conversation._id) {
          this.#add([sent.message]);
          this.#fill();
        }
        return;
      } catch (error) {
        if (!(error instanceof ChatError) || error.code !== "conflict" || error.isTransient) {
          throw error;
        }
        // It has been closed: what is said now begins another one.
        this.#update({ ...conversation, status: "closed" });
      }
    }
  }

  /** The conversation that is open, or another one that starts with this message. */
  async #openConversation(message: OutgoingMessage): Promise<Conversation | "started"> {
    const { conversation } = this.#state.get();
    if (conversation && conversation.status !== "closed") {
      return conversation;
    }
    if (this.#starting) {
      return (await this.#starting).conversation;
    }
    const { content, clientMessageId } = message;
    const data = { message: content, clientMessageId, unlessOpen: true };
    this.#starting = this.#connection.ask("conversation:start", data);
    try {
      const started = await this.#starting;
      if (started.message) {
        this.#begin(started.conversation, [started.message], false, null);
        if (started.conversation.messageCount > this.#thread.last) {
          await this.#catchUp(this.#connection.ask, started.conversation._id);
        }
        return "started";
      }
      await this.#arrive(this.#connection.ask);
      return started.conversation;
    } finally {
      this.#starting = undefined;
    }
  }

  #begin(
    conversation: Conversation,
    messages: readonly Message[],
    hasEarlier: boolean,
    marks: Marks | null,
  ): void {
    if (this.#state.get().conversation?._id !== conversation._id) {
      this.#thread = new Thread();
      this.#wantsRead = 0;
      this.#thread.begin(messages);
    }
    const { marks: _, ...state } = this.#state.get();
    this.#state.set(state);
    this.#add(messages, { conversation, hasEarlier, ...marked(marks) });
  }

  #add(messages: readonly Message[], more: Partial<VisitorState> = {}): void {
    this.#thread.add(messages);
    for (const { clientMessageId } of messages) {
      if (clientMessageId !== null) {
        this.#outbox.done(clientMessageId);
      }
    }
    this.#show(more);
  }

  #show(more: Partial<VisitorState> = {}): void {
    const { messages } = this.#thread;
    const marks = more.marks ?? this.#state.get().marks;
    const read = Math.max(marks?.visitor.read.upTo ?? 0, this.#wantsRead);
    const unread = messages.filter(({ sender, seq }) => sender === "agent" && seq > read).length;
    this.#set({ messages, unread, ...more });
  }

  #update(conversation: Conversation): void {
    if (conversation._id === this.#state.get().conversation?._id) {
      this.#set({ conversation });
    }
  }

  #mark(
    mark: Pick<Pushed["message:read"], "conversationId" | "sender" | "upTo">,
    at: string,
    kinds: readonly MarkKind[],
  ): void {
    const { conversation, marks } = this.#state.get();
    if (conversation?._id !== mark.conversationId) {
      return;
    }
    this.#show({ marks: moved(marks, mark, at, kinds) });
  }

  /** Tells what the visitor has read, unless the server knows: what was lost goes out again after a reconnect. */
  #tellRead(): void {
    const { conversation, marks } = this.#state.get();
    if (conversation && this.#wantsRead > (marks?.visitor.read.upTo ?? 0)) {
      this.#ownMarks.reach(conversation._id, "read", this.#wantsRead);
    }
  }

  #setTyping(typing: Typing | undefined): void {
    const { typing: _, ...state } = this.#state.get();
    this.#state.set(typing ? { ...state, typing } : state);
  }

  /** An older state of the conversation than the one that is shown is dropped: pushes have no order. */
  #set(change: Partial<VisitorState>): void {
    const state = this.#state.get();
    const [shown, told] = [state.conversation, change.conversation];
    const isOlder = shown && told && shown._id === told._id && told.version < shown.version;
    this.#state.set({ ...state, ...change, ...(isOlder && { conversation: shown }) });
  }
}

function marked(marks: Marks | null): Pick<VisitorState, "marks"> {
  return marks ? { marks } : {};
}

/** The visitor's secret, made once. */
function session(storage: Keeper | undefined): string {
  const known = storage?.getItem(SESSION);
  if (known) {
    return known;
  }
  const made = crypto.randomUUID();
  storage?.setItem(SESSION, made);
  return made;
}

/** Whom an identity names, as a part of a name: the same for each identity of somebody, and empty without one. */
export function subject(identity: string | undefined): string {
  if (identity === undefined) {
    return "";
  }
  // One that cannot be read is refused by the server.
  const { sub = "?" } = claims(identity);
  return `:${String(sub)}`;
}

/** Forgets the visitor that a browser keeps. */
export function forgetKept(storage: Keeper): void {
  const { removeItem } = guarded(storage);
  removeItem(SESSION);
  removeItem(OUTBOX);
}
