import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Page.module.css";

/** A page that scrolls: its title, what can be done on it, and its content. */
export function Page(props: { title: string; acts?: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <div className={classes.head}>
          <Title order={1} size="h2" flex={1}>
            {props.title}
          </Title>
          {props.acts}
        </div>
        {props.children}
      </div>
    </div>
  );
}
