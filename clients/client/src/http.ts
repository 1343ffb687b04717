import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./description.js";
import { ChatError } from "./errors.js";
import type { ErrorData } from "./wire.js";

/** The HTTP API: each call knows its parameters, its body and its answer. */
export type Api = Client<paths>;

/** The HTTP API at `url`; `token` is shown with each call, if there is one by then. */
export function api(url: string, token: () => string | undefined = () => undefined): Api {
  const client = createClient<paths>({ baseUrl: url });
  client.use({
    onRequest({ request }) {
      const shown = token();
      if (shown !== undefined) {
        request.headers.set("Authorization", `Bearer ${shown}`);
      }
      return request;
    },
  });
  return client;
}

/**
 * The data of an answer.
 *
 * @throws {@link ChatError} what the server answered instead, or `disconnected` when it did not.
 */
export async function answer<T>(call: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  let answered: { data?: T; error?: unknown };
  try {
    answered = await call;
  } catch (cause) {
    throw new ChatError("disconnected", String(cause));
  }
  if (answered.data !== undefined) {
    return answered.data;
  }
  const error = answered.error as Partial<ErrorData> | undefined;
  throw error?.code && error.message
    ? ChatError.of({ ...error, code: error.code, message: error.message })
    : new ChatError("unavailable", "The live chat did not answer");
}
