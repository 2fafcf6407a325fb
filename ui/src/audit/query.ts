// Which entries are wanted, as the address of the page says it.
import { momentOf } from "@/playback/calendar/zone";

export interface Wanted {
  actor: string;
  action: string;
  text: string;
  /** Days of the site's zone such as 2026-11-20; empty for no bound. The last one is included. */
  from: string;
  until: string;
}

export const NAMES = ["actor", "action", "text", "from", "until"] as const;

export function wantedOf(query: URLSearchParams): Wanted {
  const [actor, action, text, from, until] = NAMES.map((name) => query.get(name) ?? "");
  return {
    actor: actor ?? "",
    action: action ?? "",
    text: text ?? "",
    from: from ?? "",
    until: until ?? "",
  };
}

export interface AuditQuery {
  actor?: string;
  action?: string;
  text?: string;
  after_us?: number;
  before_us?: number;
}

/** The same as the server takes it. */
export function queryOf(wanted: Wanted, zone: string): AuditQuery {
  const after = startOf(wanted.from, zone);
  const before = startOf(wanted.until, zone, 1);
  return {
    ...(wanted.actor && { actor: wanted.actor }),
    ...(wanted.action && { action: wanted.action }),
    ...(wanted.text && { text: wanted.text }),
    ...(after !== null && { after_us: after }),
    ...(before !== null && { before_us: before }),
  };
}

/** When a day begins in that zone, or one some days later; null for what is no day. */
function startOf(day: string, zone: string, later = 0): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  if (!parts) return null;
  const date = new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later));
  return momentOf(
    { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() },
    zone,
  );
}

export function exportAddress(query: AuditQuery, format: "csv" | "json"): string {
  const told = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return `/api/v1/audit/export?${new URLSearchParams([...told, ["format", format]])}`;
}
