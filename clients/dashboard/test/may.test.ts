import { describe, expect, it } from "vitest";
import { PLACES } from "../src/routes.js";
import type { Self } from "../src/session.js";
import { givesRoles, hasPlace, isAdministrator, mayChange, mayLockOut, ROLES } from "../src/team/may.js";
import type { Member } from "../src/team/member.js";

const somebody = (role: Self["role"], id: string = role): Self => ({
  id,
  name: id,
  email: `${id}@example.com`,
  role,
  status: "online",
});
const user = (role: Self["role"], id: string = role): Member => ({
  ...somebody(role, id),
  active: true,
  avatar: null,
  createdAt: "2026-01-31T09:30:00.000Z",
  department: null,
  openConversations: 0,
});

const AGENT = somebody("agent");
const ADMIN = somebody("admin");
const SUPER_ADMIN = somebody("super_admin");

describe("a place", () => {
  it("is everybody's, but the team, which is an administrator's", () => {
    const places = ["inbox", ...PLACES] as const;
    expect(places.filter(place => !hasPlace(AGENT, place))).toEqual(["team"]);
    for (const self of [ADMIN, SUPER_ADMIN]) {
      expect(places.filter(place => !hasPlace(self, place))).toEqual([]);
    }
  });
});

describe("what others do", () => {
  it("is administered by administrators, and roles are given by super administrators", () => {
    expect([AGENT, ADMIN, SUPER_ADMIN].map(isAdministrator)).toEqual([false, true, true]);
    expect([AGENT, ADMIN, SUPER_ADMIN].map(givesRoles)).toEqual([false, false, true]);
  });
});

describe("a user", () => {
  const allowed = (may: typeof mayChange, self: Self) =>
    ROLES.filter(role => may(self, user(role, `another ${role}`)));

  it("is changed by who is above it, and by an administrator who is it", () => {
    expect(allowed(mayChange, ADMIN)).toEqual(["agent"]);
    expect(allowed(mayChange, SUPER_ADMIN)).toEqual(ROLES);
    expect(mayChange(ADMIN, user("admin"))).toBe(true);
  });

  it("is locked out by who may change it, and not by itself", () => {
    expect(allowed(mayLockOut, ADMIN)).toEqual(["agent"]);
    expect(allowed(mayLockOut, SUPER_ADMIN)).toEqual(ROLES);
    for (const self of [ADMIN, SUPER_ADMIN]) {
      expect(mayLockOut(self, user(self.role))).toBe(false);
    }
  });
});
