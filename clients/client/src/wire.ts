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
