import { useEffect, useRef, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { format } from "../routes.js";
import { useShortcut } from "../shortcuts.js";
import { Icon } from "../ui/icons.js";
import { Found } from "./found.js";
import { OnSite } from "./on-site.js";
import { VisitorPanel } from "./panel.js";
import { rowId } from "./row.js";
import "./visitors.css";

/** A pause in writing after which is searched. */
const PAUSE_MS = 250;

interface VisitorsPlaceProps {
  /** The id of the visitor who is shown. */
  readonly id?: string;
}

/** Who is on the site, and who was. */
export function VisitorsPlace({ id }: VisitorsPlaceProps) {
  const { visitors } = useDesk().language.texts;
  const [wanted, setWanted] = useState("");
  const q = useSettled(wanted.trim(), PAUSE_MS);
  const shown = useFollowingFocus(id);
  return (
    <div class={id === undefined ? "visitors" : "visitors has-one"}>
      <div class="visitors-all">
        <Search value={wanted} set={setWanted} />
        {q === "" ? <OnSite shown={id} /> : <Found key={q} q={q} shown={id} />}
      </div>
      {id === undefined ? (
        <p class="visitors-none quiet">{visitors.choose}</p>
      ) : (
        <section ref={shown} class="visitors-one" aria-label={visitors.shown} tabIndex={-1}>
          <Back />
          <VisitorPanel id={id} />
        </section>
      )}
    </div>
  );
}

interface SearchProps {
  readonly value: string;
  set(value: string): void;
}

function Search({ value, set }: SearchProps) {
  const { common, visitors } = useDesk().language.texts;
  const field = useRef<HTMLInputElement>(null);
  const [toField] = useState(() => () => field.current?.focus());
  useShortcut("search", toField);
  return (
    <header class="visitors-head">
      <h1>{common.places.visitors}</h1>
      <search>
        <Icon name="search" />
        <input
          ref={field}
          type="search"
          aria-label={visitors.search}
          placeholder={visitors.searchExample}
          maxLength={100}
          dir="auto"
          value={value}
          onInput={({ currentTarget }) => set(currentTarget.value)}
        />
      </search>
    </header>
  );
}

/** The way back to the list: on a phone there is nothing beside it. */
function Back() {
  const { common } = useDesk().language.texts;
  return (
    <nav class="visitors-back" aria-label={common.back}>
      <a href={format({ place: "visitors" })} aria-label={common.back}>
        <Icon name="back" />
        <span>{common.back}</span>
      </a>
    </nav>
  );
}

/** What `value` was when it last stayed the same for a while; at once what is empty. */
function useSettled(value: string, pause: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), value === "" ? 0 : pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}

/** Takes the focus to the visitor who is chosen, and back to its row. */
function useFollowingFocus(id: string | undefined) {
  const shown = useRef<HTMLElement>(null);
  const before = useRef(id);
  useEffect(() => {
    const last = before.current;
    before.current = id;
    if (id === last) {
      return;
    }
    if (id !== undefined) {
      shown.current?.focus();
    } else if (last !== undefined) {
      document.getElementById(rowId(last))?.focus();
    }
  }, [id]);
  return shown;
}
