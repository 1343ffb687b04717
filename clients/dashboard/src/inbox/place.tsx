import { useDesk } from "../context.js";
import type { Route } from "../routes.js";

/** The conversations, and the one that is open. */
export function InboxPlace({ view }: Extract<Route, { place: "inbox" }>) {
  const { language } = useDesk();
  return <h1>{`${language.texts.common.places.inbox} ${view}`}</h1>;
}
