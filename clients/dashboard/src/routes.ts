import type { ConversationStatus, Priority } from "@livechat/client";
import { useEffect, useState } from "preact/hooks";

/** Whose conversations the inbox shows. */
export const VIEWS = ["unassigned", "mine", "all"] as const;
export type View = (typeof VIEWS)[number];

/** Which of them, and in which order. */
export interface Filters {
  readonly status?: ConversationStatus;
  readonly priority?: Priority;
  readonly tag?: string;
  /** An agent's id. */
  readonly agent?: string;
  readonly q?: string;
  readonly sort?: "waiting";
}

/** The places beside the inbox. */
export const PLACES = ["visitors", "figures", "responses", "team", "log", "oneself"] as const;
export type Place = (typeof PLACES)[number];

/** What is on the screen, as the address says it. */
export type Route =
  | {
      readonly place: "inbox";
      readonly view: View;
      readonly filters: Filters;
      /** The id of the open conversation. */
      readonly conversation?: string;
      /** The number of the message that is to be in sight. */
      readonly at?: number;
    }
  | {
      readonly place: Place;
      /** The id of what is open there. */
      readonly id?: string;
    };

/** Where somebody begins. */
export const START: Route = { place: "inbox", view: "unassigned", filters: {} };

const STATUSES: readonly string[] = [
  "pending",
  "active",
  "resolved",
  "closed",
] satisfies ConversationStatus[];
const PRIORITIES: readonly string[] = ["low", "medium", "high"] satisfies Priority[];

/** The route that an address's fragment says; where one begins if it says none. */
export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [place, first, second] = path.split("/").map(decode);
  if (place === "inbox") {
    const view = VIEWS.find(each => each === first) ?? "unassigned";
    const search = new URLSearchParams(query);
    const at = Number(search.get("at"));
    const sight = Number.isSafeInteger(at) && at > 0 && { at };
    return { place, view, filters: filtersOf(search), ...(second && { conversation: second, ...sight }) };
  }
  const known = PLACES.find(each => each === place);
  return known ? { place: known, ...(first && { id: first }) } : START;
}

/** The fragment that says a route. */
export function format(route: Route): string {
  if (route.place === "inbox") {
    const { view, conversation, at, filters } = route;
    const sight = at === undefined ? {} : { at: String(at) };
    const query = new URLSearchParams({ ...filters, ...sight }).toString();
    const path = conversation ? `${view}/${encodeURIComponent(conversation)}` : view;
    return `#/inbox/${path}${query && `?${query}`}`;
  }
  return `#/${route.place}${route.id ? `/${encodeURIComponent(route.id)}` : ""}`;
}

/** Goes to a route; `replace` without a step to come back to. */
export function go(route: Route, replace = false): void {
  const hash = format(route);
  if (replace) {
    history.replaceState(null, "", hash);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = hash;
  }
}

/** The route that the address says, drawn anew when it changes. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return parse(hash);
}

function filtersOf(query: URLSearchParams): Filters {
  const status = query.get("status");
  const priority = query.get("priority");
  const text = (name: "agent" | "q" | "tag") => {
    const value = query.get(name)?.trim();
    return value ? { [name]: value } : {};
  };
  return {
    ...(status && STATUSES.includes(status) && { status: status as ConversationStatus }),
    ...(priority && PRIORITIES.includes(priority) && { priority: priority as Priority }),
    ...text("tag"),
    ...text("agent"),
    ...text("q"),
    ...(query.get("sort") === "waiting" && { sort: "waiting" as const }),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
