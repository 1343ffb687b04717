import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useWork } from "../context.js";

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** It has been dismissed. */
  close(): void;
  /** One that must be answered cannot be dismissed. */
  readonly mustAnswer?: boolean;
  readonly wide?: boolean;
}

/** Something that is to be answered before anything else. */
export function Dialog({ title, children, close, mustAnswer = false, wide = false }: DialogProps) {
  const { language } = useWork();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // What is to be filled in comes before the way out.
    dialog.current
      ?.querySelector<HTMLElement>("input:not([readonly]), textarea, select, .acts button")
      ?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={id}
      onCancel={event => {
        event.preventDefault();
        if (!mustAnswer) {
          close();
        }
      }}
      onClose={() => {
        // A browser closes it all the same when it is dismissed twice.
        if (mustAnswer) {
          dialog.current?.showModal();
        } else {
          close();
        }
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        {!mustAnswer && (
          <button type="button" class="icon" aria-label={language.texts.common.close} onClick={close}>
            ×
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
