// One colour per family of labels; red is kept for alarms.
const FAMILIES: Record<string, readonly string[]> = {
  person: ["person", "pedestrian", "rider"],
  vehicle: [
    "vehicle",
    "car",
    "truck",
    "bus",
    "van",
    "train",
    "boat",
    "airplane",
    "bicycle",
    "motorcycle",
    "tricycle",
    "scooter",
  ],
  animal: [
    "animal",
    "bird",
    "cat",
    "dog",
    "horse",
    "sheep",
    "cow",
    "elephant",
    "bear",
    "zebra",
    "giraffe",
    "fox",
    "deer",
    "boar",
  ],
};
const COLOURS: Record<string, string> = {
  person: "#ffc53d",
  vehicle: "#4cc2ff",
  animal: "#d6a2ff",
};
const OTHER = "#c8d2dc";

export const ZONE_COLOUR = "#35d0a5";
export const LINE_COLOUR = "#ff9a3d";
export const ALARM_COLOUR = "#ff4d57";
export const MOTION_COLOUR = "#9aa7b5";

const familyOf = new Map(
  Object.entries(FAMILIES).flatMap(([family, labels]) => labels.map((label) => [label, family])),
);

/** The family a label belongs to; a label of none is its own. */
export function family(label: string): string {
  return familyOf.get(label) ?? label;
}

export function colourOf(label: string): string {
  return COLOURS[family(label)] ?? OTHER;
}
