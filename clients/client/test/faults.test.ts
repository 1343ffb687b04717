import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort, Stack } from "../../testing/stack.js";
import { type Message, outgoing, VisitorChat, type VisitorState } from "../src/index.js";

const CLIENTS = Number(process.env["LIVECHAT_CLIENTS"] ?? 8);
const MESSAGES = Number(process.env["LIVECHAT_MESSAGES"] ?? 25);
const SECOND = 1_000;

/** How the answer begins that makes a connection a WebSocket, and where its head ends. */
const SWITCHES = "HTTP/1.1 101 ";
const HEAD_END = "\r\n\r\n";

/** Takes the frames that a server sends on a WebSocket (RFC 6455, section 5.2), one by one. */
class Frames {
  #rest = Buffer.alloc(0);
  #isSocket = false;

  /** What may go on of these bytes: whole frames, and all that is none. */
  *of(bytes: Buffer): Generator<{ readonly bytes: Buffer; readonly text?: string }> {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (!this.#isSocket) {
      // Node asks for a WebSocket over a connection that has answered other requests, where one is free.
      if (!this.#rest.toString("latin1").startsWith(SWITCHES)) {
        yield { bytes: this.#take(this.#rest.length) };
        return;
      }
      const end = this.#rest.indexOf(HEAD_END);
      if (end < 0) {
        return;
      }
      this.#isSocket = true;
      yield { bytes: this.#take(end + HEAD_END.length) };
    }
    while (this.#rest.length > 0) {
      const [head, length] = this.#measure();
      if (this.#rest.length < head + length) {
        return;
      }
      const frame = this.#take(head + length);
      yield { bytes: frame, text: frame.toString("utf8", head) };
    }
  }

  /** How long the head of the first frame is, and what it carries; a server masks nothing. */
  #measure(): [number, number] {
    const short = (this.#rest[1] ?? 0) & 0x7f;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (this.#rest.length < head) {
      return [head, 1];
    }
    const long = () => (short === 126 ? this.#rest.readUInt16BE(2) : Number(this.#rest.readBigUInt64BE(2)));
    return [head, short < 126 ? short : long()];
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }
}

/** What stands between the clients and the live chat, and cuts or swallows what goes through it. */
class Wire {
  readonly #open = new Set<Socket>();
  readonly #server: Server;
  readonly url: string;
  /** Whether a frame of the live chat's is lost on its way. */
  swallows: (text: string) => boolean = () => false;

  private constructor(to: string, port: number) {
    const { port: target } = new URL(to);
    this.url = `http://localhost:${port}`;
    this.#server = createServer(here => {
      const there = connect(Number(target), "127.0.0.1");
      const frames = new Frames();
      here.pipe(there);
      there.on("data", (bytes: Buffer) => {
        for (const { bytes: part, text } of frames.of(bytes)) {
          if (text === undefined || !this.swallows(text)) {
            here.write(part);
          }
        }
      });
      for (const [one, other] of [
        [here, there],
        [there, here],
      ] as const) {
        this.#open.add(one);
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

/** What a browser keeps, of the same visitor in each of its places. */
class Memory {
  readonly #items: Map<string, string>;
  constructor(sessionId: string) {
    this.#items = new Map([["livechat:session", sessionId]]);
  }
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
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 1) + index));
    // Earlier ones may come before what was shown.
    const from = Math.max(
      0,
      messages.findIndex(({ _id }) => _id === before[0]?._id),
    );
    const still = messages.slice(from, from + before.length);
    expect(still.map(({ _id }) => _id)).toEqual(before.map(({ _id }) => _id));
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

/** How a visitor writes: so many messages in its two places, with pauses of up to so many milliseconds. */
interface Habit {
  readonly messages: number;
  readonly pause: number;
}

/** A visitor in two places, each of which writes and must show all that both have written. */
async function converse({ messages, pause }: Habit): Promise<void> {
  const sessionId = crypto.randomUUID();
  const places = [0, 1].map(() => new VisitorChat({ url: wire.url, storage: new Memory(sessionId) }));
  const all = Array.from({ length: messages }, (_, number) => `${number % 2}: ${number}`);
  const writtenIn = (place: number) => all.filter(content => content.startsWith(`${place}:`));
  await Promise.all(
    places.map(async (chat, place) => {
      watch(chat);
      chat.connect();
      for (const content of writtenIn(place)) {
        chat.send(outgoing(content));
        await new Promise(resolve => setTimeout(resolve, Math.random() * pause));
      }
      await until(chat, ({ messages, outgoing }) => {
        return (messages.at(-1)?.seq ?? 0) >= all.length && outgoing.length === 0;
      });
      // Who came late begins with the latest page.
      while (chat.state.get().hasEarlier) {
        await chat.loadEarlier().catch(() => {
          // What is cut off is asked for again.
        });
      }
    }),
  );
  const [shown, other] = places.map(chat => chat.state.get().messages.map(({ content }) => content));
  expect(shown).toEqual(other);
  expect(shown).toHaveLength(all.length);
  for (const place of [0, 1]) {
    expect(shown?.filter(content => content.startsWith(`${place}:`))).toEqual(writtenIn(place));
  }
  for (const chat of places) {
    chat.disconnect();
  }
}

/** That many visitors at once. */
const conversed = (visitors: number, habit: Habit) =>
  Promise.all(Array.from({ length: visitors }, () => converse(habit)));

it(
  "shows every message once and in order, however often everything is cut and the live chat starts anew",
  async () => {
    const cutting = setInterval(() => wire.cut(0.3), SECOND / 2);
    const all = conversed(CLIENTS, { messages: MESSAGES, pause: 400 });
    // Four times as long as they write.
    setTimeout(() => clearInterval(cutting), MESSAGES * 400);
    await new Promise(resolve => setTimeout(resolve, 2 * SECOND));
    await stack.halt();
    await stack.run();
    await all;
  },
  600 * SECOND,
);

it(
  "shows every message once and in order, though what says that it is stored is lost now and then",
  async () => {
    const most = 8;
    let acks = 0;
    let lost = 0;
    wire.swallows = text => {
      const isLost = lost < most && text.includes('"event":"ack"') && ++acks % 4 === 0;
      lost += Number(isLost);
      return isLost;
    };
    await conversed(4, { messages: 20, pause: 200 });
    wire.swallows = () => false;
    expect(lost).toBe(most);
  },
  60 * SECOND,
);

it(
  "shows every message once and in order, though the database stands still for a while",
  async () => {
    const all = conversed(4, { messages: 20, pause: 200 });
    await new Promise(resolve => setTimeout(resolve, SECOND / 2));
    const goOn = await stack.stopDatabase();
    await new Promise(resolve => setTimeout(resolve, 3 * SECOND));
    goOn();
    await all;
  },
  60 * SECOND,
);
