import { Alert, Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFailureText } from "./failures";

interface FormEndProps {
  submit: string;
  error: unknown;
  busy: boolean;
  disabled?: boolean;
  onCancel?: () => void;
}

/** What every form ends with: why it was refused, cancel, and the button that sends it. */
export function FormEnd({ submit, error, busy, disabled = false, onCancel }: FormEndProps) {
  const { t } = useTranslation();
  const text = useFailureText();
  return (
    <>
      {Boolean(error) && (
        <Alert color="red" variant="light" role="alert">
          {text(error)}
        </Alert>
      )}
      <Group justify="flex-end">
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            {t("action.cancel")}
          </Button>
        )}
        <Button type="submit" loading={busy} disabled={disabled}>
          {submit}
        </Button>
      </Group>
    </>
  );
}
