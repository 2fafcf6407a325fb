import { Skeleton } from "@mantine/core";
import classes from "./Wall.module.css";

const TILES = ["a", "b", "c", "d"];

/** The shape of the wall while the site is being read. */
export function WallSkeleton() {
  return (
    <div className={classes.page} aria-busy="true">
      <section className={classes.wall}>
        <div className={classes.bar}>
          <Skeleton h={28} w={240} />
        </div>
        <div className={classes.area}>
          <div
            className={classes.grid}
            style={{ gridTemplateColumns: "1fr 1fr", placeContent: "stretch" }}
          >
            {TILES.map((tile) => (
              <Skeleton key={tile} radius="md" style={{ aspectRatio: "16 / 9" }} h="auto" />
            ))}
          </div>
        </div>
      </section>
      <aside className={classes.side} />
    </div>
  );
}
