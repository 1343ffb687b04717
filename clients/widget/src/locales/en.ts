import type { Plural } from "@livechat/ui";

/** What the widget says. */
export interface Texts {
  readonly title: string;
  readonly open: string;
  readonly close: string;
  readonly welcome: string;
  readonly placeholder: string;
  readonly send: string;
  readonly messages: string;
  readonly you: string;
  readonly team: string;
  readonly typing: string;
  readonly earlier: string;
  readonly sending: string;
  readonly sent: string;
  readonly delivered: string;
  readonly read: string;
  readonly failed: string;
  readonly retry: string;
  readonly discard: string;
  readonly connecting: string;
  readonly reconnecting: string;
  readonly refused: string;
  readonly banned: string;
  readonly away: string;
  readonly resolved: string;
  readonly closed: string;
  readonly rate: string;
  readonly stars: Plural;
  readonly comment: string;
  readonly submit: string;
  readonly thanks: string;
  readonly name: string;
  readonly email: string;
  readonly start: string;
  readonly details: string;
  readonly file: string;
  readonly tooLong: string;
  readonly unread: Plural;
}

const texts: Texts = {
  title: "Chat with us",
  open: "Open chat",
  close: "Close chat",
  welcome: "Hello! How can we help?",
  placeholder: "Write a message …",
  send: "Send",
  messages: "Messages",
  you: "You",
  team: "Support",
  typing: "{name} is typing …",
  earlier: "Show earlier messages",
  sending: "Sending …",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Not sent: {why}",
  retry: "Try again",
  discard: "Delete",
  connecting: "Connecting …",
  reconnecting: "No connection. What you write is sent when it is back.",
  refused: "The chat is not available: {why}",
  banned: "You cannot chat here any more.",
  away: "Nobody is here at the moment. Write to us: the answer waits for you here.",
  resolved: "This conversation has been resolved. Write if you need anything else.",
  closed: "This conversation has ended. Write to start another one.",
  rate: "How was it?",
  stars: { one: "{n} star", other: "{n} stars" },
  comment: "A comment (optional)",
  submit: "Rate",
  thanks: "Thank you for your rating.",
  name: "Name",
  email: "Email",
  start: "Start chat",
  details: "Who are we talking to?",
  file: "File",
  tooLong: "This is too long: {n} characters at most.",
  unread: { one: "{n} unread message", other: "{n} unread messages" },
};

export default texts;
