import { Backoff } from "./backoff";
import { type Message, readMessage, type Topic } from "./messages";

export type Link =
  | { state: "connecting" }
  | { state: "open" }
  /** `retryAt` and `since` by the page's clock, in milliseconds. */
  | { state: "lost"; since: number; retryAt: number }
  /** `login`: the login has ended, or its access token; otherwise a right is missing. */
  | { state: "refused"; login: boolean };

export interface Listener {
  message: (message: Message) => void;
  link: (link: Link) => void;
}

const NOT_LOGGED_IN = 4401;
const DENIED = 4403;
// A line that is cut without a word would otherwise look open for minutes.
const DEAF_MS = 30_000;

const NOBODY: Listener = { message: () => undefined, link: () => undefined };

/** The one socket of a page: says what is wanted, comes back when it breaks. */
export class Socket {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lostAt: number | null = null;
  private heardAt = 0;
  /** Whether this connection has told a status: then it keeps doing so every second. */
  private talkative = false;
  private readonly wanted = new Map<Topic, number>();
  private readonly backoff = new Backoff();
  private url = "";
  private listener = NOBODY;

  /** Connect and stay connected; what was asked for before is asked for now. */
  open(url: string, listener: Listener): void {
    this.close();
    this.url = url;
    this.listener = listener;
    this.lostAt = null;
    this.backoff.reset();
    this.listener.link({ state: "connecting" });
    this.connect();
  }

  /** End it for good. */
  close(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    this.listener = NOBODY;
    socket?.close();
  }

  /** Ask for a topic until the returned function is called; several askers may share one. */
  want(topic: Topic): () => void {
    this.wanted.set(topic, (this.wanted.get(topic) ?? 0) + 1);
    this.subscribe();
    return () => {
      const left = (this.wanted.get(topic) ?? 1) - 1;
      if (left > 0) this.wanted.set(topic, left);
      else this.wanted.delete(topic);
      this.subscribe();
    };
  }

  /** Try again at once instead of waiting. */
  hurry(): void {
    if (this.lostAt === null || this.socket) return;
    clearTimeout(this.timer);
    this.connect();
  }

  private connect(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => this.begun();
    socket.onmessage = (event) => this.heard(event);
    socket.onclose = (event) => {
      if (this.socket === socket) this.ended(event.code);
    };
  }

  private begun(): void {
    this.heardAt = Date.now();
    this.talkative = false;
    this.subscribe();
    this.watch();
  }

  private heard(event: MessageEvent): void {
    this.heardAt = Date.now();
    if (typeof event.data !== "string") return;
    const message = readMessage(event.data);
    if (message === null) return;
    if (message.kind.endsWith("_status")) this.talkative = true;
    if (message.kind === "hello") {
      this.backoff.reset();
      this.lostAt = null;
      this.listener.link({ state: "open" });
    }
    this.listener.message(message);
  }

  private ended(code: number): void {
    clearTimeout(this.timer);
    this.socket = null;
    if (code === NOT_LOGGED_IN || code === DENIED) {
      this.lostAt ??= Date.now();
      this.listener.link({ state: "refused", login: code === NOT_LOGGED_IN });
      return;
    }
    const now = Date.now();
    this.lostAt ??= now;
    const waitMs = this.backoff.next() * 1000;
    this.listener.link({ state: "lost", since: this.lostAt, retryAt: now + waitMs });
    this.timer = setTimeout(() => this.connect(), waitMs);
  }

  private subscribe(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify({ subscribe: [...this.wanted.keys()], cameras: null }));
  }

  private watch(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.talkative && Date.now() - this.heardAt > DEAF_MS) this.socket?.close();
      else this.watch();
    }, DEAF_MS / 3);
  }
}

/** The address of a socket of the server this page came from. */
export function socketUrl(path: string): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}${path}`;
}
