import type { Plural } from "@livechat/ui";

/** For how long somebody may be banned. */
export type BanLength = "day" | "forGood" | "month" | "week";

/** What is said of visitors. */
export interface Visitors {
  readonly list: string;
  readonly shown: string;
  readonly choose: string;
  readonly search: string;
  readonly searchExample: string;
  readonly found: string;
  readonly foundCount: Plural;
  readonly foundMore: Plural;
  readonly foundNobody: string;
  readonly incomplete: string;
  readonly onSiteCount: Plural;
  readonly onSiteMore: Plural;
  readonly nobody: string;
  readonly visitor: string;
  readonly page: string;
  readonly where: string;
  readonly browser: string;
  readonly since: string;
  readonly justNow: string;
  readonly lastSeen: string;
  readonly onSite: string;
  readonly away: string;
  readonly verified: string;
  readonly externalId: string;
  readonly facts: string;
  readonly address: string;
  readonly referrer: string;
  readonly visits: string;
  readonly timeOnSite: string;
  readonly firstSeen: string;
  readonly now: string;
  readonly lastPage: string;
  readonly pagesBefore: string;
  readonly allPages: string;
  readonly fewerPages: string;
  readonly conversations: string;
  readonly noConversations: string;
  readonly noMessages: string;
  readonly edit: string;
  readonly country: string;
  readonly city: string;
  readonly wrongEmail: string;
  readonly wrong: string;
  readonly administration: string;
  readonly banned: string;
  readonly bannedUntil: string;
  readonly banReason: string;
  readonly bannedBy: string;
  readonly ban: string;
  readonly banTitle: string;
  readonly banText: string;
  readonly banLength: string;
  readonly banLengths: Readonly<Record<BanLength, string>>;
  readonly reason: string;
  readonly reasonText: string;
  readonly unban: string;
  readonly unbanTitle: string;
  readonly unbanText: string;
  readonly export: string;
  readonly exportTitle: string;
  readonly exportText: string;
  readonly exportDo: string;
  readonly erase: string;
  readonly eraseTitle: string;
  readonly eraseText: string;
  readonly eraseBan: string;
  readonly eraseDo: string;
  readonly goneTitle: string;
  readonly gone: string;
  readonly goneBan: string;
  readonly goneUnban: string;
  readonly noBan: string;
  readonly start: string;
  readonly startTitle: string;
  readonly startText: string;
  readonly message: string;
  readonly send: string;
  readonly startedMeanwhile: string;
  readonly toConversation: string;
}

const visitors: Visitors = {
  list: "On the site now",
  shown: "The visitor",
  choose: "Choose a visitor to see what is known of it.",
  search: "Search all visitors",
  searchExample: "Name or email",
  found: "Found",
  foundCount: { one: "{n} visitor found", other: "{n} visitors found" },
  foundMore: {
    one: "{n} visitor found, and there are more",
    other: "{n} visitors found, and there are more",
  },
  foundNobody: "Nobody was found. Names and emails are searched by the beginnings of their words.",
  incomplete: "There are more than were looked through. Say it more exactly.",
  onSiteCount: { one: "{n} visitor on the site", other: "{n} visitors on the site" },
  onSiteMore: { one: "More than {n} visitor on the site", other: "More than {n} visitors on the site" },
  nobody: "Nobody is on the site. Who comes appears here by itself.",
  visitor: "Visitor",
  page: "Page",
  where: "Place",
  browser: "Browser",
  since: "Since",
  justNow: "now",
  lastSeen: "Last seen",
  onSite: "On the site",
  away: "Not on the site",
  verified: "Verified by your site",
  externalId: "Your site’s id",
  facts: "Details",
  address: "IP address",
  referrer: "Came from",
  visits: "Visits",
  timeOnSite: "Time on site",
  firstSeen: "First seen",
  now: "Is now on",
  lastPage: "Was last on",
  pagesBefore: "Pages before",
  allPages: "Show all",
  fewerPages: "Show fewer",
  conversations: "Conversations",
  noConversations: "There has been no conversation yet.",
  noMessages: "No message",
  edit: "Edit",
  country: "Country",
  city: "City",
  wrongEmail: "This is no email address.",
  wrong: "This cannot be taken: {why}",
  administration: "What can be done",
  banned: "Banned for good",
  bannedUntil: "Banned until {time}",
  banReason: "Reason: {reason}",
  bannedBy: "By {name}, {time}",
  ban: "Ban",
  banTitle: "Ban {name}?",
  banText: "The visitor is disconnected at once and cannot chat until the ban ends or is lifted.",
  banLength: "How long",
  banLengths: { forGood: "For good", day: "1 day", week: "7 days", month: "30 days" },
  reason: "Reason (optional)",
  reasonText: "Only the team sees it.",
  unban: "Lift the ban",
  unbanTitle: "Lift the ban of {name}?",
  unbanText: "The visitor can come back and chat again.",
  export: "Export data",
  exportTitle: "Export all data of {name}?",
  exportText:
    "Everything that is stored of this person is saved as one JSON file: its details, its conversations with all messages, and your notes. The export is noted in the security log.",
  exportDo: "Export",
  erase: "Erase",
  eraseTitle: "Erase {name}?",
  eraseText:
    "Everything personal is deleted for good: the details, what was said in all conversations, your notes and tags. Open conversations are closed. Only numbers, times and ratings stay. This cannot be undone.",
  eraseBan: "The ban stays.",
  eraseDo: "Erase for good",
  goneTitle: "Erased",
  gone: "Nothing personal is stored of this visitor any more.",
  goneBan: "If the visitor was banned before it was erased, the ban still holds. Lift it here.",
  goneUnban: "Lift a ban of the erased visitor?",
  noBan: "There is no ban.",
  start: "Start a conversation",
  startTitle: "Write to {name}",
  startText: "The visitor sees the message at once, and the conversation is yours.",
  message: "Message",
  send: "Send",
  startedMeanwhile: "The visitor has an open conversation already.",
  toConversation: "Go to the conversation",
};

export default visitors;
