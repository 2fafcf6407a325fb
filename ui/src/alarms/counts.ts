import { useAlarms } from "@/api/queries";
import type { AlarmState } from "@/api/types";

export const NEW: readonly AlarmState[] = ["new"];

const MOST = 99;

/** How many alarms nobody has answered yet; the text says so when there are more than can be counted. */
export function useNewAlarms(): { count: number; text: string } {
  const { data } = useAlarms(NEW);
  const count = data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
  return { count, text: count > MOST ? `${MOST}+` : `${count}` };
}
