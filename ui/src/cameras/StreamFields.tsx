import { Button, Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Spec } from "@/api/types";
import { Icon } from "@/elements/Icon";
import { Password } from "@/elements/Password";
import { useSourceTest } from "./changes";
import { SourceResult } from "./SourceResult";
import { type Address, kindOf, MASK, specOf, withoutLogin } from "./source";

interface StreamFieldsProps {
  label: string;
  help?: string;
  value: Address;
  /** The source as it is stored, if it is. */
  before: Spec | undefined;
  onChange: (address: Address) => void;
}

/** The address of one stream with its login, and a test of both. */
export function StreamFields({ label, help, value, before, onChange }: StreamFieldsProps) {
  const { t } = useTranslation();
  const test = useSourceTest();
  const kind = kindOf(withoutLogin(value).address);
  const change = (part: Partial<Address>) => {
    test.reset();
    onChange({ ...value, ...part });
  };
  const masked = value.password === MASK;
  const run = () => {
    const spec = specOf(value, before);
    if (spec) test.mutate(spec);
  };
  const wrong = value.address !== "" && kind === null;
  return (
    <Stack gap="sm">
      <TextInput
        label={label}
        description={help}
        required
        placeholder="rtsp://192.168.1.64/stream1"
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        error={wrong && t("cameras.addressWrong")}
        value={value.address}
        onChange={(event) => change({ address: event.currentTarget.value })}
        onBlur={() => onChange(withoutLogin(value))}
      />
      {(kind === "rtsp" || kind === "mjpeg" || kind === "hls") && (
        <Login value={value} onChange={change} />
      )}
      {kind === "rtsp" && <Transport value={value} onChange={change} />}
      <Group gap="sm">
        <Button
          variant="light"
          leftSection={<Icon name="refresh" size={16} />}
          disabled={kind === null || masked}
          loading={test.isPending}
          onClick={run}
        >
          {t("cameras.test")}
        </Button>
        {masked && (
          <Text size="xs" c="dimmed" flex={1}>
            {t("cameras.testMasked")}
          </Text>
        )}
      </Group>
      <SourceResult test={test} />
    </Stack>
  );
}

interface PartProps {
  value: Address;
  onChange: (part: Partial<Address>) => void;
}

function Login({ value, onChange }: PartProps) {
  const { t } = useTranslation();
  return (
    <Group grow align="flex-start" gap="sm">
      <TextInput
        label={t("login.name")}
        autoComplete="off"
        autoCapitalize="none"
        value={value.user}
        onChange={(event) => onChange({ user: event.currentTarget.value })}
      />
      <Password
        label={t("login.password")}
        autoComplete="new-password"
        value={value.password}
        onFocus={() => value.password === MASK && onChange({ password: "" })}
        onChange={(event) => onChange({ password: event.currentTarget.value })}
      />
    </Group>
  );
}

function Transport({ value, onChange }: PartProps) {
  const { t } = useTranslation();
  return (
    <Group gap="sm">
      <Text size="sm">{t("cameras.transport")}</Text>
      <SegmentedControl
        size="xs"
        aria-label={t("cameras.transport")}
        value={value.transport}
        onChange={(transport) => onChange({ transport: transport === "udp" ? "udp" : "tcp" })}
        data={[
          { value: "tcp", label: "TCP" },
          { value: "udp", label: "UDP" },
        ]}
      />
    </Group>
  );
}
