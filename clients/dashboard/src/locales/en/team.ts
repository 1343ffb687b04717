import type { AuditEntry } from "@livechat/client";
import type { Plural } from "@livechat/ui";

/** What the team and the security log say. */
export interface TeamTexts {
  readonly add: string;
  readonly addText: string;
  readonly role: string;
  readonly status: string;
  readonly department: string;
  readonly open: string;
  readonly holds: Plural;
  readonly actions: string;
  readonly count: Plural;
  readonly off: string;
  readonly offText: string;
  readonly edit: string;
  readonly editTitle: string;
  readonly optional: string;
  readonly roleText: Readonly<Record<"admin" | "agent" | "super_admin", string>>;
  readonly suggest: string;
  readonly passwordText: string;
  readonly reset: string;
  readonly resetTitle: string;
  readonly resetText: string;
  readonly resetDone: string;
  readonly added: string;
  readonly switchOff: string;
  readonly switchOffTitle: string;
  readonly switchOffText: string;
  readonly switchOn: string;
  readonly switchOnTitle: string;
  readonly switchOnText: string;
  readonly lastSuperAdmin: string;
  readonly log: LogTexts;
}

/** What the security log says. */
export interface LogTexts {
  readonly intro: string;
  /** To who sees its own account alone. */
  readonly introOwn: string;
  readonly filter: string;
  readonly everything: string;
  readonly empty: string;
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly target: string;
  readonly address: string;
  readonly detail: string;
  readonly unknown: string;
  readonly visitor: string;
  readonly roleChange: string;
  readonly atPasswordChange: string;
  readonly times: Plural;
  readonly actions: Readonly<Record<AuditEntry["action"], string>>;
}

const team: TeamTexts = {
  add: "New user",
  addText: "An account for somebody who is to answer.",
  role: "Role",
  status: "Status",
  department: "Department",
  open: "Holds",
  holds: { one: "{n} open", other: "{n} open" },
  actions: "Actions",
  count: { one: "{n} person", other: "{n} people" },
  off: "Switched off",
  offText: "They cannot sign in. What they have written stays.",
  edit: "Edit",
  editTitle: "Edit user",
  optional: "{label} (optional)",
  roleText: {
    agent: "Answers visitors.",
    admin: "Also gives away any conversation, erases visitors, and manages agents.",
    super_admin: "Also manages administrators, and gives roles.",
  },
  suggest: "Suggest one",
  passwordText: "Tell it to them in a safe way. They can change it themselves.",
  reset: "New password",
  resetTitle: "New password for {name}",
  resetText: "{name} is signed out everywhere, and signs in with the new password.",
  resetDone: "{name} has a new password.",
  added: "{name} can sign in now.",
  switchOff: "Switch off",
  switchOffTitle: "Switch off {name}?",
  switchOffText:
    "{name} is signed out everywhere and cannot sign in any more. You can switch the account on again.",
  switchOn: "Switch on",
  switchOnTitle: "Switch on {name}?",
  switchOnText: "{name} can sign in again, with the same password.",
  lastSuperAdmin: "There must be a super administrator, and this is the last one.",
  log: {
    intro: "Who has done what of importance. Good sign-ins are not written down.",
    introOwn: "What happened to your account. Good sign-ins are not written down.",
    filter: "Action",
    everything: "Everything",
    empty: "There is nothing in the log.",
    at: "Time",
    action: "Action",
    actor: "By",
    target: "Whom",
    address: "Address",
    detail: "Detail",
    unknown: "Unknown",
    visitor: "Visitor",
    roleChange: "{before} → {after}",
    atPasswordChange: "While changing the password",
    times: { one: "{n} time within an hour", other: "{n} times within an hour" },
    actions: {
      registered: "Account created",
      login_failed: "Sign-in failed",
      logout: "Signed out",
      password_changed: "Own password changed",
      password_reset: "Password reset",
      role_changed: "Role changed",
      activated: "Account switched on",
      deactivated: "Account switched off",
      visitor_banned: "Visitor banned",
      visitor_unbanned: "Ban of a visitor lifted",
      visitor_exported: "Visitor’s data exported",
      visitor_erased: "Visitor erased",
    },
  },
};

export default team;
