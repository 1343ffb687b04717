import type { components } from "./description.js";

type Schemas = components["schemas"];

/** What clients send: the data by the event. */
export type Sent = Schemas["Sent"];
/** What an `ack` says: the data by the event that was sent. */
export type Acks = Schemas["Acks"];
/** What the server pushes: the data by the event. */
export type Pushed = Schemas["Pushed"];

/** A message as it is stored. */
export type Message = Schemas["Message"];
/** A conversation. */
export type Conversation = Schemas["Conversation_VisitorBrief"];
/** A conversation with its whole visitor. */
export type ConversationDetails = Schemas["Conversation_Visitor"];
/** Where a conversation stands. */
export type ConversationStatus = Schemas["ConversationStatus"];
/** How much a conversation matters. */
export type Priority = Schemas["Priority"];
/** How far both sides have come in a conversation. */
export type Marks = Schemas["Marks"];
/** One of the two sides of a conversation. */
export type Side = Schemas["Side"];
/** Why the server closes a connection. */
export type Closing = Schemas["Closing"];
/** What the server sends when something went wrong. */
export type ErrorData = Schemas["Error"];
/** The stable names of what can go wrong on the server. */
export type ServerCode = Schemas["Code"];

/** An agent or administrator. */
export type User = Schemas["User"];
/** A user among the others: how it is, and how much it has to do. */
export type ListedUser = Schemas["ListedUser"];
/** What an agent or administrator may do. */
export type Role = Schemas["Role"];
/** What the others see of an agent. */
export type UserStatus = Schemas["UserStatus"];
/** A visitor, with all that is known of it. */
export type Visitor = Schemas["Visitor"];
/** What lists and events say of a visitor. */
export type VisitorBrief = Schemas["VisitorBrief"];
/** A text that is ready to be sent. */
export type CannedResponse = Schemas["CannedResponse"];
/** A line of the security log. */
export type AuditEntry = Schemas["AuditEntry"];
/** Figures of all conversations. */
export type Overview = Schemas["Overview"];
/** Figures of each day of a period. */
export type Charts = Schemas["Charts"];
/** Figures of an agent. */
export type AgentFigures = Schemas["AgentFigures"];
