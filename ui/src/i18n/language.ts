// Which language is spoken, and where its words come from.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en.json";

export const LANGUAGES = ["en", "zh-CN", "zh-TW"] as const;
export type Language = (typeof LANGUAGES)[number];
export const LANGUAGE_NAMES: Record<Language, string> = {
  en: "English",
  "zh-CN": "简体中文",
  "zh-TW": "繁體中文",
};
const STORED = "vedette.language";
const TRADITIONAL = /^zh\b.*\b(hant|tw|hk|mo)\b/i;

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
    returnNull: false;
  }
}

/** The language for what a browser asks for, in its order of preference. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    if (/^en\b/i.test(tag)) return "en";
    if (/^zh\b/i.test(tag)) return TRADITIONAL.test(tag) ? "zh-TW" : "zh-CN";
  }
  return "en";
}

/** The language chosen here before, else the browser's. */
export function firstLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  const known = LANGUAGES.find((one) => one === stored);
  return known ?? languageFor(navigator.languages);
}

/** Speak a language from now on; its words are fetched when first needed. */
export async function speak(language: Language): Promise<void> {
  if (language !== "en" && !i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", await words(language));
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** The same, and remember it on this device. */
export async function choose(language: Language): Promise<void> {
  localStorage.setItem(STORED, language);
  await speak(language);
}

async function words(language: "zh-CN" | "zh-TW"): Promise<object> {
  const file = language === "zh-CN" ? await import("./zh-CN.json") : await import("./zh-TW.json");
  return file.default;
}

/** Called once, before the page is drawn. */
export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  });
  await speak(firstLanguage());
}
