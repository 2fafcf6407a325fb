import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { Alarm, Verdict } from "@/api/types";
import { tellFailure } from "@/elements/failures";
import { takeAlarm } from "./news";

export interface Closing {
  verdict: Verdict;
  note: string;
}

/** Answering an alarm; what the server says of it goes into every list at once. */
export function useAnswers(alarm: Alarm) {
  const client = useQueryClient();
  const path = { alarm_id: alarm.id };
  const onSuccess = (changed: Alarm) =>
    takeAlarm(client, { kind: "alarm_change", alarm: changed, opened: false });
  const acknowledge = useMutation({
    mutationFn: (): Promise<Alarm> =>
      answer(api.POST("/api/v1/alarms/{alarm_id}/acknowledge", { params: { path } })),
    onSuccess,
    onError: tellFailure,
  });
  const close = useMutation({
    mutationFn: (closing: Closing): Promise<Alarm> =>
      answer(api.POST("/api/v1/alarms/{alarm_id}/close", { params: { path }, body: closing })),
    onSuccess,
    onError: tellFailure,
  });
  return { acknowledge, close };
}
