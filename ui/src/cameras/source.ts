// Between the one address a person types and the source plugin it means.
import type { Camera, Spec } from "@/api/types";

/** What people fill in for one stream. */
export interface Address {
  /** rtsp://…, https://…, a playlist, a file's path or a device. */
  address: string;
  user: string;
  password: string;
  transport: "tcp" | "udp";
}

export const NO_ADDRESS: Address = { address: "", user: "", password: "", transport: "tcp" };
/** How the server shows a password that is set; sent back it keeps its value. */
export const MASK = "********";

const WITH_LOGIN = new Set(["rtsp", "mjpeg", "hls"]);

/** The kind of source an address means; null when it is none that can be typed. */
export function kindOf(address: string): "rtsp" | "mjpeg" | "hls" | "webcam" | "file" | null {
  const text = address.trim();
  if (/^rtsps?:\/\/./i.test(text)) return "rtsp";
  if (/^https?:\/\/./i.test(text)) return /\.m3u8?($|\?)/i.test(text) ? "hls" : "mjpeg";
  if (/^\/dev\/(video\d|v4l\/)/.test(text)) return "webcam";
  if (/^\/./.test(text)) return "file";
  return null;
}

/** Take user and password out of a pasted address, as cameras' manuals print them. */
export function withoutLogin(typed: Address): Address {
  const found = /^([a-z]+:\/\/)([^/?#]*)@(.*)$/i.exec(typed.address.trim());
  const [, scheme = "", login = "", rest = ""] = found ?? [];
  if (!found) return typed;
  const colon = login.indexOf(":");
  const user = colon < 0 ? login : login.slice(0, colon);
  const password = colon < 0 ? "" : login.slice(colon + 1);
  return {
    ...typed,
    address: scheme + rest,
    user: decoded(user) || typed.user,
    password: decoded(password) || typed.password,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A password with a bare % in it is meant as it stands.
    return text;
  }
}

/** The source of an address; options of `before` that are not asked for here are kept. */
export function specOf(typed: Address, before?: Spec): Spec | null {
  const { address, user, password, transport } = withoutLogin(typed);
  const kind = kindOf(address);
  if (kind === null) return null;
  const kept = before?.kind === kind ? { ...before.options } : {};
  delete kept.user;
  const options: Record<string, unknown> = { ...kept, ...placeOf(kind, address.trim()) };
  if (WITH_LOGIN.has(kind) && user) options.user = user;
  if (kind === "rtsp") options.transport = transport;
  const secrets: Record<string, string> = WITH_LOGIN.has(kind) && password ? { password } : {};
  return { kind, options, secrets };
}

function placeOf(kind: string, address: string): Record<string, unknown> {
  if (kind === "webcam") return { device: address };
  // A file that ends would leave a dead camera.
  if (kind === "file") return { path: address, loop: true };
  return { url: address };
}

/** What to show in the form for a source; null for kinds that have no address. */
export function addressOf(spec: Spec): Address | null {
  const { url, path, device, user, transport } = spec.options ?? {};
  const address = [url, path, device].find((place) => typeof place === "string");
  if (typeof address !== "string") return null;
  return {
    address,
    user: typeof user === "string" ? user : "",
    password: spec.secrets?.password ?? "",
    transport: transport === "udp" ? "udp" : "tcp",
  };
}

/** An id from a name that no camera has yet; names without Latin letters get a number. */
export function cameraId(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 50);
  const stem = plain || "camera";
  if (plain && !taken.has(plain)) return plain;
  for (let number = plain ? 2 : 1; ; number += 1) {
    const id = `${stem}-${number}`;
    if (!taken.has(id)) return id;
  }
}

/** Its streams: one for everything, or a large one to keep and a small one to look at. */
export function streamsOf(main: Spec, second: Spec | null): Camera["streams"] {
  if (!second) return [{ id: "main", source: main, roles: ["record", "analyse", "live"] }];
  return [
    { id: "main", source: main, roles: ["record"] },
    { id: "sub", source: second, roles: ["analyse", "live"] },
  ];
}
