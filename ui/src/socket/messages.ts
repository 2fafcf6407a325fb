// What the one socket of a page carries.
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Observation = Schemas["Observation"];
export type Track = Schemas["Track"];
export type AlarmChange = Schemas["AlarmChange"];
export type Topic = Schemas["Subscribe"]["subscribe"][number];
export type Message =
  | AlarmChange
  | Observation
  | Schemas["Event"]
  | Schemas["Hello"]
  | Schemas["LaneStatus"]
  | Schemas["ProcessStatus"]
  | Schemas["SiteChanged"]
  | Schemas["SocketDrop"]
  | Schemas["StreamStatus"]
  | Schemas["Subscribed"]
  | Schemas["SystemWarning"];

/** A message of the socket, or null for what this page does not know. */
export function readMessage(text: string): Message | null {
  const read: unknown = JSON.parse(text);
  if (typeof read !== "object" || read === null || !("kind" in read)) return null;
  return read as Message;
}
