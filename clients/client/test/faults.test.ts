import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort, Stack } from "../../testing/stack.js";
import { type Message, outgoing, VisitorChat, type VisitorState } from "../src/index.js";

const CLIENTS = Number(process.env["LIVECHAT_CLIENTS"] ?? 8);
const MESSAGES = Number(process.env["LIVECHAT_MESSAGES"] ?? 25);
const SECOND = 1_000;

/** What stands between the clients and the live chat, and cuts what goes through it. */
class Wire {
  readonly #open = new Set<Socket>();
  readonly #server: Server;
  readonly url: string;

  private constructor(to: string, port: number) {
    const { port: target } = new URL(to);
    this.url = `http://localhost:${port}`;
    this.#server = createServer(here => {
      const there = connect(Number(target), "127.0.0.1");
      for (const [one, other] of [
        [here, there],
        [there, here],
      ] as const) {
        this.#open.add(one);
        one.pipe(other);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#open.delete(one);
          other.destroy();
        });
      }
    }).listen(port, "127.0.0.1");
  }

  static async to(url: string): Promise<Wire> {
    return new Wire(url, await freePort());
  }

  /** Cuts a part of what is open, wherever it is in a frame, an answer or an `ack`. */
  cut(part: number): void {
    for (const socket of [...this.#open]) {
      if (Math.random() < part) {
        socket.destroy();
      }
    }
  }

  close(): void {
    this.#server.close();
    this.cut(1);
  }
}

class Memory {
  readonly #items = new Map<string, string>();
  getItem = (key: string) => this.#items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.#items.set(key, value);
  removeItem = (key: string) => void this.#items.delete(key);
}

let stack: Stack;
let wire: Wire;

beforeAll(async () => {
  stack = await Stack.start({ LIMITS: "off" });
  wire = await Wire.to(stack.url);
}, 600 * SECOND);
afterAll(async () => {
  wire.close();
  await stack.stop();
}, 60 * SECOND);

/** Fails as soon as something is shown doubled, out of order or with a hole, or is taken back. */
function watch(chat: VisitorChat): void {
  let before: readonly Message[] = [];
  chat.state.subscribe(({ messages }: VisitorState) => {
    const numbers = messages.map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(messages.slice(0, before.length).map(({ _id }) => _id)).toEqual(before.map(({ _id }) => _id));
    before = messages;
  });
}

function until(chat: VisitorChat, is: (state: VisitorState) => boolean): Promise<void> {
  return new Promise(resolve => {
    const look = (state: VisitorState) => is(state) && resolve();
    chat.state.subscribe(look);
    look(chat.state.get());
  });
}

it(
  "shows every message once and in order, however often everything is cut and the live chat starts anew",
  async () => {
    const cutting = setInterval(() => wire.cut(0.3), SECOND / 2);
    const written = Array.from({ length: MESSAGES }, (_, number) => `message ${number}`);
    const one = async () => {
      const storage = new Memory();
      const writer = new VisitorChat({ url: wire.url, storage });
      // The same visitor in another place.
      const reader = new VisitorChat({ url: wire.url, storage });
      watch(writer);
      watch(reader);
      writer.connect();
      reader.connect();
      for (const content of written) {
        writer.send(outgoing(content));
        await new Promise(resolve => setTimeout(resolve, Math.random() * 200));
      }
      const isWhole = ({ messages }: VisitorState) => messages.length >= MESSAGES;
      await Promise.all([until(writer, isWhole), until(reader, isWhole)]);
      for (const chat of [writer, reader]) {
        expect(chat.state.get().messages.map(({ content }) => content)).toEqual(written);
        chat.disconnect();
      }
      expect(writer.state.get().outgoing).toEqual([]);
    };
    const all = Promise.all(Array.from({ length: CLIENTS }, one));
    await new Promise(resolve => setTimeout(resolve, 2 * SECOND));
    await stack.halt();
    await stack.run();
    await all;
    clearInterval(cutting);
  },
  600 * SECOND,
);
