// What may be given to whom, and how it is told.
import type { Camera, Right } from "@/api/types";
import type { Invitation, Limits, Role, UserShown } from "./api";

export const NO_LIMITS: Limits = { role: "viewer", all_cameras: true, cameras: [], groups: [] };

/** Roles somebody with these rights may hand out, and the one there is already. */
export function grantable(roles: readonly Role[], rights: readonly Right[], kept = ""): Role[] {
  const own = new Set<string>(rights);
  return roles.filter((role) => role.id === kept || role.rights.every((right) => own.has(right)));
}

/** Names of all groups, in the order of the alphabet. */
export function groupsOf(cameras: readonly Camera[]): string[] {
  return [...new Set(cameras.map((camera) => camera.group).filter(Boolean))].sort();
}

/** Limits without what does not count when they are good for all cameras. */
export function tidy(limits: Limits): Limits {
  return limits.all_cameras ? { ...limits, cameras: [], groups: [] } : limits;
}

/** Whether they name at least one camera or group. */
export function isWhole(limits: Limits): boolean {
  return limits.all_cameras || limits.cameras.length + limits.groups.length > 0;
}

/** Groups, then names of cameras; a camera that has gone keeps its id. Empty for all cameras. */
export function placesOf(limits: Omit<Limits, "role">, cameras: readonly Camera[]): string[] {
  if (limits.all_cameras) return [];
  const nameOf = (id: string) => cameras.find((camera) => camera.id === id)?.name ?? id;
  return [...limits.groups, ...limits.cameras.map(nameOf)];
}

export type UserState = "pending" | "refused" | "disabled" | "active";

export function stateOf({ user }: UserShown): UserState {
  if (user.state !== "active") return user.state;
  return user.enabled ? "active" : "disabled";
}

export type LinkState = "open" | "used" | "expired";

export function linkState(one: Invitation, nowUs: number): LinkState {
  if (one.used_us != null) return "used";
  return one.expires_us <= nowUs ? "expired" : "open";
}

/** The address that is sent to somebody; the token stays behind the hash, so no server logs it. */
export function linkAddress(token: string, origin = window.location.origin): string {
  return `${origin}/invitation#${token}`;
}
