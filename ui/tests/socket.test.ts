import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff } from "@/socket/backoff";
import type { Message } from "@/socket/messages";
import { type Link, Socket } from "@/socket/socket";

/** Stands for the browser's socket; the test plays the server. */
class Line {
  static all: Line[] = [];
  static readonly OPEN = 1;
  readyState = 0;
  sent: string[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number }) => void;

  constructor(readonly url: string) {
    Line.all.push(this);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.drop(1005);
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.();
    this.say({ kind: "hello", user: "admin", time_us: 0 });
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  drop(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const last = (): Line => Line.all.at(-1) ?? new Line("");

describe("the page's socket", () => {
  let links: Link[];
  let messages: Message[];
  let socket: Socket;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", Line);
    Line.all = [];
    links = [];
    messages = [];
    socket = new Socket();
  });

  afterEach(() => {
    socket.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const open = () =>
    socket.open("ws://site/socket", {
      message: (message) => messages.push(message),
      link: (link) => links.push(link),
    });

  it("asks for what was wanted before it was open", () => {
    socket.want("alarms");
    open();
    last().accept();
    expect(last().sent.map((text) => JSON.parse(text))).toEqual([
      { subscribe: ["alarms"], cameras: null },
    ]);
    expect(links.map((link) => link.state)).toEqual(["connecting", "open"]);
  });

  it("keeps a topic as long as one asker wants it", () => {
    open();
    last().accept();
    const one = socket.want("observations");
    const other = socket.want("observations");
    one();
    expect(last().sent.at(-1)).toContain("observations");
    other();
    expect(last().sent.at(-1)).not.toContain("observations");
  });

  it("comes back by itself and asks again", () => {
    socket.want("alarms");
    open();
    last().accept();
    last().drop(1006);
    expect(links.at(-1)?.state).toBe("lost");
    vi.advanceTimersByTime(1_200);
    expect(Line.all).toHaveLength(2);
    last().accept();
    expect(last().sent).toHaveLength(1);
    expect(links.at(-1)?.state).toBe("open");
  });

  it("says since when it is lost, over several tries", () => {
    open();
    last().accept();
    const since = Date.now();
    last().drop(1006);
    vi.advanceTimersByTime(1_200);
    last().drop(1006);
    expect(links.at(-1)).toMatchObject({ state: "lost", since });
  });

  it("tries at once when asked to", () => {
    open();
    last().accept();
    last().drop(1006);
    socket.hurry();
    expect(Line.all).toHaveLength(2);
    socket.hurry();
    expect(Line.all).toHaveLength(2);
  });

  it.each([4401, 4403])("does not come back after %i", (code) => {
    open();
    last().accept();
    last().drop(code);
    vi.advanceTimersByTime(60_000);
    expect(Line.all).toHaveLength(1);
    expect(links.at(-1)?.state).toBe("refused");
  });

  it("is given up when a talkative server falls silent", () => {
    open();
    last().accept();
    last().say({ kind: "stream_status", camera: "gate" });
    vi.advanceTimersByTime(45_000);
    expect(links.some((link) => link.state === "lost")).toBe(true);
  });

  it("is left alone when a server has nothing to tell", () => {
    open();
    last().accept();
    vi.advanceTimersByTime(120_000);
    expect(Line.all).toHaveLength(1);
  });

  it("is quiet after being closed", () => {
    open();
    last().accept();
    const told = links.length;
    socket.close();
    vi.advanceTimersByTime(60_000);
    expect(links).toHaveLength(told);
    expect(Line.all).toHaveLength(1);
  });
});

it("waits 1, 2, 4 … 15 seconds between tries", () => {
  const backoff = new Backoff(15, () => 0.5);
  expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([1, 2, 4, 8, 15, 15]);
  backoff.reset();
  expect(backoff.next()).toBe(1);
});
