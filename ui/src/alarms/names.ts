import { useMemo } from "react";
import { useSite } from "@/api/queries";
import type { Alarm, Camera, Rule } from "@/api/types";

export interface AlarmNames {
  camera: string;
  rule: string;
  found: Camera | undefined;
  spec: Rule | undefined;
}

/** What people call an alarm's camera and rule; their ids when they are gone from the site. */
export function useAlarmNames(alarm: Alarm | undefined): AlarmNames {
  const site = useSite().data;
  return useMemo(() => {
    const found = site?.cameras.find((camera) => camera.id === alarm?.camera);
    const spec = found?.rules.find((rule) => rule.id === alarm?.rule);
    return {
      found,
      spec,
      camera: found?.name ?? alarm?.camera ?? "",
      rule: spec?.name ?? alarm?.rule ?? "",
    };
  }, [site, alarm?.camera, alarm?.rule]);
}
