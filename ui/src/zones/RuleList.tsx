import {
  ActionIcon,
  Button,
  Chip,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Rule } from "@/api/types";
import { Icon } from "@/elements/Icon";
import {
  directionOf,
  dwellOf,
  FAMILIES,
  isKnown,
  KINDS,
  labelsOf,
  newRule,
  type RuleKind,
  SEVERITIES,
  toggledLabel,
  withOption,
} from "./rules";
import { isAbout, type Shape, withoutRule, withRule } from "./shapes";
import type { Editor } from "./useEditor";
import classes from "./Zones.module.css";

/** The rules of one zone or line, and adding another. */
export function RuleList(props: { editor: Editor; shape: Shape; mayEdit: boolean }) {
  const { t } = useTranslation();
  const { editor, shape, mayEdit } = props;
  const { drawing, act } = editor;
  const rules = drawing.rules.filter((rule) => isAbout(rule, shape.id));
  const add = (kind: RuleKind) => {
    const name = t(`zones.ruleNames.${kind}`, { name: shape.name });
    act({ do: "change", drawing: withRule(drawing, newRule(kind, name, shape, drawing)) });
  };
  return (
    <Stack gap="sm">
      <Text size="sm" fw={600}>
        {t("zones.rules")}
      </Text>
      {rules.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("zones.noRules")}
        </Text>
      )}
      {rules.map((rule) => (
        <RuleCard
          key={rule.id}
          rule={rule}
          mayEdit={mayEdit}
          onChange={(next) => act({ do: "change", drawing: withRule(drawing, next) })}
          onDelete={() => act({ do: "change", drawing: withoutRule(drawing, rule.id) })}
        />
      ))}
      {mayEdit && (
        <Group gap="xs">
          {KINDS[shape.kind].map((kind) => (
            <Button
              key={kind}
              size="xs"
              variant="light"
              leftSection={<Icon name="plus" size={15} />}
              onClick={() => add(kind)}
            >
              {t(`zones.kinds.${kind}`)}
            </Button>
          ))}
        </Group>
      )}
    </Stack>
  );
}

interface RuleProps {
  rule: Rule;
  mayEdit: boolean;
  onChange: (rule: Rule) => void;
}

function RuleCard({ rule, mayEdit, onChange, onDelete }: RuleProps & { onDelete: () => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.rule} disabled={!mayEdit} data-rule={rule.id}>
      <Group gap="xs" wrap="nowrap">
        <Switch
          size="sm"
          aria-label={t("zones.ruleOn", { name: rule.name })}
          checked={rule.enabled}
          onChange={(event) => onChange({ ...rule, enabled: event.currentTarget.checked })}
        />
        <Text size="sm" fw={600} flex={1}>
          {isKnown(rule.kind) ? t(`zones.kinds.${rule.kind}`) : rule.kind}
        </Text>
        <ActionIcon
          variant="subtle"
          color="red"
          aria-label={t("zones.deleteRule", { name: rule.name })}
          onClick={onDelete}
        >
          <Icon name="trash" size={17} />
        </ActionIcon>
      </Group>
      <TextInput
        size="xs"
        label={t("cameras.name")}
        maxLength={120}
        value={rule.name}
        onChange={(event) => onChange({ ...rule, name: event.currentTarget.value })}
      />
      {isKnown(rule.kind) && <Options rule={rule} mayEdit={mayEdit} onChange={onChange} />}
      <Group grow gap="xs" align="flex-end">
        <Select
          size="xs"
          label={t("alarms.fact.severity")}
          allowDeselect={false}
          value={rule.severity}
          onChange={(value) =>
            onChange({
              ...rule,
              severity: SEVERITIES.find((one) => one === value) ?? rule.severity,
            })
          }
          data={SEVERITIES.map((one) => ({ value: one, label: t(`severity.${one}`) }))}
        />
        <Seconds
          label={t("zones.cooldown")}
          value={rule.cooldown_s}
          least={0}
          onChange={(cooldown_s) => onChange({ ...rule, cooldown_s })}
        />
      </Group>
    </fieldset>
  );
}

function Options({ rule, onChange }: RuleProps) {
  const { t } = useTranslation();
  const labels = labelsOf(rule);
  return (
    <>
      {rule.kind === "crossing" && (
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={t("alarms.fact.direction")}
          value={directionOf(rule)}
          onChange={(value) => onChange(withOption(rule, "direction", value))}
          data={(["left", "both", "right"] as const).map((one) => ({
            value: one,
            label: t(`zones.directions.${one}`),
          }))}
        />
      )}
      {rule.kind !== "crossing" && (
        <Seconds
          label={t("zones.dwell")}
          value={dwellOf(rule)}
          least={rule.kind === "loitering" ? 0.1 : 0}
          onChange={(seconds) => onChange(withOption(rule, "dwell_s", seconds))}
        />
      )}
      <Group gap={6}>
        {FAMILIES.map((family) => (
          <Chip
            key={family}
            size="xs"
            checked={labels.includes(family)}
            onChange={() => onChange(withOption(rule, "labels", toggledLabel(labels, family)))}
          >
            {t(`label.${family}`)}
          </Chip>
        ))}
      </Group>
    </>
  );
}

function Seconds(props: {
  label: string;
  value: number;
  least: number;
  onChange: (seconds: number) => void;
}) {
  const { t } = useTranslation();
  return (
    <NumberInput
      size="xs"
      label={props.label}
      suffix={t("zones.secondsSuffix")}
      min={props.least}
      max={86_400}
      step={1}
      decimalScale={1}
      allowNegative={false}
      value={props.value}
      onChange={(value) =>
        typeof value === "number" && props.onChange(Math.max(props.least, value))
      }
    />
  );
}
