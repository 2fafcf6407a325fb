import type { Point } from "@/api/types";
import { along, type Direction } from "@/live/overlay/areas";
import { LINE_COLOUR, ZONE_COLOUR } from "@/live/overlay/colours";
import { type Rect, toPixels } from "@/live/overlay/mapping";
import { pointsOf, type Shape } from "./shapes";
import type { Drag } from "./useDrag";
import classes from "./Zones.module.css";

const MASK_COLOUR = "#a3afbc";
const ARROW_PX = 26;

interface ShapeLookProps {
  shape: Shape;
  picture: Rect;
  selected: boolean;
  point: number | null;
  direction: Direction | null;
  /** Something else is being drawn: it cannot be taken hold of. */
  idle: boolean;
  drag: Drag;
}

/** One shape with the handles to change it. */
export function ShapeLook({
  shape,
  picture,
  selected,
  point,
  direction,
  idle,
  drag,
}: ShapeLookProps) {
  const points = pointsOf(shape).map((one) => toPixels(one, picture));
  const colour = colourOf(shape);
  const closed = shape.kind === "zone";
  return (
    <g data-shape={shape.id} pointerEvents={idle ? "none" : undefined}>
      <Outline
        points={points}
        closed={closed}
        className={classes.body ?? ""}
        onDown={(event) => drag.body(shape, event)}
      >
        {closed && (
          <polygon points={told(points)} fill={colour} fillOpacity={selected ? 0.24 : 0.13} />
        )}
        <Path points={points} closed={closed} stroke="#000" width={5} opacity={0.4} />
        <Path
          points={points}
          closed={closed}
          stroke={colour}
          width={selected ? 3 : 2}
          dashed={closed && shape.exclude}
        />
        {!closed && <Path points={points} closed={false} stroke="transparent" width={18} />}
      </Outline>
      {!closed && direction && <Arrows points={points} direction={direction} colour={colour} />}
      <Caption text={shape.name} points={points} closed={closed} colour={colour} />
      {selected && (
        <Handles shape={shape} points={points} point={point} colour={colour} drag={drag} />
      )}
    </g>
  );
}

function Outline(props: {
  points: readonly Point[];
  closed: boolean;
  className: string;
  onDown: (event: React.PointerEvent) => void;
  children: React.ReactNode;
}) {
  return (
    <g className={props.className} onPointerDown={props.onDown}>
      {props.children}
    </g>
  );
}

function Path(props: {
  points: readonly Point[];
  closed: boolean;
  stroke: string;
  width: number;
  opacity?: number;
  dashed?: boolean;
}) {
  const look = {
    fill: "none",
    stroke: props.stroke,
    strokeWidth: props.width,
    strokeOpacity: props.opacity ?? 1,
    strokeLinejoin: "round" as const,
    strokeLinecap: "round" as const,
    strokeDasharray: props.dashed ? "7 6" : undefined,
  };
  const points = told(props.points);
  return props.closed ? (
    <polygon points={points} {...look} />
  ) : (
    <polyline points={points} {...look} />
  );
}

function Arrows(props: { points: readonly Point[]; direction: Direction; colour: string }) {
  const [at, normal] = along(props.points, 0.5);
  const sides = { left: [1], right: [-1], both: [1, -1] }[props.direction];
  return (
    <g
      pointerEvents="none"
      stroke={props.colour}
      strokeWidth={2.5}
      fill="none"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {sides.map((side) => {
        const [nx, ny] = [normal[0] * side, normal[1] * side];
        const tip: Point = [at[0] + nx * ARROW_PX, at[1] + ny * ARROW_PX];
        const wing = (turn: number) =>
          `${tip[0] - nx * 9 + ny * 6 * turn},${tip[1] - ny * 9 - nx * 6 * turn}`;
        return (
          <g key={side}>
            <path d={`M${at[0]},${at[1]}L${tip[0]},${tip[1]}`} />
            <path d={`M${wing(1)}L${tip[0]},${tip[1]}L${wing(-1)}`} />
          </g>
        );
      })}
    </g>
  );
}

function Caption(props: {
  text: string;
  points: readonly Point[];
  closed: boolean;
  colour: string;
}) {
  const [x, y] = props.closed ? topOf(props.points) : along(props.points, 0.2)[0];
  return (
    <text
      x={x}
      y={y}
      fill={props.colour}
      stroke="rgba(0, 0, 0, 0.65)"
      strokeWidth={3}
      paintOrder="stroke"
      fontSize={13}
      fontWeight={600}
      textAnchor="middle"
      dominantBaseline="middle"
      pointerEvents="none"
    >
      {props.text}
    </text>
  );
}

function topOf(points: readonly Point[]): Point {
  const x = points.reduce((sum, point) => sum + point[0], 0) / points.length;
  return [x, Math.min(...points.map((point) => point[1])) + 18];
}

function Handles(props: {
  shape: Shape;
  points: readonly Point[];
  point: number | null;
  colour: string;
  drag: Drag;
}) {
  const { shape, points, point, colour, drag } = props;
  const closed = shape.kind === "zone";
  const middles = points.slice(0, closed ? undefined : -1).map((from, index): Point => {
    const to = points[(index + 1) % points.length] ?? from;
    return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  });
  return (
    <>
      {middles.map(([x, y], index) => (
        <g
          // A corner has no other name than its place.
          key={index}
          className={classes.middle}
          onPointerDown={(event) => drag.middle(shape, index, event)}
        >
          <circle cx={x} cy={y} r={13} fill="transparent" />
          <circle cx={x} cy={y} r={4} fill="#fff" fillOpacity={0.75} stroke={colour} />
        </g>
      ))}
      {points.map(([x, y], index) => (
        <g
          key={index}
          className={classes.corner}
          data-corner={index}
          onPointerDown={(event) => drag.corner(shape, index, event)}
          onContextMenu={(event) => {
            event.preventDefault();
            drag.remove(shape, index);
          }}
        >
          <circle cx={x} cy={y} r={16} fill="transparent" />
          <circle
            cx={x}
            cy={y}
            r={point === index ? 8 : 6.5}
            fill={point === index ? colour : "#fff"}
            stroke={point === index ? "#fff" : colour}
            strokeWidth={2.5}
          />
        </g>
      ))}
    </>
  );
}

/** The shape that is being drawn; its first corner closes it. */
export function DraftLook({
  points,
  picture,
  line,
}: {
  points: readonly Point[];
  picture: Rect;
  line: boolean;
}) {
  const shown = points.map((point) => toPixels(point, picture));
  const colour = line ? LINE_COLOUR : ZONE_COLOUR;
  return (
    <g pointerEvents="none">
      {!line && <polygon points={told(shown)} fill={colour} fillOpacity={0.15} />}
      <Path points={shown} closed={false} stroke="#000" width={5} opacity={0.4} />
      <Path points={shown} closed={false} stroke={colour} width={2.5} />
      {shown.map(([x, y], index) => (
        <circle
          key={`${x},${y}`}
          cx={x}
          cy={y}
          r={index === 0 && !line ? 8 : 5}
          fill={index === 0 ? colour : "#fff"}
          stroke="#fff"
          strokeWidth={2}
        />
      ))}
    </g>
  );
}

function colourOf(shape: Shape): string {
  if (shape.kind === "line") return LINE_COLOUR;
  return shape.exclude ? MASK_COLOUR : ZONE_COLOUR;
}

function told(points: readonly Point[]): string {
  return points.map(([x, y]) => `${x},${y}`).join(" ");
}
