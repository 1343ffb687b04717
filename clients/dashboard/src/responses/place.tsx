import type { CannedResponse } from "@livechat/client";
import { fill, plural } from "@livechat/ui";
import { useRef, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { isAdministrator } from "../team/may.js";
import { type Reading, useReading } from "../ui/action.js";
import { Confirm } from "../ui/confirm.js";
import { Problem } from "../ui/problem.js";
import { ResponseForm } from "./form.js";
import { ResponseItem } from "./item.js";
import { useSettled } from "./settled.js";
import "./responses.css";

/** How long somebody has stopped typing before it is searched for. */
const SETTLED_MS = 150;

/** What is being done to which response. */
type Doing =
  | { readonly what: "add" }
  | { readonly what: "edit" | "remove"; readonly response: CannedResponse };

/** Texts that are ready to be sent. */
export function ResponsesPlace() {
  const { desk, language } = useDesk();
  const { common, responses } = language.texts;
  const [typed, setTyped] = useState("");
  const [doing, setDoing] = useState<Doing>();
  const q = useSettled(typed.trim(), SETTLED_MS);
  const query = q ? { q } : {};
  const reading = useReading(q, () =>
    desk.call(api => api.GET("/api/canned-responses", { params: { query } })),
  );
  const shown = useLast(reading);
  const close = () => setDoing(undefined);
  return (
    <div class="page responses-place">
      <header>
        <h1>{common.places.responses}</h1>
        <button type="button" class="primary" onClick={() => setDoing({ what: "add" })}>
          {responses.add}
        </button>
      </header>
      <p class="quiet">{responses.intro}</p>
      <input
        type="search"
        aria-label={responses.search}
        placeholder={responses.search}
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <Problem failure={reading.failure} retry={reading.reload} />
      <p class="hidden" role="status">
        {shown && q ? plural(language, responses.found, shown.length) : ""}
      </p>
      {shown ? (
        <Groups
          shown={shown}
          isSearch={q !== ""}
          edit={response => setDoing({ what: "edit", response })}
          remove={response => setDoing({ what: "remove", response })}
        />
      ) : (
        reading.isLoading && <p class="empty">{common.loading}</p>
      )}
      {doing?.what === "remove" && (
        <Confirm
          title={responses.removeTitle}
          label={common.remove}
          isDangerous
          close={close}
          work={async () => {
            const params = { path: { id: doing.response._id } };
            await desk.call(api => api.DELETE("/api/canned-responses/{id}", { params }));
            reading.reload();
          }}
        >
          <p>{fill(responses.removeText, { title: doing.response.title })}</p>
        </Confirm>
      )}
      {(doing?.what === "add" || doing?.what === "edit") && (
        <ResponseForm
          {...(doing.what === "edit" && { before: doing.response })}
          categories={categoriesOf(shown ?? [])}
          saved={reading.reload}
          close={close}
        />
      )}
    </div>
  );
}

interface GroupsProps {
  readonly shown: readonly CannedResponse[];
  readonly isSearch: boolean;
  edit(response: CannedResponse): void;
  remove(response: CannedResponse): void;
}

function Groups({ shown, isSearch, edit, remove }: GroupsProps) {
  const { self, language } = useDesk();
  const { responses } = language.texts;
  if (shown.length === 0) {
    return <p class="empty">{isSearch ? responses.emptySearch : responses.empty}</p>;
  }
  const mayChange = ({ createdBy }: CannedResponse) => isAdministrator(self) || createdBy._id === self.id;
  return categoriesOf(shown).map(category => (
    <section key={category}>
      <h2>{category}</h2>
      <ul class="card">
        {shown
          .filter(response => response.category === category)
          .map(response => (
            <ResponseItem
              key={response._id}
              response={response}
              {...(mayChange(response) && { edit: () => edit(response), remove: () => remove(response) })}
            />
          ))}
      </ul>
    </section>
  ));
}

function categoriesOf(shown: readonly CannedResponse[]): string[] {
  return [...new Set(shown.map(({ category }) => category))].sort((one, other) => one.localeCompare(other));
}

/** What was read last, so that the list does not vanish while the next search is on its way. */
function useLast<T>({ data }: Reading<T>): T | undefined {
  const last = useRef(data);
  last.current = data ?? last.current;
  return last.current;
}
