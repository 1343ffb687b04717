import { type CannedResponse, ChatError } from "@livechat/client";
import { useEffect, useId, useState } from "preact/hooks";
import type { Language } from "../context.js";
import { useDesk } from "../context.js";

/** So many responses are offered at once. */
const MOST = 8;

/** The responses that are offered for what has been typed. */
export interface Responses {
  readonly isOpen: boolean;
  readonly found: readonly CannedResponse[];
  readonly chosen: number;
  readonly id: string;
  /** What says to a screen reader that there is a menu. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Takes a key; false if it means nothing here. */
  onKey(key: string, insert: (response: CannedResponse) => void): boolean;
}

/** What a text offers that begins with a slash: the responses whose shortcut, title or text it begins. */
export function useResponses(content: string): Responses {
  const { desk } = useDesk();
  const id = useId();
  const [all, setAll] = useState<readonly CannedResponse[]>();
  const [chosen, setChosen] = useState(0);
  const [dismissed, setDismissed] = useState<string>();
  const isAsked = /^\/[^\n]*$/.test(content) && content !== dismissed;
  useEffect(() => {
    if (isAsked) {
      desk
        .call(api => api.GET("/api/canned-responses"))
        .then(setAll, error => {
          if (!(error instanceof ChatError)) {
            throw error;
          }
          // What was read before is offered.
          setAll(known => known ?? []);
        });
    }
  }, [desk, isAsked]);
  useEffect(() => setChosen(0), [content]);
  const found = isAsked && all ? matching(all, content.slice(1)) : [];
  const option = (at: number) => `${id}-${at}`;
  return {
    isOpen: isAsked,
    found,
    chosen,
    id,
    attributes: {
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      ...(isAsked && { "aria-controls": id }),
      ...(found.length > 0 && { "aria-activedescendant": option(chosen) }),
    },
    onKey(key, insert) {
      const response = found[chosen];
      switch (key) {
        case "ArrowDown":
        case "ArrowUp":
          setChosen((chosen + (key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length));
          return true;
        case "Enter":
        case "Tab":
          if (response) {
            insert(response);
          }
          // They are still on their way.
          return response !== undefined || all === undefined;
        case "Escape":
          setDismissed(content);
          return true;
        default:
          return false;
      }
    },
  };
}

/** The responses that a text may mean, those first whose shortcut it begins. */
function matching(all: readonly CannedResponse[], typed: string): CannedResponse[] {
  const wanted = typed.trim().toLowerCase();
  const rank = ({ shortcut, title, content }: CannedResponse) => {
    const plain = shortcut.toLowerCase().replace(/^\//, "");
    if (plain !== "" && plain.startsWith(wanted)) {
      return 0;
    }
    if (title.toLowerCase().includes(wanted)) {
      return 1;
    }
    return content.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return all
    .filter(response => rank(response) < 3)
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, MOST);
}

interface MenuProps {
  readonly responses: Responses;
  choose(response: CannedResponse): void;
}

/** The responses to choose from. */
export function Menu({ responses: { found, chosen, id }, choose }: MenuProps) {
  const { conversation: texts }: Language["texts"] = useDesk().language.texts;
  return (
    <div class="responses">
      <div role="listbox" id={id} aria-label={texts.responses}>
        {found.map((response, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text field's
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text field
          <div
            key={response._id}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === chosen}
            onMouseDown={event => event.preventDefault()}
            onClick={() => choose(response)}
          >
            <strong>{response.title}</strong>
            {response.shortcut && <kbd>/{response.shortcut.replace(/^\//, "")}</kbd>}
            <span class="quiet">{response.content}</span>
          </div>
        ))}
      </div>
      <p class="quiet">{found.length > 0 ? texts.responsesHint : texts.noResponse}</p>
    </div>
  );
}
