import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { kill } from "node:process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A live chat as `cargo run` starts it, with a port and data of its own. */
export class Stack {
  #process: ChildProcess | undefined;
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  /** Where its HTTP API and its pages are. */
  readonly url: string;

  private constructor(folder: string, port: number, environment: Record<string, string>) {
    this.#folder = folder;
    this.url = `http://localhost:${port}`;
    this.#environment = { ...process.env, RUST_LOG: "warn", PORT: String(port), ...environment };
  }

  /** Builds the live chat, if it is not built, and starts it. */
  static async start(environment: Record<string, string> = {}): Promise<Stack> {
    execFileSync("cargo", ["build", "--quiet", "--locked", "--package", "local"], { cwd: ROOT });
    // Below the workspace, where its own `mongod` is kept; `.livechat` stays out of the developer's own.
    const folder = await mkdtemp(`${ROOT}target/livechat-`);
    const stack = new Stack(folder, await freePort(), environment);
    await stack.run();
    return stack;
  }

  /** Starts it again after {@link halt}, on the same data. */
  async run(): Promise<void> {
    const started = spawn(`${ROOT}target/debug/livechat`, {
      cwd: this.#folder,
      env: this.#environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#process = started;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      started.stdout.on("data", (more: Buffer) => {
        said += more.toString();
        if (said.includes("Ctrl-C stops it")) {
          resolve();
        }
      });
      started.once("exit", () => reject(new Error(`the live chat ended: ${said}`)));
    });
  }

  /** Ends it; the data are kept. */
  async halt(): Promise<void> {
    const ending = this.#process;
    if (ending && ending.exitCode === null) {
      const ended = new Promise(resolve => ending.once("exit", resolve));
      ending.kill("SIGTERM");
      await ended;
    }
  }

  /** Has its own database stand still, as one does that is busy or out of reach, until the returned function is called. */
  async stopDatabase(): Promise<() => void> {
    const process = Number.parseInt(
      await readFile(`${this.#folder}/.livechat/mongodb/data/mongod.lock`, "utf8"),
      10,
    );
    kill(process, "SIGSTOP");
    return () => kill(process, "SIGCONT");
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.halt();
    await rm(this.#folder, { recursive: true });
  }
}

/** A port that nobody has. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (address === null || typeof address === "string") {
    throw new Error("there is no port");
  }
  return address.port;
}
