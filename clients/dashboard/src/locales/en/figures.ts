import type { Plural } from "@livechat/ui";
import type { Column } from "../../figures/agents.js";

/** What the figures say. */
export interface Figures {
  readonly period: string;
  readonly days: Plural;
  readonly timeZone: string;
  readonly refresh: string;
  readonly asOf: string;
  readonly csv: string;
  readonly noData: string;
  readonly overview: string;
  readonly figure: string;
  readonly value: string;
  readonly total: string;
  readonly pending: string;
  readonly active: string;
  readonly resolved: string;
  readonly closed: string;
  readonly response: string;
  readonly responseText: string;
  readonly resolution: string;
  readonly resolutionText: string;
  readonly rating: string;
  readonly ratings: Plural;
  readonly seconds: string;
  readonly byDay: Readonly<Record<"conversations" | "messages", string>>;
  readonly counts: Readonly<Record<"conversations" | "messages", Plural>>;
  readonly chart: string;
  readonly chartEmpty: string;
  readonly day: string;
  readonly number: string;
  readonly asTable: string;
  readonly agents: string;
  readonly agentsEmpty: string;
  readonly columns: Readonly<Record<Column, string>>;
}

const figures: Figures = {
  period: "Period",
  days: { one: "{n} day", other: "{n} days" },
  timeZone: "Time zone",
  refresh: "Refresh",
  asOf: "As of {at}",
  csv: "CSV",
  noData: "No data yet",
  overview: "Overview",
  figure: "Figure",
  value: "Value",
  total: "Conversations",
  pending: "Unassigned",
  active: "Active",
  resolved: "Resolved",
  closed: "Closed",
  response: "First answer",
  responseText: "after the first message, on average",
  resolution: "Resolved within",
  resolutionText: "from the beginning, on average",
  rating: "Rating",
  ratings: { one: "of {most}, from {n} rating", other: "of {most}, from {n} ratings" },
  seconds: "{label} (seconds)",
  byDay: { conversations: "Conversations by day", messages: "Messages by day" },
  counts: {
    conversations: { one: "{n} conversation", other: "{n} conversations" },
    messages: { one: "{n} message", other: "{n} messages" },
  },
  chart: "{title}: {total} in all, the most on {day} ({most}).",
  chartEmpty: "{title}: none.",
  day: "Day",
  number: "Number",
  asTable: "As a table",
  agents: "Agents",
  agentsEmpty: "Nobody works here.",
  columns: {
    name: "Agent",
    status: "Status",
    assignedConversations: "Conversations",
    resolvedConversations: "Resolved",
    avgResponseSeconds: "First answer",
    avgRating: "Rating",
    messagesSent: "Messages",
  },
};

export default figures;
