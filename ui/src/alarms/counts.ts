import { useAlarms } from "@/api/queries";
import type { AlarmState } from "@/api/types";

export const NEW: readonly AlarmState[] = ["new"];

/** How many alarms nobody has answered yet; the text says so when there are more than were read. */
export function useNewAlarms(): { count: number; text: string } {
  const { data } = useAlarms(NEW);
  const count = data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
  const more = data?.pages.at(-1)?.cursor != null;
  return { count, text: more ? `${count}+` : `${count}` };
}
