import type { Conversation } from "@livechat/client";
import { useEffect, useState } from "preact/hooks";
import { useDesk } from "../context.js";

/** A conversation as it is by now, once it is known. */
export function useConversation(id: string): Conversation | undefined {
  const { conversations } = useDesk().desk;
  const [, draw] = useState({});
  useEffect(() => conversations.onChange(({ _id }) => _id === id && draw({})), [conversations, id]);
  return conversations.get(id);
}
