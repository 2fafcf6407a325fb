import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { asFailure, failureOf } from "@/api/failure";
import { isForPage } from "@/app/keys";
import { momentFormat } from "@/i18n/moment";
import { bestColumns, layoutOf } from "@/live/layout";
import { readNote, readPicture, wallClockUs } from "@/live/player/protocol";
import { afterLogin } from "@/session/next";

describe("the wall", () => {
  it.each([
    [1, 1600, 900, 1],
    [4, 1600, 900, 2],
    [5, 860, 700, 2],
    [9, 1600, 900, 3],
    [2, 1600, 500, 2],
    [2, 600, 1200, 1],
    [0, 1600, 900, 1],
  ])("%i pictures on %i × %i stand in %i columns", (count, width, height, columns) => {
    expect(bestColumns(count, width, height)).toBe(columns);
  });

  const area = { width: 1600, height: 900 };

  it("has pages when there are more cameras than places", () => {
    expect(layoutOf("4", 10, area, 2)).toEqual({
      columns: 2,
      rows: 2,
      pages: 3,
      first: 8,
      count: 2,
    });
    expect(layoutOf("4", 10, area, 9).first).toBe(8);
    expect(layoutOf("auto", 20, area, 0)).toMatchObject({ pages: 2, count: 16 });
    expect(layoutOf("9", 0, area, 0)).toMatchObject({ pages: 1, count: 0 });
  });
});

describe("the live protocol", () => {
  it("puts media time on the wall clock to the microsecond", () => {
    const format = readNote(
      '{"kind":"format","mime":"video/mp4","codec":"h264","width":1,"height":1,"base_t_us":1763654400000000}',
    );
    if (format?.kind !== "format") throw new Error("no format");
    expect(wallClockUs(format, 1.04)).toBe(1763654401040000);
  });

  it("reads the time before a single picture", () => {
    const bytes = new Uint8Array(8 + 3);
    new DataView(bytes.buffer).setBigInt64(0, 1763654400000001n);
    const { tUs, jpeg } = readPicture(bytes.buffer);
    expect([tUs, jpeg.size]).toEqual([1763654400000001, 3]);
  });

  it("knows a message that is none", () => {
    expect(readNote("7")).toBeNull();
  });
});

describe("a failure", () => {
  const response = (status: number, headers: Record<string, string> = {}) =>
    new Response(null, { status, headers });

  it("is read from the server's form", () => {
    const body = {
      code: "config",
      message: "zones.0: too few",
      request_id: "ab12",
      path: ["zones", 0],
    };
    expect(failureOf(response(422), body)).toMatchObject({
      code: "config",
      message: "zones.0: too few",
      requestId: "ab12",
      path: "zones.0",
      status: 422,
    });
  });

  it("is read from whatever a proxy sends", () => {
    const failure = failureOf(response(502, { "X-Request-Id": "cd34" }), "<html>");
    expect(failure).toMatchObject({ code: "http_502", requestId: "cd34", status: 502 });
  });

  it("says how long to wait", () => {
    const failure = failureOf(response(429, { "Retry-After": "12" }), { code: "throttled" });
    expect(failure.retryAfterS).toBe(12);
  });

  it("without any answer is called offline", () => {
    expect(asFailure(new TypeError("Failed to fetch")).code).toBe("offline");
  });
});

it.each([
  ["/alarms/1?show=all", "/alarms/1?show=all"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  [null, "/"],
])("after the login %j leads to %s", (next, to) => {
  expect(afterLogin(next)).toBe(to);
});

describe("times", () => {
  const tUs = Date.UTC(2026, 10, 20, 23, 30, 5) * 1000;

  it.each([
    ["en", "UTC", "23:30:05"],
    ["en", "Asia/Shanghai", "07:30:05"],
    ["zh-CN", "Europe/Berlin", "00:30:05"],
  ])("in %s at %s read %s", (language, zone, text) => {
    expect(momentFormat(language, zone).clock(tUs)).toBe(text);
  });

  it("know a day by the site's clock", () => {
    const later = tUs + 3600 * 1e6;
    expect(momentFormat("en", "UTC").sameDay(tUs, later)).toBe(false);
    expect(momentFormat("en", "Asia/Shanghai").sameDay(tUs, later)).toBe(true);
  });
});

describe("a key", () => {
  const pressed = (html: string, init: KeyboardEventInit = {}) => {
    document.body.innerHTML = html;
    const target = document.querySelector("[data-target]") ?? document.body;
    let forPage = false;
    const hear = (event: Event) => {
      forPage = isForPage(event as KeyboardEvent);
    };
    window.addEventListener("keydown", hear, { once: true });
    target.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true, ...init }));
    return forPage;
  };

  it.each([
    ["anywhere", "<p data-target>", {}, true],
    ["in a field", "<input data-target>", {}, false],
    ["in a note", "<textarea data-target></textarea>", {}, false],
    ["on a switch", "<input type='checkbox' data-target>", {}, true],
    ["on one of several choices", "<input type='radio' data-target>", {}, true],
    ["to choose among them", "<input type='radio' data-target>", { key: "ArrowLeft" }, false],
    ["behind a dialogue", "<p data-target></p><div role='dialog'></div>", {}, false],
    ["with Ctrl", "<p data-target>", { ctrlKey: true }, false],
  ])("%s", (_, html, init, forPage) => {
    expect(pressed(html, init)).toBe(forPage);
  });
});

const SOURCE = join(import.meta.dirname, "../src");
const sources = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((name) => /(?<!\.d)\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(SOURCE, name), "utf8") }));

it("no word on a page is written in one language only", () => {
  const found = sources
    .filter(({ name }) => name.endsWith(".tsx"))
    .flatMap(({ name, text }) => {
      const inside = [...text.matchAll(/>\s*([A-Za-z][A-Za-z ,.!?']{2,})\s*<\//g)];
      const attributes = [
        ...text.matchAll(/\b(?:label|title|placeholder|aria-label|alt)="([^"]*[A-Za-z]{3}[^"]*)"/g),
      ];
      return [...inside, ...attributes].map((match) => `${name}: ${match[1]}`);
    })
    .filter((line) => !/: (Vedette|rtsp:\/\/\S+)$/.test(line));
  expect(found).toEqual([]);
});

it("nothing is of any type, unchecked, or printed", () => {
  const loose = /(: any\b|as any\b|<any>|@ts-ignore|@ts-expect-error|\bconsole\.)/;
  const found = sources.filter(({ text }) => loose.test(text)).map(({ name }) => name);
  expect(found).toEqual([]);
});
