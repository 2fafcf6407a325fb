import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { asFailure } from "@/api/failure";

/** Codes whose sentence the page says itself; for others the server's own words are shown. */
const KNOWN = [
  "offline",
  "not_logged_in",
  "denied",
  "not_approved",
  "throttled",
  "internal",
  "unreachable",
  "login_failed",
  "stream_missing",
  "stream_silent",
  "stream_unsupported",
  "address_refused",
] as const;
/** Codes of which the server's words carry what the page cannot know. */
const WITH_DETAIL = new Set(["config", "invalid", "conflict", "plugin", "unavailable"]);

/** A failure in the chosen language, with the server's own words where they say more. */
export function failureText(error: unknown): string {
  const failure = asFailure(error);
  const known = KNOWN.find((code) => code === failure.code);
  if (known) return i18next.t(`failure.${known}`, { seconds: Math.ceil(failure.retryAfterS) });
  if (failure.code === "not_found") return i18next.t("failure.not_found");
  if (WITH_DETAIL.has(failure.code)) return failure.message;
  return failure.message || i18next.t("failure.unknown");
}

/** The same for components, which follow a change of language. */
export function useFailureText(): (error: unknown) => string {
  const { i18n } = useTranslation();
  // The language is named because a new one is a new text.
  return useCallback((error: unknown) => failureText(error), [i18n.language]);
}

/** Say at the edge of the page that something a person asked for did not work. */
export function tellFailure(error: unknown): void {
  notifications.show({
    color: "red",
    title: i18next.t("state.failed"),
    message: failureText(error),
  });
}
