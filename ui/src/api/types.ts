// Short names for what the API speaks of; the shapes are generated from the server's own types.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Alarm = Schemas["Alarm"];
export type AlarmState = Alarm["state"];
export type Verdict = NonNullable<Alarm["verdict"]>;
export type Severity = Alarm["severity"];
export type Event = Schemas["Event"];
export type Camera = Schemas["Camera"];
export type Site = Schemas["Site"];
export type SessionInfo = Schemas["SessionInfo"];
export type Right = SessionInfo["rights"][number];
export type StreamStatus = Schemas["StreamStatus"];
export type SystemWarning = Schemas["SystemWarning"];
export type LaneStatus = Schemas["LaneStatus"];
export type ProcessStatus = Schemas["ProcessStatus"];
export type SourceTest = Schemas["ProbeResult"];
export type Spec = Schemas["Spec"];
export type Stream = Schemas["Stream"];
export type Zone = Schemas["Zone"];
export type Line = Schemas["Line"];
export type Rule = Schemas["RuleSpec"];
export type Point = [number, number];
/** x1, y1, x2, y2 as fractions of the picture. */
export type Region = [number, number, number, number];
