import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { Confirm } from "../ui/confirm.js";
import { ConversationsOf } from "./conversations.js";

/** What is left of a visitor who was erased. */
export function Gone({ id }: { readonly id: string }) {
  const { desk, language } = useDesk();
  const { visitors } = language.texts;
  const [isAsked, setIsAsked] = useState(false);
  const list = useMemo(() => desk.list({ visitor: id }), [desk, id]);
  useEffect(() => () => desk.drop(list), [desk, list]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // What had the focus is gone, too.
    if (document.activeElement === document.body) {
      heading.current?.focus();
    }
  }, []);
  return (
    <div class="visitor">
      <header class="visitor-who">
        <h2 ref={heading} tabIndex={-1}>
          {visitors.goneTitle}
        </h2>
        <p class="quiet">{visitors.gone}</p>
      </header>
      <ConversationsOf list={list} />
      <section class="visitor-part">
        <h3>{visitors.administration}</h3>
        <p class="quiet">{visitors.goneBan}</p>
        <div class="visitor-acts">
          <button type="button" onClick={() => setIsAsked(true)}>
            {visitors.unban}
          </button>
        </div>
      </section>
      {isAsked && <LiftDialog id={id} close={() => setIsAsked(false)} />}
    </div>
  );
}

interface LiftDialogProps {
  readonly id: string;
  close(): void;
}

/** Asks whether the ban of somebody whose name nobody knows any more is lifted. */
function LiftDialog({ id, close }: LiftDialogProps) {
  const { desk, language } = useDesk();
  const { visitors } = language.texts;
  const params = { path: { id } };
  return (
    <Confirm
      title={visitors.goneUnban}
      label={visitors.unban}
      texts={{ not_found: visitors.noBan }}
      work={() => desk.call(api => api.DELETE("/api/visitors/{id}/ban", { params }))}
      close={close}
    >
      <p>{visitors.unbanText}</p>
    </Confirm>
  );
}
