// Times as people read them: the site's zone, 24 hours, the chosen language.
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSite } from "@/api/queries";

export interface MomentFormat {
  /** 14:03:22 */
  clock: (tUs: number) => string;
  /** 5 Nov 2026, 14:03:22 */
  full: (tUs: number) => string;
  /** 5 Nov */
  day: (tUs: number) => string;
  /** Nov 2026 */
  month: (tUs: number) => string;
  /** Whether both fall on the same day of that zone. */
  sameDay: (oneUs: number, otherUs: number) => boolean;
  zone: string;
}

/** The forms of a moment in a time zone and language. */
export function momentFormat(language: string, zone: string): MomentFormat {
  const make = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(language, {
      timeZone: zone,
      hourCycle: "h23",
      ...options,
    });
    return (tUs: number) => format.format(new Date(tUs / 1000));
  };
  const date = make({ year: "numeric", month: "2-digit", day: "2-digit" });
  return {
    clock: make({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    full: make({ dateStyle: "medium", timeStyle: "medium" }),
    day: make({ day: "numeric", month: "short" }),
    month: make({ month: "short", year: "numeric" }),
    sameDay: (oneUs, otherUs) => date(oneUs) === date(otherUs),
    zone,
  };
}

/** The forms for the site's zone; this device's while the site is unknown. */
export function useMoment(): MomentFormat {
  const { i18n } = useTranslation();
  const zone = useSite().data?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return useMemo(() => momentFormat(i18n.language, zone), [i18n.language, zone]);
}
