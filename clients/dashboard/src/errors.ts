import { ChatError, type Failure } from "@livechat/client";

/** What went wrong, of whatever was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ChatError) {
    return error.plain();
  }
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}
