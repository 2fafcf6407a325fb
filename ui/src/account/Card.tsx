import { Alert, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiFailure } from "@/api/failure";
import { useFailureText } from "@/elements/failures";
import classes from "@/elements/Page.module.css";

/** One matter of the account. */
export function Card(props: {
  title: string;
  text: string;
  acts?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <section className={classes.card} aria-label={props.title}>
      <Stack>
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} size="h4">
              {props.title}
            </Title>
            <Text size="sm" c="dimmed">
              {props.text}
            </Text>
          </div>
          {props.acts}
        </Group>
        {props.children}
      </Stack>
    </section>
  );
}

/** Why a proof was refused: here `denied` means that password or code is wrong. */
export function ProofFailure({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const text = useFailureText();
  if (!error) return null;
  const wrong = error instanceof ApiFailure && error.code === "denied";
  return (
    <Alert color="red" variant="light" role="alert">
      {wrong ? t("account.wrongProof") : text(error)}
    </Alert>
  );
}
