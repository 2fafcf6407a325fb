import { describe, expect, it } from "vitest";
import en from "@/i18n/en.json";
import { languageFor } from "@/i18n/language";
import cn from "@/i18n/zh-CN.json";
import tw from "@/i18n/zh-TW.json";

function flat(words: object, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === "string") found.set(prefix + key, value);
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text);
  }
  return found;
}

const places = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();
const source = flat(en);

describe.each([
  ["zh-CN", flat(cn)],
  ["zh-TW", flat(tw)],
])("%s", (_, words) => {
  it("has the same keys as English", () => {
    expect([...words.keys()].sort()).toEqual([...source.keys()].sort());
  });

  it("has the same places for values", () => {
    const differing = [...words].filter(
      ([key, text]) => places(text).join() !== places(source.get(key) ?? "").join(),
    );
    expect(differing).toEqual([]);
  });

  it("is not left in English", () => {
    const left = [...words].filter(([, text]) => !/[㐀-鿿]/.test(text));
    expect(left).toEqual([]);
  });
});

it("says different things in China and in Taiwan", () => {
  // A file converted from the other by machine would keep mainland words.
  expect([...flat(tw).values()].join()).not.toMatch(/攝像頭|視頻|報警|用戶|保存密|默認|信息/);
});

it.each([
  [["en-GB"], "en"],
  [["zh"], "zh-CN"],
  [["zh-CN"], "zh-CN"],
  [["zh-Hans-SG"], "zh-CN"],
  [["zh-TW"], "zh-TW"],
  [["zh-HK"], "zh-TW"],
  [["zh-MO"], "zh-TW"],
  [["zh-Hant"], "zh-TW"],
  [["zh-Hant-TW"], "zh-TW"],
  [["fr", "zh-TW", "en"], "zh-TW"],
  [["de"], "en"],
  [[], "en"],
])("speaks to %j in %s", (wanted, language) => {
  expect(languageFor(wanted)).toBe(language);
});
