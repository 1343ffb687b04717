import type { ErrorData, ServerCode } from "./wire.js";

/** What can go wrong: the server's codes, and the ways in which no answer comes. */
export type Code = ServerCode | "disconnected" | "timeout";

/** What went wrong, as plain data. */
export interface Failure {
  readonly code: Code;
  readonly message: string;
  /** Which of the reasons that a code may have. */
  readonly reason?: string;
}

/** Something was refused, or got no answer. */
export class ChatError extends Error {
  override readonly name = "ChatError";
  /** The stable name of what went wrong. */
  readonly code: Code;
  /** In how many seconds it makes sense to try again. */
  readonly retryAfter: number | undefined;
  /** Which of the reasons that a code may have. */
  readonly reason: string | undefined;
  /** Of `validation_failed`: each field with what is wrong with it. */
  readonly fields: readonly { readonly path: string; readonly msg: string }[];

  constructor(code: Code, message: string, details: Partial<Omit<ErrorData, "code" | "message">> = {}) {
    super(message);
    this.code = code;
    this.retryAfter = details.retryAfter ?? undefined;
    this.reason = details.reason ?? undefined;
    this.fields = details.errors ?? [];
  }

  /** The error that the server sent. */
  static of(data: ErrorData): ChatError {
    return new ChatError(data.code, data.message, data);
  }

  /** The error that was plain data. */
  static from({ code, message, reason }: Failure): ChatError {
    return new ChatError(code, message, reason === undefined ? {} : { reason });
  }

  /** The same as plain data. */
  plain(): Failure {
    const { code, message, reason } = this;
    return reason === undefined ? { code, message } : { code, message, reason };
  }

  /** Whether the same may succeed later: nobody knows whether it was done, or the server is busy. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.code) || this.reason === "follows";
  }
}

const TRANSIENT: ReadonlySet<Code> = new Set([
  "disconnected",
  "timeout",
  "unavailable",
  "rate_limited",
  "internal",
]);
