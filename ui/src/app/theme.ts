import { Badge, createTheme, type MantineColorsTuple, Tooltip } from "@mantine/core";

const azure: MantineColorsTuple = [
  "#e8f6fb",
  "#d3eaf3",
  "#a4d4e7",
  "#72bddb",
  "#4baad1",
  "#319dca",
  "#2097c8",
  "#0b7fa8",
  "#0a7da6",
  "#08698c",
];

export const theme = createTheme({
  primaryColor: "azure",
  primaryShade: { light: 7, dark: 8 },
  colors: {
    azure,
    dark: [
      "#d5dce4",
      "#aeb8c4",
      "#8793a2",
      "#5f6b7a",
      "#39434f",
      "#2a323c",
      "#1d242c",
      "#151a21",
      "#0f1318",
      "#0a0d11",
    ],
  },
  defaultRadius: "md",
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "PingFang TC", "Microsoft YaHei", "Microsoft JhengHei", "Noto Sans CJK SC", sans-serif',
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  components: {
    Badge: Badge.extend({ defaultProps: { tt: "none", fw: 600 } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: true } }),
  },
});
