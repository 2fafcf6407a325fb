import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { agentName } from "@/account/agent";
import type { Camera, Right } from "@/api/types";
import { firstPlace, placesFor } from "@/app/navigation";
import { exportAddress, queryOf } from "@/audit/query";
import { RIGHTS } from "@/elements/rights";
import type { Invitation, Role, UserShown } from "@/people/api";
import {
  grantable,
  groupsOf,
  isWhole,
  linkAddress,
  linkState,
  placesOf,
  stateOf,
  tidy,
} from "@/people/limits";

const limits = { role: "viewer", all_cameras: false, cameras: ["gate"], groups: ["Yard"] };
const cameras = [
  { id: "gate", name: "Gate", group: "Yard" },
  { id: "door", name: "Door", group: "" },
  { id: "hall", name: "Hall", group: "Inside" },
] as Camera[];

it("lists every right of the server", () => {
  const file = join(import.meta.dirname, "..", "openapi.json");
  const document = JSON.parse(readFileSync(file, "utf8"));
  const known: string[] = document.components.schemas.RoleRequest.properties.rights.items.enum;
  expect([...RIGHTS].sort()).toEqual([...known].sort());
});

describe("the first page", () => {
  it.each<[Right[], string]>([
    [["live.view", "alarms.view"], "/"],
    [["audit.view", "users.view", "alarms.view"], "/alarms"],
    [["users.view"], "/people"],
    [["system.view"], "/account"],
    [[], "/account"],
  ])("of somebody with %j is %s", (rights, page) => {
    expect(firstPlace(rights)).toBe(page);
  });

  it("shows no page without its right", () => {
    expect(placesFor(["users.view"]).map((place) => place.to)).toEqual(["/people"]);
  });
});

describe("limits", () => {
  const roles: Role[] = [
    { id: "administrator", name: "", rights: ["live.view", "users.edit"] },
    { id: "viewer", name: "", rights: ["live.view"] },
  ];

  it("offer only roles whose rights one has", () => {
    expect(grantable(roles, ["live.view"]).map((role) => role.id)).toEqual(["viewer"]);
  });

  it("keep the role that is there", () => {
    expect(grantable(roles, [], "administrator").map((role) => role.id)).toEqual(["administrator"]);
  });

  it("name groups and cameras, and a camera that has gone by its id", () => {
    expect(placesOf({ ...limits, cameras: ["gate", "gone"] }, cameras)).toEqual([
      "Yard",
      "Gate",
      "gone",
    ]);
    expect(placesOf({ ...limits, all_cameras: true }, cameras)).toEqual([]);
    expect(groupsOf(cameras)).toEqual(["Inside", "Yard"]);
  });

  it("carry no cameras when they are good for all", () => {
    expect(tidy({ ...limits, all_cameras: true })).toMatchObject({ cameras: [], groups: [] });
    expect(tidy(limits)).toEqual(limits);
  });

  it("are whole with at least one camera or group", () => {
    expect(isWhole({ ...limits, cameras: [], groups: [] })).toBe(false);
    expect(isWhole({ ...limits, cameras: [] })).toBe(true);
  });
});

it.each([
  ["pending", true, "pending"],
  ["refused", true, "refused"],
  ["active", false, "disabled"],
  ["active", true, "active"],
] as const)("a user who is %s, enabled %s, is shown as %s", (state, enabled, shown) => {
  expect(stateOf({ user: { state, enabled } } as UserShown)).toBe(shown);
});

it.each([
  [{ expires_us: 10, used_us: null }, 9, "open"],
  [{ expires_us: 10, used_us: null }, 10, "expired"],
  [{ expires_us: 10, used_us: 5 }, 20, "used"],
])("a link %j at %i is %s", (one, now, state) => {
  expect(linkState(one as Invitation, now)).toBe(state);
});

it("keeps a link's token behind the hash", () => {
  const address = new URL(linkAddress("secret", "https://cams.example.org"));
  expect([address.pathname, address.hash]).toEqual(["/invitation", "#secret"]);
});

describe("the audit log is searched", () => {
  const none = { actor: "", action: "", text: "", from: "", until: "" };

  it("by whole days of the site's zone, the last one included", () => {
    const query = queryOf({ ...none, from: "2026-11-20", until: "2026-11-30" }, "Asia/Taipei");
    expect(query).toEqual({
      after_us: Date.UTC(2026, 10, 19, 16) * 1000,
      before_us: Date.UTC(2026, 10, 30, 16) * 1000,
    });
  });

  it("without bounds for what is no day", () => {
    expect(queryOf({ ...none, actor: "ada", from: "soon" }, "UTC")).toEqual({ actor: "ada" });
  });

  it("as it is exported", () => {
    expect(exportAddress({ actor: "a&b", after_us: 5 }, "csv")).toBe(
      "/api/v1/audit/export?actor=a%26b&after_us=5&format=csv",
    );
  });
});

it.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox · Linux"],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge · Windows"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iPhone"],
  ["python-httpx/0.28", "python-httpx"],
  ["", ""],
])("the agent %s is called %s", (agent, name) => {
  expect(agentName(agent)).toBe(name);
});
