import { ChatError, type ListedUser, type Observable, Store, type UserStatus } from "@livechat/client";
import type { Call } from "../session.js";
import { readPages } from "./pages.js";

/** The most that the server gives at once. */
const PAGE = 100;

/** Everybody who answers, as they are by now; read when somebody first asks. */
export class Team implements Observable<readonly ListedUser[]> {
  readonly #call: Call;
  readonly #users = new Store<readonly ListedUser[]>([]);
  readonly #statusesAt = new Map<string, string>();
  #isWanted = false;

  constructor(call: Call) {
    this.#call = call;
  }

  get(): readonly ListedUser[] {
    if (!this.#isWanted) {
      this.#isWanted = true;
      void this.refresh();
    }
    return this.#users.get();
  }

  subscribe(listener: (users: readonly ListedUser[]) => void): () => void {
    return this.#users.subscribe(listener);
  }

  /** Reads them again, if anybody has asked for them. */
  async refresh(): Promise<void> {
    if (!this.#isWanted) {
      return;
    }
    try {
      const { rows } = await readPages(
        from => {
          const query = { active: true, limit: PAGE, ...from };
          return this.#call(api => api.GET("/api/auth/users", { params: { query } }));
        },
        ({ users }) => users,
      );
      this.#users.set(rows.sort((one, other) => one.name.localeCompare(other.name)));
    } catch (error) {
      if (!(error instanceof ChatError)) {
        throw error;
      }
      // They are read again with the next reconnect, or when somebody asks again.
      this.#isWanted = false;
    }
  }

  /** Somebody's status has changed, as of `at`; one who is new is read. */
  status(id: string, status: UserStatus, at: string): void {
    if (at < (this.#statusesAt.get(id) ?? "")) {
      return;
    }
    this.#statusesAt.set(id, at);
    const users = this.#users.get();
    if (users.some(user => user.id === id)) {
      this.#users.set(users.map(user => (user.id === id ? { ...user, status } : user)));
    } else {
      void this.refresh();
    }
  }
}
