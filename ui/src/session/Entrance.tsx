import { Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { LanguageMenu, SchemeMenu } from "@/app/TopBar";
import classes from "./Entrance.module.css";

/** The frame of the pages before the login. */
export function Entrance(props: { title: string; text: string; children: ReactNode }) {
  return (
    <div className={classes.entrance}>
      <div className={classes.tools}>
        <LanguageMenu />
        <SchemeMenu />
      </div>
      <main className={classes.card}>
        <Stack gap="lg">
          <Group gap="sm">
            <img src="/favicon.svg" width={38} height={38} alt="" />
            <Text fw={700} size="xl">
              Vedette
            </Text>
          </Group>
          <div>
            <Title order={2} size="h3">
              {props.title}
            </Title>
            <Text c="dimmed" size="sm" mt={4}>
              {props.text}
            </Text>
          </div>
          {props.children}
        </Stack>
      </main>
    </div>
  );
}
