import { ChatError, type Visitor } from "@livechat/client";
import { fill } from "@livechat/ui";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { useAction } from "../ui/action.js";
import { FormEnd } from "../ui/form-end.js";
import { Problem } from "../ui/problem.js";

/** What an agent may write of a visitor. */
const FIELDS = ["name", "email", "country", "city"] as const;
type Field = (typeof FIELDS)[number];

/** As long as each of them may be (`docs/protocol.md`, Visitors). */
const LONGEST = 100;

interface EditProps {
  readonly visitor: Visitor;
  /** Takes the visitor as it is then. */
  take(visitor: Visitor): void;
  close(): void;
}

/** The form that changes what is known of a visitor. */
export function Edit({ visitor, take, close }: EditProps) {
  const { desk, language } = useDesk();
  const { common, visitors } = language.texts;
  const [before] = useState(visitor);
  const [wrong, setWrong] = useState<ChatError["fields"]>([]);
  const save = useAction(async (form: HTMLFormElement) => {
    setWrong([]);
    const params = { path: { id: visitor._id } };
    const body = changes(form, before);
    try {
      take(await desk.call(api => api.PUT("/api/visitors/{id}", { params, body })));
    } catch (error) {
      if (error instanceof ChatError) {
        setWrong(error.fields);
      }
      throw error;
    }
  });
  const labels = {
    name: common.name,
    email: common.email,
    country: visitors.country,
    city: visitors.city,
  };
  const problemOf = (field: Field) => {
    const why = wrong.find(({ path }) => path === field)?.msg;
    return why && (field === "email" ? visitors.wrongEmail : fill(visitors.wrong, { why }));
  };
  const isSaid = FIELDS.some(problemOf);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  return (
    <form
      ref={form}
      class="visitor-edit"
      onSubmit={event => {
        event.preventDefault();
        void save.run(event.currentTarget).then(isDone => isDone && close());
      }}
    >
      {FIELDS.map(field => (
        <Line
          key={field}
          field={field}
          label={labels[field]}
          before={before[field] ?? ""}
          problem={problemOf(field)}
        />
      ))}
      {!isSaid && <Problem failure={save.failure} />}
      <FormEnd isDisabled={save.isBusy} cancel={close} />
    </form>
  );
}

interface LineProps {
  readonly field: Field;
  readonly label: string;
  readonly before: string;
  readonly problem: string | undefined;
}

function Line({ field, label, before, problem }: LineProps) {
  const id = useId();
  return (
    <div class="visitor-line">
      <label>
        {label}
        <input
          name={field}
          inputMode={field === "email" ? "email" : "text"}
          dir={field === "email" ? "ltr" : "auto"}
          autoComplete="off"
          maxLength={LONGEST}
          defaultValue={before}
          aria-invalid={problem !== undefined}
          {...(problem !== undefined && { "aria-describedby": id })}
        />
      </label>
      {problem !== undefined && (
        <p id={id} class="visitor-wrong" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** What a form says anew: somebody else may have changed the rest meanwhile. */
function changes(form: HTMLFormElement, before: Visitor): Partial<Record<Field, string | null>> {
  const data = new FormData(form);
  const said = FIELDS.map(field => [field, String(data.get(field) ?? "").trim()] as const);
  return Object.fromEntries(
    said
      .filter(([field, text]) => text !== (before[field] ?? ""))
      .map(([field, text]) => [field, text || null]),
  );
}
