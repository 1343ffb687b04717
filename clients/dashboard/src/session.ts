import {
  type Api,
  answer,
  api,
  ChatError,
  claims,
  type Failure,
  guarded,
  type Keeper,
  type Observable,
  type Role,
  Store,
  type UserStatus,
} from "@livechat/client";

/** Who is signed in. */
export interface Self {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly status: UserStatus;
}

/** How it is with being signed in. */
export type SessionState =
  | { readonly status: "signed-out" }
  | { readonly status: "signed-in"; readonly self: Self }
  /** The server has ended it: what is on the screen stays until the same person has signed in again. */
  | { readonly status: "ended"; readonly self: Self; readonly why: Failure };

/** What somebody says of itself to register. */
export interface Newcomer {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly setupToken?: string;
}

interface Kept {
  readonly token: string;
  readonly self: Self;
}

/** Makes a call of the HTTP API, and gives the data of its answer. */
export type Call = <T>(work: (api: Api) => Promise<{ data?: T; error?: unknown }>) => Promise<T>;

const KEY = "livechat:agent";

/** Who works here, in all tabs of a browser. */
export class Session {
  readonly #state: Store<SessionState>;
  readonly #storage: Keeper;
  readonly #api: Api;
  #token: string | undefined;

  /** Of the live chat at `url`; `storage` keeps it over a reload. */
  constructor(
    readonly url: string,
    storage: Keeper,
  ) {
    this.#storage = guarded(storage);
    this.#api = api(url, () => this.#token);
    const kept = this.#read();
    this.#token = kept?.token;
    this.#state = new Store<SessionState>(
      kept ? { status: "signed-in", self: kept.self } : { status: "signed-out" },
    );
    window.addEventListener("storage", ({ key }) => key === KEY && this.#follow());
  }

  get state(): Observable<SessionState> {
    return this.#state;
  }

  /** What proves who it is. */
  get token(): string | undefined {
    return this.#token;
  }

  /**
   * Makes a call. One that is refused for want of a session ends it.
   *
   * @throws ChatError
   */
  readonly call: Call = async work => {
    const shown = this.#token;
    try {
      return await answer(work(this.#api));
    } catch (error) {
      if (error instanceof ChatError && error.code === "unauthorized" && shown === this.#token) {
        this.end(error.plain());
      }
      if (error instanceof ChatError && error.code === "forbidden") {
        void this.#look();
      }
      throw error;
    }
  };

  /** @throws ChatError */
  async signIn(email: string, password: string): Promise<void> {
    this.#begin(await answer(this.#api.POST("/api/auth/login", { body: { email, password } })));
  }

  /** @throws ChatError */
  async register(newcomer: Newcomer): Promise<void> {
    this.#begin(await answer(this.#api.POST("/api/auth/register", { body: newcomer })));
  }

  /** What the server makes of a registration now. */
  registration() {
    return answer(this.#api.GET("/api/auth/registration"));
  }

  /** Signs out here, and on the server if it can be reached. */
  async signOut(): Promise<void> {
    const ended = answer(this.#api.POST("/api/auth/logout"));
    this.#token = undefined;
    this.#storage.removeItem(KEY);
    this.#state.set({ status: "signed-out" });
    await ended.catch(() => {
      // The token is forgotten, and ends by itself.
    });
  }

  /** The server has ended the session. */
  end(why: Failure): void {
    const state = this.#state.get();
    if (state.status === "signed-in") {
      this.#token = undefined;
      this.#storage.removeItem(KEY);
      this.#state.set({ status: "ended", self: state.self, why });
    }
  }

  /** Something of the one who is signed in has changed. */
  update(change: Partial<Omit<Self, "id">>): void {
    const state = this.#state.get();
    if (state.status === "signed-in") {
      const self = { ...state.self, ...change };
      this.#state.set({ status: "signed-in", self });
      this.#keep(self);
    }
  }

  /** Looks whether one is still who one was: a role may have been taken away. */
  async #look(): Promise<void> {
    try {
      const { name, email, role, status } = await answer(this.#api.GET("/api/auth/profile"));
      this.update({ name, email, role, status });
    } catch (error) {
      if (!(error instanceof ChatError)) {
        throw error;
      }
      // The next call says it again.
    }
  }

  #begin({ token, user }: { readonly token: string; readonly user: Self }): void {
    const { id, name, email, role, status } = user;
    const self = { id, name, email, role, status };
    this.#token = token;
    this.#keep(self);
    this.#state.set({ status: "signed-in", self });
  }

  #keep(self: Self): void {
    if (this.#token !== undefined) {
      this.#storage.setItem(KEY, JSON.stringify({ token: this.#token, self } satisfies Kept));
    }
  }

  #read(): Kept | undefined {
    try {
      return (JSON.parse(this.#storage.getItem(KEY) ?? "null") as Kept | null) ?? undefined;
    } catch {
      return undefined;
    }
  }

  /** Another tab has signed in or out. */
  #follow(): void {
    const kept = this.#read();
    if (kept?.token === this.#token) {
      return;
    }
    const state = this.#state.get();
    this.#token = kept?.token;
    if (kept) {
      this.#state.set({ status: "signed-in", self: kept.self });
    } else if (state.status === "signed-in") {
      this.#state.set({ status: "signed-out" });
    }
  }
}

/** When a token expires, in milliseconds since 1970; never, if it does not say. */
export function expiry(token: string): number {
  const { exp } = claims(token);
  return typeof exp === "number" ? exp * 1_000 : Number.POSITIVE_INFINITY;
}
