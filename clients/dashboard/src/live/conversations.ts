import type { Conversation, Message, Pushed, VisitorBrief } from "@livechat/client";

/** What a message changes in its conversation. */
const OF_MESSAGES = ["messageCount", "lastMessage", "lastMessageAt", "unreadCount", "waitingSince"] as const;

/** As many characters of the last message as lists show (`docs/protocol.md`, Conversations). */
const LAST_MESSAGE = 200;

/** All conversations that are known here, each as it was last: the one place where they are kept. */
export class Conversations {
  readonly #known = new Map<string, Conversation>();
  readonly #listeners = new Set<(conversation: Conversation) => void>();
  /** How far agents have read in each: pushes overtake each other. */
  readonly #readTo = new Map<string, number>();
  /** Of when the last news of each visitor is. */
  readonly #visitorsAt = new Map<string, string>();

  get(id: string): Conversation | undefined {
    return this.#known.get(id);
  }

  /** Calls `listener` with what has changed, until the returned function is called. */
  onChange(listener: (conversation: Conversation) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes what the server says of a conversation, unless something newer is known. */
  take(conversation: Conversation): void {
    const known = this.#known.get(conversation._id);
    if (known && conversation.version < known.version) {
      return;
    }
    const isBehind = known && conversation.messageCount < known.messageCount;
    const kept = isBehind ? Object.fromEntries(OF_MESSAGES.map(field => [field, known[field]])) : {};
    const isRead = (this.#readTo.get(conversation._id) ?? 0) >= conversation.messageCount;
    this.#set({ ...conversation, ...kept, ...(isRead && !isBehind && { unreadCount: 0 }) });
  }

  /**
   * A message has come; false if the conversation is not known, or others are missing before it: then it is to be
   * read.
   */
  message(message: Message): boolean {
    const known = this.#known.get(message.conversation);
    if (!known || message.seq > known.messageCount + 1) {
      return false;
    }
    if (message.seq === known.messageCount + 1) {
      const isVisitors = message.sender === "visitor";
      const isUnread = isVisitors && message.seq > (this.#readTo.get(message.conversation) ?? 0);
      this.#set({
        ...known,
        messageCount: message.seq,
        lastMessage: [...message.content].slice(0, LAST_MESSAGE).join(""),
        lastMessageAt: message.createdAt,
        unreadCount: known.unreadCount + (isUnread ? 1 : 0),
        waitingSince: isVisitors ? (known.waitingSince ?? message.createdAt) : null,
      });
    }
    return true;
  }

  /** Somebody has read. */
  read({
    conversationId,
    sender,
    upTo,
    unreadCount,
  }: Omit<Pushed["message:read"], "messageId" | "readAt">): void {
    if (sender !== "agent") {
      return;
    }
    const before = this.#readTo.get(conversationId) ?? 0;
    if (upTo < before) {
      return;
    }
    this.#readTo.set(conversationId, upTo);
    const known = this.#known.get(conversationId);
    if (known) {
      this.#set({ ...known, unreadCount });
    }
  }

  /** There is news of a visitor, as of `at`. */
  visitor(visitor: Pick<VisitorBrief, "_id"> & Partial<VisitorBrief>, at: string): void {
    if (at < (this.#visitorsAt.get(visitor._id) ?? "")) {
      return;
    }
    this.#visitorsAt.set(visitor._id, at);
    for (const known of this.#known.values()) {
      if (known.visitor._id === visitor._id) {
        this.#set({ ...known, visitor: { ...known.visitor, ...visitor } });
      }
    }
  }

  #set(conversation: Conversation): void {
    this.#known.set(conversation._id, conversation);
    for (const listener of [...this.#listeners]) {
      listener(conversation);
    }
  }
}
