import type { Query } from "../live/list.js";
import type { Filters, View } from "../routes.js";

/** Which conversations a view shows, through its filters. */
export function queryOf(view: View, { agent, status, ...filters }: Filters, self: string): Query {
  switch (view) {
    case "unassigned":
      return { ...filters, agent: null, status: status ?? "pending" };
    case "mine":
      return { ...filters, agent: self, status: status ?? "active" };
    case "all":
      return { ...filters, ...(agent !== undefined && { agent }), ...(status && { status }) };
  }
}
