import type { ConversationStatus, Priority } from "@livechat/client";
import { useObserved } from "@livechat/ui";
import { useEffect, useRef, useState } from "preact/hooks";
import { useDesk } from "../context.js";
import type { Filters, View } from "../routes.js";
import { useShortcut } from "../shortcuts.js";
import { Icon } from "../ui/icons.js";

/** How long one pauses before what was typed is looked for. */
const PAUSE_MS = 250;

interface FilterBarProps {
  readonly view: View;
  readonly filters: Filters;
  change(filters: Filters): void;
}

/** What is looked for, and what else narrows the list. */
export function FilterBar({ view, filters, change }: FilterBarProps) {
  const { language } = useDesk();
  const { inbox } = language.texts;
  const { q: _, ...others } = filters;
  const count = Object.keys(others).length;
  const [isOpen, setIsOpen] = useState(count > 0);
  return (
    <search class="filter-bar">
      <Search filters={filters} change={change} />
      <button
        type="button"
        class="icon"
        aria-expanded={isOpen}
        title={inbox.filters}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name="filter" />
        <span class="hidden">{inbox.filters}</span>
        {count > 0 && <span class="badge">{count}</span>}
      </button>
      {isOpen && <Selects view={view} filters={filters} change={change} />}
    </search>
  );
}

function Search({ filters, change }: Omit<FilterBarProps, "view">) {
  const { inbox } = useDesk().language.texts;
  const [q, setQ] = useState(filters.q ?? "");
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // Another view begins without it.
  useEffect(() => {
    if (document.activeElement !== field.current) {
      setQ(filters.q ?? "");
    }
  }, [filters.q]);
  useShortcut("search", () => field.current?.focus());
  const look = (wanted: string) => {
    clearTimeout(timer.current);
    const { q: _, ...others } = filters;
    change(wanted.trim() ? { ...others, q: wanted.trim() } : others);
  };
  return (
    <form
      class="search"
      onSubmit={event => {
        event.preventDefault();
        look(q);
      }}
    >
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        enterKeyHint="search"
        aria-label={inbox.search}
        placeholder={inbox.search}
        maxLength={100}
        value={q}
        onInput={({ currentTarget: { value } }) => {
          setQ(value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => look(value), PAUSE_MS);
        }}
      />
    </form>
  );
}

const STATUSES: readonly ConversationStatus[] = ["pending", "active", "resolved", "closed"];
const PRIORITIES: readonly Priority[] = ["high", "medium", "low"];

function Selects({ view, filters, change }: FilterBarProps) {
  const { desk, language } = useDesk();
  const { inbox, common } = language.texts;
  const team = useObserved(desk.team);
  const set = <K extends keyof Filters>(key: K, value: string) => {
    const { [key]: _, ...others } = filters;
    change(value ? { ...others, [key]: value } : others);
  };
  return (
    <div class="selects">
      <label>
        {inbox.order}
        <select value={filters.sort ?? ""} onChange={({ currentTarget: { value } }) => set("sort", value)}>
          <option value="">{inbox.latest}</option>
          <option value="waiting">{inbox.waiting}</option>
        </select>
      </label>
      <label>
        {inbox.status}
        <select
          value={filters.status ?? ""}
          onChange={({ currentTarget: { value } }) => set("status", value)}
        >
          <option value="">
            {view === "all" ? inbox.any : common.statuses[view === "mine" ? "active" : "pending"]}
          </option>
          {STATUSES.filter(
            status => view === "all" || status !== (view === "mine" ? "active" : "pending"),
          ).map(status => (
            <option key={status} value={status}>
              {common.statuses[status]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {inbox.priority}
        <select
          value={filters.priority ?? ""}
          onChange={({ currentTarget: { value } }) => set("priority", value)}
        >
          <option value="">{inbox.any}</option>
          {PRIORITIES.map(priority => (
            <option key={priority} value={priority}>
              {common.priorities[priority]}
            </option>
          ))}
        </select>
      </label>
      {view === "all" && (
        <label>
          {inbox.agent}
          <select
            value={filters.agent ?? ""}
            onChange={({ currentTarget: { value } }) => set("agent", value)}
          >
            <option value="">{inbox.everybody}</option>
            {team.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {inbox.tag}
        <input
          value={filters.tag ?? ""}
          maxLength={50}
          onChange={({ currentTarget: { value } }) => set("tag", value.trim())}
        />
      </label>
      <button
        type="button"
        class="link"
        onClick={() => change(filters.q === undefined ? {} : { q: filters.q })}
      >
        {inbox.clear}
      </button>
    </div>
  );
}
