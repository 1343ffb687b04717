import type { Conversation, Priority } from "@livechat/client";
import { fill, plural } from "@livechat/ui";
import { useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { useAction } from "../ui/action.js";
import { FormEnd } from "../ui/form-end.js";
import { Problem } from "../ui/problem.js";
import { VisitorPanel } from "../visitors/panel.js";
import { useDraft } from "./drafts.js";

interface DetailsProps {
  readonly conversation: Conversation;
  /** Whether it is shown where there is no room for it beside the conversation. */
  readonly isOpen: boolean;
  close(): void;
}

/** What agents note of a conversation, and who the visitor is. */
export function Details({ conversation, isOpen, close }: DetailsProps) {
  const { common, conversation: texts } = useDesk().language.texts;
  return (
    <aside class={isOpen ? "details open" : "details"} aria-label={texts.details}>
      <button type="button" class="icon shut" aria-label={common.close} onClick={close}>
        ×
      </button>
      <Noted key={conversation._id} conversation={conversation} />
      <VisitorPanel key={conversation.visitor._id} id={conversation.visitor._id} />
    </aside>
  );
}

/** How many tags a conversation has at most, and how long they and its notes are (`docs/protocol.md`). */
const [MOST_TAGS, LONGEST_TAG, LONGEST_NOTES] = [20, 50, 5_000] as const;
const PRIORITIES: readonly Priority[] = ["low", "medium", "high"];

type Noting = Partial<Pick<Conversation, "priority" | "tags">> & { readonly notes?: string };

function Noted({ conversation }: Pick<DetailsProps, "conversation">) {
  const { desk, language } = useDesk();
  const { common, conversation: texts } = language.texts;
  const { _id: id, priority, rating, ratingComment } = conversation;
  const write = async (body: Noting) => {
    const params = { path: { id } };
    desk.conversations.take(await desk.call(api => api.PUT("/api/conversations/{id}", { params, body })));
  };
  const prioritize = useAction((priority: Priority) => write({ priority }));
  return (
    <div class="noted">
      {rating !== null && (
        <section>
          <h2>{texts.rating}</h2>
          <p>
            <span class="stars" aria-hidden="true">
              {"★".repeat(rating)}
              {"☆".repeat(5 - rating)}
            </span>
            <span class="hidden">{plural(language, texts.stars, rating)}</span>
          </p>
          {ratingComment && <p dir="auto">{ratingComment}</p>}
        </section>
      )}
      <label>
        {texts.priority}
        <select
          value={priority}
          disabled={prioritize.isBusy}
          onChange={({ currentTarget: { value } }) => {
            const wanted = PRIORITIES.find(each => each === value);
            if (wanted) {
              void prioritize.run(wanted);
            }
          }}
        >
          {PRIORITIES.map(each => (
            <option key={each} value={each}>
              {common.priorities[each]}
            </option>
          ))}
        </select>
      </label>
      <Problem failure={prioritize.failure} />
      <Tags tags={conversation.tags} write={tags => write({ tags })} />
      <Notes id={id} notes={conversation.notes ?? ""} write={notes => write({ notes })} />
    </div>
  );
}

interface TagsProps {
  readonly tags: readonly string[];
  write(tags: string[]): Promise<void>;
}

function Tags({ tags, write }: TagsProps) {
  const { language } = useDesk();
  const texts = language.texts.conversation;
  const [tag, setTag] = useState("");
  const change = useAction(write);
  const isFull = tags.length >= MOST_TAGS;
  const add = async () => {
    const added = tag.trim();
    if (added && !isFull && (await change.run([...tags, added]))) {
      setTag("");
    }
  };
  return (
    <section>
      <h2>{texts.tags}</h2>
      <ul class="tags">
        {tags.map(each => (
          <li key={each} class="chip">
            <bdi>{each}</bdi>
            <button
              type="button"
              aria-label={fill(texts.removeTag, { tag: each })}
              disabled={change.isBusy}
              onClick={() => void change.run(tags.filter(other => other !== each))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <form
        onSubmit={event => {
          event.preventDefault();
          void add();
        }}
      >
        <input
          aria-label={texts.addTag}
          placeholder={isFull ? fill(texts.tooManyTags, { n: String(MOST_TAGS) }) : texts.addTag}
          maxLength={LONGEST_TAG}
          disabled={isFull || change.isBusy}
          value={tag}
          onInput={({ currentTarget: { value } }) => setTag(value)}
        />
      </form>
      <Problem failure={change.failure} />
    </section>
  );
}

interface NotesProps {
  readonly id: string;
  readonly notes: string;
  write(notes: string): Promise<void>;
}

/** What is typed is a draft until it is saved: another agent's notes do not take its place. */
function Notes({ id, notes, write }: NotesProps) {
  const { desk, language } = useDesk();
  const texts = language.texts.conversation;
  const [draft, setDraft] = useDraft(`notes:${desk.owner}:${id}`);
  const [isEdited, setIsEdited] = useState(draft !== "");
  const save = useAction(write);
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        void save.run(draft).then(isSaved => {
          if (isSaved) {
            setDraft("");
            setIsEdited(false);
          }
        });
      }}
    >
      <label>
        {texts.notes}
        <textarea
          class="notes"
          rows={4}
          dir="auto"
          maxLength={LONGEST_NOTES}
          placeholder={texts.notesHint}
          readOnly={save.isBusy}
          value={isEdited ? draft : notes}
          onInput={({ currentTarget: { value } }) => {
            setIsEdited(true);
            setDraft(value);
          }}
        />
      </label>
      <Problem failure={save.failure} />
      {isEdited && (
        <FormEnd
          isDisabled={save.isBusy}
          cancel={() => {
            setDraft("");
            setIsEdited(false);
          }}
        />
      )}
    </form>
  );
}
