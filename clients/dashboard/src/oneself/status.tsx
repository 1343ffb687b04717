import { useId, useRef } from "preact/hooks";
import { useDesk } from "../context.js";
import { StatusChoice } from "./choice.js";
import "./status.css";

/** Who is signed in, what the others see of it, and the way out. */
export function StatusMenu() {
  const { language, self, session } = useDesk();
  const { common } = language.texts;
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();
  const status = common.online[self.status];
  return (
    <div class="status-menu">
      <button type="button" class="who" popovertarget={id} title={`${self.name} · ${status}`}>
        <span class="self-face" aria-hidden="true">
          {initial(self.name)}
          <span class={`dot ${self.status}`} />
        </span>
        <span class="words">
          <bdi>{self.name}</bdi> <span class="quiet">{status}</span>
        </span>
      </button>
      <div ref={menu} id={id} popover="auto">
        <StatusChoice done={() => menu.current?.hidePopover()} />
        <hr />
        <button type="button" onClick={() => void session.signOut()}>
          {common.signOut}
        </button>
      </div>
    </div>
  );
}

function initial(name: string): string {
  return [...name][0]?.toLocaleUpperCase() ?? "";
}
