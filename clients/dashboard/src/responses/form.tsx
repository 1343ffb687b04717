import { type CannedResponse, ChatError } from "@livechat/client";
import { LONGEST_MESSAGE } from "@livechat/ui";
import { useId, useRef } from "preact/hooks";
import { useDesk } from "../context.js";
import { useAction } from "../ui/action.js";
import { Dialog } from "../ui/dialog.js";
import { FormEnd } from "../ui/form-end.js";
import { Problem } from "../ui/problem.js";
import { PLACEHOLDERS, written } from "./fill.js";
import { withoutSlash } from "./shortcut.js";

/** Where the server puts a response that says no category. */
const USUAL_CATEGORY = "General";

interface ResponseFormProps {
  /** The response that is changed; a new one without it. */
  readonly before?: CannedResponse;
  /** The categories that there are. */
  readonly categories: readonly string[];
  saved(): void;
  close(): void;
}

/** Writes a canned response. */
export function ResponseForm({ before, categories, saved, close }: ResponseFormProps) {
  const { desk, language } = useDesk();
  const { responses } = language.texts;
  const id = useId();
  const content = useRef<HTMLTextAreaElement>(null);
  const save = useAction(async (form: HTMLFormElement) => {
    const body = given(form);
    try {
      await (before
        ? desk.call(api =>
            api.PUT("/api/canned-responses/{id}", { params: { path: { id: before._id } }, body }),
          )
        : desk.call(api => api.POST("/api/canned-responses", { body })));
    } catch (error) {
      throw await explained(error, body.shortcut);
    }
    saved();
    close();
  });
  /** A conflict has more than one reason: whose shortcut it is tells them apart. */
  const explained = async (error: unknown, shortcut: string): Promise<unknown> => {
    if (!(error instanceof ChatError && error.code === "conflict")) {
      return error;
    }
    const all = await desk.call(api => api.GET("/api/canned-responses"));
    const isTaken = all.some(response => response.shortcut === shortcut && response._id !== before?._id);
    return shortcut && isTaken ? new ChatError("conflict", error.message, { reason: "shortcut" }) : error;
  };
  const isTaken = save.failure?.reason === "shortcut";
  return (
    <Dialog title={before ? responses.editTitle : responses.add} wide close={close}>
      <form
        class="response-form"
        onSubmit={event => {
          event.preventDefault();
          void save.run(event.currentTarget);
        }}
      >
        <label class="whole">
          {responses.title}
          <input name="title" maxLength={200} pattern=".*\S.*" required defaultValue={before?.title ?? ""} />
        </label>
        <label>
          {responses.shortcut}
          <input
            name="shortcut"
            dir="ltr"
            maxLength={50}
            autoComplete="off"
            defaultValue={before ? withoutSlash(before.shortcut) : ""}
            aria-invalid={isTaken}
            aria-describedby={`${id}-shortcut`}
            onInput={isTaken ? save.reset : undefined}
          />
          <small
            id={`${id}-shortcut`}
            class={isTaken ? "wrong" : undefined}
            role={isTaken ? "alert" : undefined}
          >
            {isTaken ? responses.shortcutTaken : responses.shortcutText}
          </small>
        </label>
        <label>
          {responses.category}
          <input name="category" maxLength={100} list={`${id}-all`} defaultValue={before?.category ?? ""} />
          <small>{responses.categoryText}</small>
        </label>
        <datalist id={`${id}-all`}>
          {categories.map(category => (
            <option key={category} value={category} />
          ))}
        </datalist>
        <label class="whole">
          {responses.content}
          <textarea
            ref={content}
            name="content"
            dir="auto"
            rows={7}
            maxLength={LONGEST_MESSAGE}
            required
            defaultValue={before?.content ?? ""}
            onInput={({ currentTarget: field }) =>
              field.setCustomValidity(field.value === "" || field.value.trim() ? "" : responses.contentBlank)
            }
          />
        </label>
        <fieldset class="whole placeholders" aria-describedby={`${id}-names`}>
          <legend>{responses.placeholders}</legend>
          {PLACEHOLDERS.map(placeholder => (
            <button
              key={placeholder}
              type="button"
              title={written(placeholder)}
              onClick={() => insert(content.current, written(placeholder))}
            >
              {responses.placeholder[placeholder]}
            </button>
          ))}
          <small id={`${id}-names`}>{responses.placeholdersText}</small>
        </fieldset>
        {!isTaken && <Problem failure={save.failure} texts={before ? {} : { conflict: responses.tooMany }} />}
        <FormEnd isDisabled={save.isBusy} cancel={close} />
      </form>
    </Dialog>
  );
}

function given(form: HTMLFormElement): Pick<CannedResponse, "category" | "content" | "shortcut" | "title"> {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "");
  return {
    title: text("title").trim(),
    content: text("content"),
    shortcut: withoutSlash(text("shortcut")),
    category: text("category").trim() || USUAL_CATEGORY,
  };
}

/** Puts a text where the caret is. */
function insert(field: HTMLTextAreaElement | null, text: string): void {
  if (field) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
}
