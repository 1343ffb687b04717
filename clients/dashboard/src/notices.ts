import { fill, Sound } from "@livechat/ui";
import { useEffect, useMemo } from "preact/hooks";
import { useDesk } from "./context.js";
import { format } from "./routes.js";
import { nameOf } from "./ui/format.js";

/** Says what has come while nobody looks: with a sound, and as the browser says such things. */
export function useNotices(): void {
  const { desk, language, preferences } = useDesk();
  const sound = useMemo(() => new Sound(), []);
  useEffect(() => {
    const { inbox } = language.texts;
    const notice = (title: string, body: string, id: string, view: "mine" | "unassigned") => {
      if (document.visibilityState === "visible" && document.hasFocus()) {
        return;
      }
      const preferred = preferences.get();
      if (preferred.sound) {
        sound.play();
      }
      if (preferred.notifications && "Notification" in window && Notification.permission === "granted") {
        if (!show(title, body, id, view)) {
          preferences.change({ notifications: false });
        }
      }
    };
    return desk.tell({
      message: ({ conversation: id, content }) => {
        const conversation = desk.conversations.get(id);
        const holder = conversation?.assignedAgent?._id;
        if (conversation && (holder === undefined || holder === desk.owner)) {
          const view = holder === undefined ? "unassigned" : "mine";
          notice(fill(inbox.newMessage, { name: nameOf(language, conversation.visitor) }), content, id, view);
        }
      },
      conversation: ({ _id, visitor, assignedAgent, lastMessage }) => {
        if (assignedAgent === null) {
          const name = nameOf(language, visitor);
          notice(fill(inbox.newConversation, { name }), lastMessage ?? "", _id, "unassigned");
        }
      },
    });
  }, [desk, language, preferences, sound]);
}

/** Has the browser say it, if it can; a click leads there. */
function show(title: string, body: string, id: string, view: "mine" | "unassigned"): boolean {
  try {
    const shown = new Notification(title, { body, tag: id });
    shown.onclick = () => {
      window.focus();
      location.hash = format({ place: "inbox", view, filters: {}, conversation: id });
      shown.close();
    };
    return true;
  } catch {
    // A phone's browser leaves this to service workers, of which there is none.
    return false;
  }
}
