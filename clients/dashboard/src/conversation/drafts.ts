import { guarded } from "@livechat/client";
import { useState } from "preact/hooks";

/** What was typed and not sent, kept over a reload under a name; an empty text is forgotten. */
export function useDraft(name: string): [string, (text: string) => void] {
  const storage = guarded(localStorage);
  const key = `livechat:draft:${name}`;
  const [text, setText] = useState(() => storage.getItem(key) ?? "");
  const change = (text: string) => {
    setText(text);
    if (text === "") {
      storage.removeItem(key);
    } else {
      storage.setItem(key, text);
    }
  };
  return [text, change];
}
