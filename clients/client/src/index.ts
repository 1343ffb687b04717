export { webSocketUrl } from "./config.js";
export {
  type Ask,
  Connection,
  type ConnectionOptions,
  type ConnectionState,
  type Tell,
} from "./connection.js";
export type { paths } from "./description.js";
export { ChatError, type Code, type Failure } from "./errors.js";
export { type Api, answer, api } from "./http.js";
export { further, type MarkKind, moved, NO_MARKS, OwnMarks } from "./marks.js";
export { type Deliver, type Keep, keptIn, Outbox, type OutgoingMessage } from "./outbox.js";
export { guarded, type Keeper } from "./storage.js";
export { type Observable, Store } from "./store.js";
export { type Chat, SharedChat, shared } from "./tabs.js";
export { Thread } from "./thread.js";
export { claims } from "./token.js";
export { OthersTyping, OwnTyping, type Typing } from "./typing.js";
export {
  type Details,
  forgetKept,
  outgoing,
  subject,
  type VisitorActions,
  VisitorChat,
  type VisitorOptions,
  type VisitorState,
} from "./visitor.js";
export type * from "./wire.js";
