import type { CannedResponse } from "@livechat/client";
import { useDesk } from "../context.js";
import { dayOf } from "../ui/format.js";
import { withoutSlash } from "./shortcut.js";

interface ResponseItemProps {
  readonly response: CannedResponse;
  /** Only where one may. */
  edit?(): void;
  remove?(): void;
}

/** A canned response, with what one may do to it. */
export function ResponseItem({ response, edit, remove }: ResponseItemProps) {
  const { language } = useDesk();
  const { common, responses } = language.texts;
  const { title, content, shortcut, createdBy, updatedAt } = response;
  return (
    <li class="response-item">
      <div>
        <h3>
          <bdi>{title}</bdi> {shortcut && <kbd dir="ltr">/{withoutSlash(shortcut)}</kbd>}
        </h3>
        <p class="said">
          <bdi>{content}</bdi>
        </p>
        <p class="quiet">
          <bdi>{createdBy.name ?? "–"}</bdi> · <bdi>{dayOf(language, updatedAt)}</bdi>
        </p>
      </div>
      {edit && remove && (
        <div class="acts">
          <button type="button" aria-label={`${responses.edit}: ${title}`} onClick={edit}>
            {responses.edit}
          </button>
          <button type="button" aria-label={`${common.remove}: ${title}`} onClick={remove}>
            {common.remove}
          </button>
        </div>
      )}
    </li>
  );
}
