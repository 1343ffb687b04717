import { isComposing } from "@livechat/ui";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useDesk } from "./context.js";
import { Dialog } from "./ui/dialog.js";

/** The keys that do something wherever one is, but while one writes. */
export const SHORTCUTS = {
  "?": "help",
  "/": "search",
  j: "next",
  k: "previous",
  r: "reply",
  t: "take",
  e: "resolve",
  i: "inbox",
} as const;

/** What a shortcut does. */
export type Shortcut = (typeof SHORTCUTS)[keyof typeof SHORTCUTS];

const listeners = new Map<Shortcut, Set<() => void>>();

/** Does `work` on a shortcut, while what calls it is on the screen. */
export function useShortcut(shortcut: Shortcut, work: () => void): void {
  const latest = useRef(work);
  // Before anybody can press the next key.
  useLayoutEffect(() => {
    latest.current = work;
  });
  useEffect(() => {
    const those = listeners.get(shortcut) ?? new Set();
    listeners.set(shortcut, those);
    const own = () => latest.current();
    those.add(own);
    return () => {
      those.delete(own);
    };
  }, [shortcut]);
}

/** Hears the keys. */
export function useShortcuts(help: () => void): void {
  useShortcut("help", help);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, target, defaultPrevented } = event;
      const writes = target instanceof Element && target.closest("input, textarea, select, dialog") !== null;
      const shortcut = SHORTCUTS[key as keyof typeof SHORTCUTS];
      if (writes || ctrlKey || metaKey || altKey || defaultPrevented || isComposing(event) || !shortcut) {
        return;
      }
      const those = [...(listeners.get(shortcut) ?? [])];
      if (those.length > 0) {
        event.preventDefault();
        those.at(-1)?.();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** The sheet that says which keys there are. */
export function Shortcuts({ close }: { close(): void }) {
  const { common, inbox } = useDesk().language.texts;
  return (
    <Dialog title={common.shortcuts} close={close}>
      <dl class="keys">
        {Object.entries(SHORTCUTS).map(([key, shortcut]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{inbox.shortcuts[shortcut]}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
