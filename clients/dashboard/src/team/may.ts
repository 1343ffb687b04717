import type { Role } from "@livechat/client";
import type { Route } from "../routes.js";
import type { Self } from "../session.js";
import type { Member } from "./member.js";

/** The roles, the one that may least first. */
export const ROLES = ["agent", "admin", "super_admin"] as const satisfies readonly Role[];

/** Whether somebody administers what others do. */
export function isAdministrator(self: Self): boolean {
  return self.role !== "agent";
}

/** Whether somebody has a place: the accounts of all are an administrator's. */
export function hasPlace(self: Self, place: Route["place"]): boolean {
  return place !== "team" || isAdministrator(self);
}

/** Whether an administrator may change a user: agents and itself, a super administrator everybody. */
export function mayChange(self: Self, user: Member): boolean {
  return self.role === "super_admin" || user.role === "agent" || user.id === self.id;
}

/** Whether it may reset the password or switch the account off or on: one's own is not to be locked out. */
export function mayLockOut(self: Self, user: Member): boolean {
  return mayChange(self, user) && user.id !== self.id;
}

/** Whether somebody gives roles. */
export function givesRoles(self: Self): boolean {
  return self.role === "super_admin";
}
