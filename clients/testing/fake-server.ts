import { vi } from "vitest";

/** A frame as a client sends it. */
export interface Frame {
  readonly event: string;
  /** A frame without it gets no `ack`. */
  readonly id?: string;
  readonly data: Record<string, unknown>;
}

/** The other end of one socket. */
export class FakeSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  readonly sent: Frame[] = [];
  readyState = 0;

  constructor(readonly url: string) {
    super();
    FakeServer.current?.sockets.push(this);
  }

  send(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.sent.push(frame);
    FakeServer.current?.answer(this, frame);
  }

  close(): void {
    this.lose();
  }

  accept(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  push(event: string, data: unknown): void {
    this.#say({ event, data });
  }

  ack({ event, id }: Frame, data: unknown): void {
    if (event === "ping") {
      this.push("pong", {});
    }
    if (id !== undefined) {
      this.#say({ event: "ack", id, data });
    }
  }

  refuse(frame: Frame, code: string, more: Record<string, unknown> = {}): void {
    this.#say({ event: "error", id: frame.id, data: { code, message: code, ...more } });
  }

  lose(): void {
    if (this.readyState !== 3) {
      this.readyState = 3;
      this.dispatchEvent(new Event("close"));
    }
  }

  #say(frame: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
}

/** The server, for tests that turn the clock. */
export class FakeServer {
  static current: FakeServer | undefined;
  readonly sockets: FakeSocket[] = [];
  /** What it does with a frame. */
  answer: (socket: FakeSocket, frame: Frame) => void = () => undefined;

  constructor() {
    FakeServer.current = this;
    vi.stubGlobal("WebSocket", FakeSocket);
  }

  /** The socket that was opened last. */
  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) {
      throw new Error("nobody has come");
    }
    return socket;
  }
}
