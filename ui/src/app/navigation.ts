// The pages of the app in the order of the rail; a page has its row here or no place in the shell.
import type { Right } from "@/api/types";
import type { IconName } from "@/elements/Icon";

export interface Place {
  to: string;
  icon: IconName;
  title:
    | "nav.live"
    | "nav.alarms"
    | "nav.playback"
    | "nav.exports"
    | "nav.cameras"
    | "nav.people"
    | "nav.audit";
  right: Right;
  /** The second key after g. */
  key: string;
}

export const PLACES: readonly Place[] = [
  { to: "/", icon: "live", title: "nav.live", right: "live.view", key: "l" },
  { to: "/alarms", icon: "bell", title: "nav.alarms", right: "alarms.view", key: "a" },
  { to: "/playback", icon: "playback", title: "nav.playback", right: "footage.view", key: "p" },
  { to: "/exports", icon: "download", title: "nav.exports", right: "footage.export", key: "e" },
  { to: "/cameras", icon: "camera", title: "nav.cameras", right: "cameras.view", key: "c" },
  { to: "/people", icon: "user", title: "nav.people", right: "users.view", key: "u" },
  { to: "/audit", icon: "clock", title: "nav.audit", right: "audit.view", key: "d" },
];

/** The pages somebody with these rights may open. */
export function placesFor(rights: readonly Right[]): Place[] {
  return PLACES.filter((place) => rights.includes(place.right));
}

/** Where somebody with these rights begins; the own account is open to everybody. */
export function firstPlace(rights: readonly Right[]): string {
  return placesFor(rights)[0]?.to ?? "/account";
}
