import { ChatError, type Conversation } from "@livechat/client";
import { fill } from "@livechat/ui";
import { useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { go, parse } from "../routes.js";
import { useShortcut } from "../shortcuts.js";
import { isAdministrator } from "../team/may.js";
import { useAction } from "../ui/action.js";
import { Confirm } from "../ui/confirm.js";
import { nameOf } from "../ui/format.js";
import { Icon } from "../ui/icons.js";
import { Problem } from "../ui/problem.js";
import { Give } from "./give.js";

interface HeadProps {
  readonly conversation: Conversation;
  readonly showsDetails: boolean;
  leave(): void;
  toggleDetails(): void;
}

/** Whose conversation it is, and what can be done with it. */
export function Head({ conversation, leave, showsDetails, toggleDetails }: HeadProps) {
  const { language } = useDesk();
  const { common, inbox, conversation: texts } = language.texts;
  const { visitor } = conversation;
  return (
    <header class="head">
      <button type="button" class="icon leave" aria-label={common.back} onClick={leave}>
        <Icon name="back" />
      </button>
      <div class="who">
        <h1 id="conversation-title">
          <span class={visitor.isOnline ? "dot online" : "dot"} />
          <bdi>{nameOf(language, visitor)}</bdi>
          {visitor.isOnline && <span class="chip">{inbox.onSite}</span>}
        </h1>
        <Holder conversation={conversation} />
      </div>
      <Actions conversation={conversation} />
      <button
        type="button"
        class="icon details-switch"
        aria-label={texts.detailsOpen}
        aria-expanded={showsDetails}
        onClick={toggleDetails}
      >
        <Icon name="info" />
      </button>
    </header>
  );
}

function Holder({ conversation: { assignedAgent, status } }: Pick<HeadProps, "conversation">) {
  const { language, self } = useDesk();
  const { common, conversation: texts } = language.texts;
  const holder =
    assignedAgent === null
      ? texts.unheld
      : assignedAgent._id === self.id
        ? texts.heldByYou
        : fill(texts.held, { name: assignedAgent.name });
  return (
    <p class="quiet">
      {common.statuses[status]} · {holder}
    </p>
  );
}

function Actions({ conversation }: Pick<HeadProps, "conversation">) {
  const { desk, language, self } = useDesk();
  const { conversation: texts } = language.texts;
  const { _id: id, status, assignedAgent } = conversation;
  const [asks, setAsks] = useState<"close" | "give">();
  const act = async (what: "assign" | "close" | "resolve" | "take-over") => {
    const params = { path: { id } };
    try {
      const changed = await desk.call(api => {
        switch (what) {
          case "assign":
            return api.PUT("/api/conversations/{id}/assign", { params, body: {} });
          case "take-over":
            return api.PUT("/api/conversations/{id}/transfer", { params, body: { agentId: self.id } });
          case "resolve":
            return api.PUT("/api/conversations/{id}/resolve", { params });
          case "close":
            return api.PUT("/api/conversations/{id}/close", { params });
        }
      });
      desk.conversations.take(changed);
      const route = parse(location.hash);
      if (what === "assign" && route.place === "inbox" && route.view === "unassigned") {
        // It goes on where one's own are.
        go({ place: "inbox", view: "mine", filters: {}, conversation: id }, true);
      }
    } catch (error) {
      if (error instanceof ChatError && error.code === "conflict") {
        // Who has it now is worth more than that somebody has.
        desk.conversations.take(await desk.call(api => api.GET("/api/conversations/{id}", { params })));
      }
      throw error;
    }
  };
  const change = useAction(act);
  const isMine = assignedAgent?._id === self.id;
  const isClosed = status === "closed";
  const administers = isAdministrator(self);
  const canTake = !isClosed && assignedAgent === null;
  const canTakeOver = !isClosed && !canTake && !isMine && administers;
  const canGive = !isClosed && (isMine || administers);
  const canResolve = status === "pending" || status === "active";
  useShortcut("take", () => canTake && void change.run("assign"));
  useShortcut("resolve", () => canResolve && void change.run("resolve"));
  const button = (what: Parameters<typeof change.run>[0], label: string, kind = "") => (
    <button type="button" class={kind} disabled={change.isBusy} onClick={() => void change.run(what)}>
      {label}
    </button>
  );
  const taken = { conflict: fill(texts.taken, { name: assignedAgent?.name ?? "" }) };
  return (
    <>
      <div class="acts">
        {canTake && button("assign", texts.take, "primary")}
        {canTakeOver && button("take-over", texts.takeOver)}
        {status === "resolved" && isMine && button("assign", texts.reopen)}
        {canGive && (
          <button type="button" onClick={() => setAsks("give")}>
            {texts.give}
          </button>
        )}
        {canResolve && button("resolve", texts.resolve)}
        {!isClosed && (
          <button type="button" onClick={() => setAsks("close")}>
            {texts.end}
          </button>
        )}
      </div>
      {change.failure && (
        <div class="below">
          <Problem failure={change.failure} texts={assignedAgent && !isMine ? taken : {}} />
        </div>
      )}
      {asks === "give" && <Give conversation={conversation} close={() => setAsks(undefined)} />}
      {asks === "close" && (
        <Confirm
          title={texts.endTitle}
          label={texts.end}
          isDangerous
          work={() => {
            change.reset();
            return act("close");
          }}
          close={() => setAsks(undefined)}
        >
          <p>{texts.endText}</p>
        </Confirm>
      )}
    </>
  );
}
