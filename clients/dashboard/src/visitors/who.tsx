import type { Visitor } from "@livechat/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { nameOf } from "../ui/format.js";
import { Edit } from "./edit.js";
import { Presence } from "./parts.js";

interface WhoProps {
  readonly visitor: Visitor;
  /** Takes what has been changed. */
  take(visitor: Visitor): void;
}

/** Who a visitor is, and the form that changes it. */
export function Who({ visitor, take }: WhoProps) {
  const { language } = useDesk();
  const { visitors } = language.texts;
  const [isEditing, setIsEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const comesBack = useRef(false);
  useEffect(() => {
    if (comesBack.current && !isEditing) {
      comesBack.current = false;
      button.current?.focus();
    }
  }, [isEditing]);
  const close = () => {
    comesBack.current = true;
    setIsEditing(false);
  };
  return (
    <header class="visitor-who">
      <div>
        <h2 dir="auto">{nameOf(language, visitor)}</h2>
        {!isEditing && (
          <button ref={button} type="button" onClick={() => setIsEditing(true)}>
            {visitors.edit}
          </button>
        )}
      </div>
      <Presence isOnline={visitor.isOnline} />
      {isEditing ? <Edit visitor={visitor} take={take} close={close} /> : <Contact visitor={visitor} />}
    </header>
  );
}

function Contact({ visitor: { email, verified, externalId } }: { readonly visitor: Visitor }) {
  const { visitors } = useDesk().language.texts;
  return (
    <>
      {email !== null && (
        <a class="visitor-email" href={`mailto:${encodeURIComponent(email)}`} dir="ltr">
          {email}
        </a>
      )}
      {verified && (
        <p class="visitor-verified">
          <span aria-hidden="true">✓ </span>
          {visitors.verified}
        </p>
      )}
      {externalId !== null && (
        <p class="quiet">
          {visitors.externalId}: <bdi>{externalId}</bdi>
        </p>
      )}
    </>
  );
}
