// What one person likes on this device; kept in the browser.
import { create } from "zustand";
import { persist } from "zustand/middleware";

export const LAYERS = ["boxes", "trails", "zones", "motion"] as const;
export type Layer = (typeof LAYERS)[number];
export const GRIDS = ["auto", "1", "4", "9", "16"] as const;
export type Grid = (typeof GRIDS)[number];

interface Preferences {
  grid: Grid;
  layers: Record<Layer, boolean>;
  sound: boolean;
  setGrid: (grid: Grid) => void;
  toggle: (layer: Layer) => void;
  toggleSound: () => void;
}

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      grid: "auto",
      layers: { boxes: true, trails: true, zones: true, motion: false },
      sound: false,
      setGrid: (grid) => set({ grid }),
      toggle: (layer) => set(({ layers }) => ({ layers: { ...layers, [layer]: !layers[layer] } })),
      toggleSound: () => set(({ sound }) => ({ sound: !sound })),
    }),
    { name: "vedette.preferences", version: 1 },
  ),
);
