import type { Conversation } from "@livechat/client";
import { useObserved } from "@livechat/ui";
import { useEffect, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import type { Room } from "../live/room.js";
import { useShortcut } from "../shortcuts.js";
import { Problem } from "../ui/problem.js";
import { Composer } from "./composer.js";
import { Details } from "./details.js";
import { Head } from "./head.js";
import { Log } from "./log.js";
import { useConversation } from "./use-conversation.js";
import "./conversation.css";

interface ConversationViewProps {
  readonly id: string;
  /** The number of the message that is to be in sight. */
  readonly at?: number;
  leave(): void;
}

/** An open conversation. */
export function ConversationView({ id, at, leave }: ConversationViewProps) {
  const { desk, language } = useDesk();
  const texts = language.texts.conversation;
  const [room, setRoom] = useState<Room>();
  useEffect(() => {
    setRoom(desk.enter(id));
    return () => desk.leave(id);
  }, [desk, id]);
  const conversation = useConversation(id);
  if (!room) {
    return null;
  }
  return (
    <Opened room={room} at={at} leave={leave} gone={{ not_found: texts.gone, validation_failed: texts.gone }}>
      {conversation}
    </Opened>
  );
}

interface OpenedProps {
  readonly room: Room;
  readonly children: Conversation | undefined;
  readonly at: number | undefined;
  readonly gone: Readonly<Record<string, string>>;
  leave(): void;
}

function Opened({ room, at, children: conversation, gone, leave }: OpenedProps) {
  const { language } = useDesk();
  const { common, conversation: texts } = language.texts;
  const state = useObserved(room.state);
  const [showsDetails, setShowsDetails] = useState(false);
  const newest = state.messages.at(-1)?.seq;
  useEffect(() => {
    const read = () => document.visibilityState === "visible" && document.hasFocus() && room.read();
    read();
    document.addEventListener("visibilitychange", read);
    window.addEventListener("focus", read);
    return () => {
      document.removeEventListener("visibilitychange", read);
      window.removeEventListener("focus", read);
    };
  }, [room, newest, state.status]);
  useShortcut("reply", () => document.querySelector<HTMLElement>(".composer textarea")?.focus());
  if (state.status === "failed" || !conversation) {
    return (
      <section class="conversation" aria-label={texts.actions}>
        <div class="empty">
          {state.status === "failed" ? <Problem failure={state.failure} texts={gone} /> : common.loading}
          <button type="button" onClick={leave}>
            {common.back}
          </button>
        </div>
      </section>
    );
  }
  return (
    <>
      <section class="conversation" aria-labelledby="conversation-title">
        <Head
          conversation={conversation}
          leave={leave}
          showsDetails={showsDetails}
          toggleDetails={() => setShowsDetails(!showsDetails)}
        />
        <Log room={room} state={state} conversation={conversation} at={at} />
        <Composer key={conversation._id} room={room} conversation={conversation} />
      </section>
      <Details conversation={conversation} isOpen={showsDetails} close={() => setShowsDetails(false)} />
    </>
  );
}
