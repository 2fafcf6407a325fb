import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import en from "@/i18n/en.json";

type Label = keyof typeof en.label;

const isKnown = (label: string): label is Label => label in en.label;

/** What a detector's label is called in the chosen language; unknown ones keep their own word. */
export function useLabelName(): (label: string) => string {
  const { t } = useTranslation();
  return useCallback((label: string) => (isKnown(label) ? t(`label.${label}`) : label), [t]);
}
