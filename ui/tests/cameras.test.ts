import { describe, expect, it } from "vitest";
import {
  type Address,
  addressOf,
  cameraId,
  kindOf,
  NO_ADDRESS,
  specOf,
  withoutLogin,
} from "@/cameras/source";

const typed = (address: string, rest: Partial<Address> = {}): Address => ({
  ...NO_ADDRESS,
  address,
  ...rest,
});

it.each([
  ["rtsp://camera/1", "rtsp"],
  ["RTSPS://camera/1", "rtsp"],
  ["http://camera/video.mjpg", "mjpeg"],
  ["https://camera/live/index.m3u8?token=1", "hls"],
  ["/dev/video0", "webcam"],
  ["/srv/clips/yard.mp4", "file"],
  ["camera/1", null],
  ["ftp://camera/1", null],
  ["rtsp://", null],
  ["", null],
])("%j is a source of the kind %j", (address, kind) => {
  expect(kindOf(address)).toBe(kind);
});

describe("a login in the address", () => {
  it.each([
    ["rtsp://admin:secret@10.0.0.2:554/1", "rtsp://10.0.0.2:554/1", "admin", "secret"],
    ["rtsp://admin:a%40b@host/1", "rtsp://host/1", "admin", "a@b"],
    ["rtsp://admin:a@b@host/1", "rtsp://host/1", "admin", "a@b"],
    ["rtsp://admin:50%@host/1", "rtsp://host/1", "admin", "50%"],
    ["rtsp://admin@host/1", "rtsp://host/1", "admin", ""],
    ["rtsp://host/1?mail=a@b", "rtsp://host/1?mail=a@b", "", ""],
  ])("%s is taken out", (pasted, address, user, password) => {
    expect(withoutLogin(typed(pasted))).toMatchObject({ address, user, password });
  });

  it("goes where the server wants it", () => {
    expect(specOf(typed("rtsp://admin:secret@host/1"))).toEqual({
      kind: "rtsp",
      options: { url: "rtsp://host/1", user: "admin", transport: "tcp" },
      secrets: { password: "secret" },
    });
  });
});

describe("a source that is changed", () => {
  const stored = {
    kind: "rtsp",
    options: { url: "rtsp://host/1", user: "admin", transport: "udp", verify_certificate: false },
    secrets: { password: "********" },
  };

  it("is shown as it was typed", () => {
    expect(addressOf(stored)).toEqual({
      address: "rtsp://host/1",
      user: "admin",
      password: "********",
      transport: "udp",
    });
  });

  it("keeps options that the form does not show, and the masked password", () => {
    const before = addressOf(stored) ?? NO_ADDRESS;
    expect(specOf({ ...before, address: "rtsp://host/2" }, stored)).toEqual({
      ...stored,
      options: { ...stored.options, url: "rtsp://host/2" },
    });
  });

  it("loses the user when the field is emptied", () => {
    const before = addressOf(stored) ?? NO_ADDRESS;
    expect(specOf({ ...before, user: "" }, stored)?.options).not.toHaveProperty("user");
  });

  it("of another kind begins with new options", () => {
    expect(specOf(typed("/srv/a.mp4"), stored)?.options).toEqual({
      path: "/srv/a.mp4",
      loop: true,
    });
  });

  it("without an address cannot be typed", () => {
    expect(addressOf({ kind: "synthetic", options: { width: 640 }, secrets: {} })).toBeNull();
  });
});

it.each([
  ["Main Gate", [], "main-gate"],
  ["Main Gate", ["main-gate"], "main-gate-2"],
  ["Zürich – Süd", [], "zurich-sud"],
  ["大门", [], "camera-1"],
  ["后门", ["camera-1"], "camera-2"],
  ["...", [], "camera-1"],
])("%s gets the id after %j: %s", (name, taken, id) => {
  expect(cameraId(name, new Set(taken))).toBe(id);
});
