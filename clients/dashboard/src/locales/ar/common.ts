import type { Plural } from "@livechat/ui";

/** What is said in more than one place. */
export interface Common {
  readonly title: string;
  readonly places: Readonly<
    Record<"figures" | "inbox" | "log" | "oneself" | "responses" | "team" | "visitors", string>
  >;
  readonly navigation: string;
  readonly skip: string;
  readonly online: Readonly<Record<"away" | "busy" | "offline" | "online", string>>;
  readonly roles: Readonly<Record<"admin" | "agent" | "super_admin", string>>;
  readonly statuses: Readonly<Record<"active" | "closed" | "pending" | "resolved", string>>;
  readonly priorities: Readonly<Record<"high" | "low" | "medium", string>>;
  readonly anonymous: string;
  readonly erased: string;
  readonly nobody: string;
  readonly you: string;
  readonly save: string;
  readonly cancel: string;
  readonly close: string;
  readonly back: string;
  readonly remove: string;
  readonly retry: string;
  readonly more: string;
  readonly loading: string;
  readonly saved: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly newPassword: string;
  readonly passwordRule: string;
  readonly signIn: string;
  readonly signOut: string;
  readonly register: string;
  readonly registerInstead: string;
  readonly signInInstead: string;
  readonly firstTitle: string;
  readonly firstText: string;
  readonly emailTaken: string;
  readonly setupToken: string;
  readonly setupTokenText: string;
  readonly sessionEnded: string;
  readonly sessionEndedText: string;
  readonly somebodyElse: string;
  readonly connecting: string;
  readonly offline: string;
  readonly errors: Readonly<Record<string, string>>;
  readonly failed: string;
  readonly unread: Plural;
  readonly shortcuts: string;
  readonly notAllowed: string;
}

const common: Common = {
  title: "Live chat",
  places: {
    inbox: "Inbox",
    visitors: "Visitors",
    figures: "Figures",
    responses: "Responses",
    team: "Team",
    log: "Security log",
    oneself: "You",
  },
  navigation: "Places",
  skip: "Skip to the content",
  online: { online: "Online", away: "Away", busy: "Busy", offline: "Offline" },
  roles: { agent: "Agent", admin: "Administrator", super_admin: "Super administrator" },
  statuses: { pending: "Pending", active: "Active", resolved: "Resolved", closed: "Closed" },
  priorities: { low: "Low", medium: "Medium", high: "High" },
  anonymous: "Visitor",
  erased: "Erased",
  nobody: "Nobody",
  you: "You",
  save: "Save",
  cancel: "Cancel",
  close: "Close",
  back: "Back",
  remove: "Delete",
  retry: "Try again",
  more: "Show more",
  loading: "Loading …",
  saved: "Saved",
  name: "Name",
  email: "Email",
  password: "Password",
  newPassword: "New password",
  passwordRule: "At least 8 characters",
  signIn: "Sign in",
  signOut: "Sign out",
  register: "Create account",
  registerInstead: "No account yet? Create one",
  signInInstead: "You have an account? Sign in",
  firstTitle: "Welcome",
  firstText: "Nobody works here yet. The first account is the administrator’s.",
  emailTaken: "There is an account with this email.",
  setupToken: "Setup token",
  setupTokenText: "Who deployed the live chat finds it among the secrets of the deployment.",
  sessionEnded: "You have been signed out",
  sessionEndedText: "Sign in again to go on. What you have typed is still there.",
  somebodyElse: "Go on as somebody else",
  connecting: "Connecting …",
  offline: "No connection. What you write is sent when it is back.",
  errors: {
    unauthorized: "The email or the password is wrong.",
    forbidden: "You may not do this.",
    not_found: "It is not there any more.",
    conflict: "Somebody else has changed it meanwhile.",
    rate_limited: "That was too often. Wait a moment, then try again.",
    unavailable: "The live chat cannot be reached. Try again in a moment.",
    disconnected: "There is no connection. Try again when it is back.",
    timeout: "The live chat did not answer in time. Try again.",
    internal: "Something went wrong. Try again.",
  },
  failed: "That did not work: {why}",
  unread: { one: "{n} unread message", other: "{n} unread messages" },
  shortcuts: "Keyboard shortcuts",
  notAllowed: "Your role does not show this place.",
};

export default common;
