import { ChatError } from "./errors.js";

/** How long it may take to learn where the WebSocket is. */
const CONFIG_MS = 15_000;

/**
 * Where the WebSocket of the live chat at `url` is, as its `/config.json` says.
 *
 * @throws {@link ChatError} `unavailable`
 */
export async function webSocketUrl(url: string): Promise<string> {
  const config = new URL("/config.json", url);
  const response = await fetch(config, { signal: AbortSignal.timeout(CONFIG_MS) });
  if (!response.ok) {
    throw new ChatError("unavailable", `${config.href} answered ${response.status}`);
  }
  const { webSocketUrl } = (await response.json()) as { webSocketUrl: string };
  return new URL(webSocketUrl, config).href.replace(/^http/, "ws");
}
