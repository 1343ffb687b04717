import { fill } from "@livechat/ui";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { useDesk } from "../context.js";
import type { Reading } from "../ui/action.js";
import { dateOf } from "../ui/format.js";
import { Problem } from "../ui/problem.js";
import { download, type Field } from "./csv.js";

interface CardProps<T> {
  readonly title: string;
  readonly reading: Reading<T>;
  /** Of which time the figures are. */
  asOf(data: T): string | undefined;
  /** The name and the rows of the file that they can be had as. */
  readonly file: string;
  rows(data: T): readonly (readonly Field[])[];
  /** What else can be done with them. */
  readonly acts?: ComponentChildren;
  draw(data: T): ComponentChildren;
  readonly class?: string;
}

/** Some of the figures, with when they were so, and the way to have them as a file. */
export function Card<T>({ title, reading, asOf, file, rows, acts, draw, class: name = "" }: CardProps<T>) {
  const { language } = useDesk();
  const { common, figures } = language.texts;
  const id = useId();
  const { data, failure, isLoading, reload } = reading;
  const at = data && asOf(data);
  return (
    <section class={`card figures-card ${name}`} aria-labelledby={id} aria-busy={isLoading}>
      <header>
        <div>
          <h2 id={id}>{title}</h2>
          {at && <p class="quiet">{fill(figures.asOf, { at: dateOf(language, at) })}</p>}
        </div>
        <div class="acts">
          {data && acts}
          {data && (
            <button
              type="button"
              aria-label={`${figures.csv}: ${title}`}
              onClick={() => download(file, rows(data))}
            >
              {figures.csv}
            </button>
          )}
        </div>
      </header>
      <Problem failure={failure} retry={reload} />
      {data ? draw(data) : isLoading && <p class="empty">{common.loading}</p>}
    </section>
  );
}
