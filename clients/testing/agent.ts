import {
  type Acks,
  type Ask,
  answer,
  api,
  Connection,
  type Conversation,
  type Message,
} from "@livechat/client";

/** An agent who answers, over the same client as everybody. */
export class Agent {
  readonly #connection: Connection;
  readonly #api: ReturnType<typeof api>;
  readonly #seen: Message[] = [];
  readonly #joined = new Set<string>();
  readonly #waiting = new Set<() => void>();

  private constructor(url: string, token: string) {
    this.#api = api(url, () => token);
    const webSocketUrl = `${url.replace(/^http/, "ws")}/ws`;
    this.#connection = new Connection({
      url: () => webSocketUrl,
      authenticate: async ask => {
        await ask("agent:connect", { token, watch: "all" });
        // What was missed while the connection was away.
        await Promise.all([...this.#joined].map(id => this.#join(id, ask)));
      },
    });
    this.#connection.on("message:new", ({ message }) => this.#see([message]));
    this.#connection.on("conversation:new", ({ conversation }) => void this.#join(conversation._id));
  }

  /** Registers an agent, and has it there. */
  static async register(url: string, name: string): Promise<Agent> {
    const body = { name, email: `${name.toLowerCase()}@example.com`, password: "correct horse" };
    const { token } = await answer(api(url).POST("/api/auth/register", { body }));
    const agent = new Agent(url, token);
    await agent.come();
    return agent;
  }

  /** Is there from now on. */
  async come(): Promise<void> {
    const online = new Promise<void>(resolve => {
      const stop = this.#connection.state.subscribe(({ status }) => {
        if (status === "online") {
          stop();
          resolve();
        }
      });
    });
    this.#connection.connect();
    await online;
  }

  /** The first message that says this, of a conversation that was started meanwhile. */
  async finds(content: string): Promise<Message> {
    const query = { status: "pending" as const, limit: 100 };
    const { conversations } = await answer(this.#api.GET("/api/conversations", { params: { query } }));
    await Promise.all(conversations.map(({ _id }) => this.#join(_id)));
    return this.sees(content);
  }

  /** The first message that says this, once it is there. */
  async sees(content: string): Promise<Message> {
    for (;;) {
      const found = this.#seen.find(message => message.content === content);
      if (found) {
        return found;
      }
      await new Promise<void>(resolve => this.#waiting.add(resolve));
    }
  }

  assign(id: string): Promise<Conversation> {
    return answer(this.#api.PUT("/api/conversations/{id}/assign", { params: { path: { id } }, body: {} }));
  }

  resolve(id: string): Promise<Conversation> {
    return answer(this.#api.PUT("/api/conversations/{id}/resolve", { params: { path: { id } } }));
  }

  close(id: string): Promise<Conversation> {
    return answer(this.#api.PUT("/api/conversations/{id}/close", { params: { path: { id } } }));
  }

  conversation(id: string): Promise<Conversation> {
    return answer(this.#api.GET("/api/conversations/{id}", { params: { path: { id } } }));
  }

  /** A conversation's messages, as they are by now. */
  async messages(conversationId: string): Promise<readonly Message[]> {
    const params = { path: { conversationId } };
    return (await answer(this.#api.GET("/api/messages/{conversationId}", { params }))).messages;
  }

  ban(id: string): Promise<unknown> {
    return answer(this.#api.PUT("/api/visitors/{id}/ban", { params: { path: { id } } }));
  }

  say(conversationId: string, content: string): Promise<Acks["message:send"]> {
    return this.#connection.ask("message:send", { conversationId, content });
  }

  type(conversationId: string): Promise<unknown> {
    return this.#connection.ask("typing:start", { conversationId });
  }

  read({ conversation: conversationId, seq: upTo }: Message): Promise<unknown> {
    return this.#connection.ask("message:read", { conversationId, upTo });
  }

  /** Goes. */
  leave(): void {
    this.#connection.disconnect();
  }

  async #join(conversationId: string, ask: Ask = this.#connection.ask): Promise<void> {
    this.#joined.add(conversationId);
    const { messages } = await ask("conversation:join", { conversationId });
    this.#see(messages);
  }

  #see(messages: readonly Message[]): void {
    this.#seen.push(...messages);
    for (const wake of this.#waiting) {
      wake();
    }
    this.#waiting.clear();
  }
}
