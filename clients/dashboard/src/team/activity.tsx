import { fill } from "@livechat/ui";
import { useDesk } from "../context.js";
import { Confirm } from "../ui/confirm.js";
import type { Member } from "./member.js";

interface ActivityProps {
  readonly user: Member;
  saved(): void;
  close(): void;
}

/** Switches an account off, or on again. */
export function Activity({ user: { id, name, active }, saved, close }: ActivityProps) {
  const { desk, language } = useDesk();
  const { team } = language.texts;
  return (
    <Confirm
      title={fill(active ? team.switchOffTitle : team.switchOnTitle, { name })}
      label={active ? team.switchOff : team.switchOn}
      isDangerous={active}
      close={close}
      work={async () => {
        const params = { path: { id } };
        const body = { active: !active };
        await desk.call(api => api.PUT("/api/auth/users/{id}", { params, body }));
        saved();
      }}
    >
      <p>{fill(active ? team.switchOffText : team.switchOnText, { name })}</p>
    </Confirm>
  );
}
