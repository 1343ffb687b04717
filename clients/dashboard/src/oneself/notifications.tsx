import { useObserved } from "@livechat/ui";
import { useEffect, useId, useState } from "preact/hooks";
import { useDesk } from "../context.js";

/** Whether the browser is to show what comes; it may forbid that. */
export function NotificationsChoice() {
  const { language, preferences } = useDesk();
  const { oneself } = language.texts;
  const { notifications } = useObserved(preferences);
  const permission = usePermission();
  const id = useId();
  const choose = async (wants: boolean) => {
    const isAllowed = wants && (await Notification.requestPermission()) === "granted";
    preferences.change({ notifications: isAllowed });
  };
  const isDenied = permission === "denied";
  const text =
    permission === undefined
      ? oneself.notificationsMissing
      : isDenied
        ? oneself.notificationsDenied
        : oneself.notificationsText;
  return (
    <div>
      <label class="check">
        <input
          type="checkbox"
          checked={notifications && permission === "granted"}
          disabled={permission === undefined || isDenied}
          aria-describedby={id}
          onChange={({ currentTarget }) => void choose(currentTarget.checked)}
        />
        {oneself.notifications}
      </label>
      <small id={id} class={isDenied ? "wrong" : "quiet"} role="status">
        {text}
      </small>
    </div>
  );
}

/** Whether the browser shows notifications, as it is by now; nothing where it cannot. */
function usePermission(): NotificationPermission | undefined {
  const [, draw] = useState({});
  useEffect(() => {
    let status: PermissionStatus | undefined;
    let isWanted = true;
    const follow = () => draw({});
    navigator.permissions?.query({ name: "notifications" }).then(
      found => {
        if (isWanted) {
          status = found;
          found.addEventListener("change", follow);
        }
      },
      () => {
        // A browser that does not tell is asked with the next drawing.
      },
    );
    return () => {
      isWanted = false;
      status?.removeEventListener("change", follow);
    };
  }, []);
  return "Notification" in window ? Notification.permission : undefined;
}
