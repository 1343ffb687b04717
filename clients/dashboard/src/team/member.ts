import type { ListedUser } from "@livechat/client";

/** A user with what administrators alone are shown. */
export type Member = ListedUser & {
  readonly email: string;
  readonly active: boolean;
  readonly department: string | null;
};

/** A user as an administrator has been given it. */
export function memberOf(user: ListedUser): Member {
  const { email, active, department } = user;
  return { ...user, email: email ?? "", active: active ?? true, department: department ?? null };
}
