import type { AgentFigures } from "@livechat/client";
import { fill } from "@livechat/ui";
import { useState } from "preact/hooks";
import { type Language, useDesk } from "../context.js";
import type { Reading } from "../ui/action.js";
import { count } from "../ui/format.js";
import { Card } from "./card.js";
import type { Field } from "./csv.js";
import { duration, stars } from "./words.js";

const COLUMNS = [
  "name",
  "status",
  "assignedConversations",
  "resolvedConversations",
  "avgResponseSeconds",
  "avgRating",
  "messagesSent",
] as const satisfies readonly (keyof AgentFigures)[];

/** What is said of each agent. */
export type Column = (typeof COLUMNS)[number];

interface Order {
  readonly by: Column;
  readonly isDescending: boolean;
}

interface AgentsCardProps {
  readonly reading: Reading<AgentFigures[]>;
}

/** What each agent did. */
export function AgentsCard({ reading }: AgentsCardProps) {
  const { language } = useDesk();
  const { common, figures } = language.texts;
  const [order, setOrder] = useState<Order>({ by: "name", isDescending: false });
  const head = (column: Column) =>
    column === "avgResponseSeconds"
      ? fill(figures.seconds, { label: figures.columns[column] })
      : figures.columns[column];
  const rows = (agents: readonly AgentFigures[]): (readonly Field[])[] => [
    [figures.columns.name, common.email, ...COLUMNS.slice(1).map(head)],
    ...sorted(language, agents, order).map(agent => [
      agent.name,
      agent.email,
      common.online[agent.status],
      agent.assignedConversations,
      agent.resolvedConversations,
      agent.avgResponseSeconds,
      ratingOf(agent),
      agent.messagesSent,
    ]),
  ];
  return (
    <Card
      class="table"
      title={figures.agents}
      reading={reading}
      asOf={agents => agents[0]?.asOf}
      file="agents"
      rows={rows}
      draw={agents => (
        <div class="scrolls">
          <table class="agent-figures">
            <thead>
              <tr>
                {COLUMNS.map(column => (
                  <Head key={column} column={column} order={order} setOrder={setOrder} />
                ))}
              </tr>
            </thead>
            <tbody>
              {sorted(language, agents, order).map(agent => (
                <AgentRow key={agent.id} agent={agent} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    />
  );
}

interface HeadProps {
  readonly column: Column;
  readonly order: Order;
  setOrder(order: Order): void;
}

function Head({ column, order, setOrder }: HeadProps) {
  const { figures } = useDesk().language.texts;
  const isNumeric = column !== "name" && column !== "status";
  const isSorted = order.by === column;
  const direction = order.isDescending ? "descending" : "ascending";
  return (
    <th scope="col" class={isNumeric ? "numeric" : undefined} aria-sort={isSorted ? direction : undefined}>
      <button
        type="button"
        onClick={() => setOrder({ by: column, isDescending: isSorted ? !order.isDescending : isNumeric })}
      >
        {figures.columns[column]}
        {isSorted && <span aria-hidden="true">{order.isDescending ? "↓" : "↑"}</span>}
      </button>
    </th>
  );
}

interface AgentRowProps {
  readonly agent: AgentFigures;
}

function AgentRow({ agent }: AgentRowProps) {
  const { language } = useDesk();
  const { common } = language.texts;
  return (
    <tr>
      <th scope="row">
        <bdi>{agent.name}</bdi>
      </th>
      <td>
        <span class="state">
          <span class={`dot ${agent.status}`} aria-hidden="true" />
          {common.online[agent.status]}
        </span>
      </td>
      <td class="numeric">{count(language, agent.assignedConversations)}</td>
      <td class="numeric">{count(language, agent.resolvedConversations)}</td>
      <td class="numeric">
        {agent.avgResponseSeconds === null ? "–" : duration(language, agent.avgResponseSeconds)}
      </td>
      <td class="numeric">{ratingOf(agent) === null ? "–" : stars(language, agent.avgRating)}</td>
      <td class="numeric">{count(language, agent.messagesSent)}</td>
    </tr>
  );
}

/** Nobody can rate with less than 1: no rating at all is 0. */
function ratingOf({ avgRating }: AgentFigures): number | null {
  return Number(avgRating) || null;
}

/** In an order; who has no figure comes last in each. */
function sorted(
  language: Language,
  agents: readonly AgentFigures[],
  { by, isDescending }: Order,
): readonly AgentFigures[] {
  const figure = (agent: AgentFigures) => (by === "avgRating" ? ratingOf(agent) : agent[by]);
  return agents.toSorted((left, right) => {
    const [one, other] = [figure(left), figure(right)];
    if (one === null || other === null) {
      return Number(one === null) - Number(other === null);
    }
    const order =
      typeof one === "number" && typeof other === "number"
        ? one - other
        : String(one).localeCompare(String(other), language.locale);
    return isDescending ? -order : order;
  });
}
