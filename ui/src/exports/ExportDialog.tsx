import { Button, Checkbox, Group, Modal, Stack, Text, TextInput, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Camera } from "@/api/types";
import { useFailureText } from "@/elements/failures";
import { useMoment } from "@/i18n/moment";
import { fromField, toField } from "@/playback/calendar/zone";
import type { View } from "@/playback/timeline/scale";
import { useExports, useMakeExport } from "./api";
import { ExportRow, VerifyHint } from "./ExportRow";
import { lengthOf } from "./words";

interface ExportDialogProps {
  cameras: readonly Camera[];
  range: View;
  onRange: (range: View) => void;
  onClose: () => void;
}

/** Asks what to take out, then shows how far it is until it can be downloaded. */
export function ExportDialog(props: ExportDialogProps) {
  const { t } = useTranslation();
  const [made, setMade] = useState<string | null>(null);
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("exports.new")}
      size="lg"
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {made ? <Made id={made} onClose={props.onClose} /> : <Form {...props} onMade={setMade} />}
    </Modal>
  );
}

/** What is wished for, and how it is asked. */
function useWish({ cameras, range, onMade }: FormProps) {
  const make = useMakeExport();
  const [chosen, setChosen] = useState(() => cameras.map((camera) => camera.id));
  const [boxes, setBoxes] = useState(false);
  const [blur, setBlur] = useState(false);
  const [note, setNote] = useState("");
  const valid = chosen.length > 0 && range.untilUs > range.fromUs;
  const start_us = Math.round(range.fromUs);
  const end_us = Math.round(range.untilUs);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!valid) return;
    const wish = { cameras: chosen, start_us, end_us, boxes, blur, note };
    make.mutate(wish, { onSuccess: (one) => onMade(one.id) });
  };
  return { make, chosen, setChosen, boxes, setBoxes, blur, setBlur, note, setNote, valid, submit };
}

type FormProps = ExportDialogProps & { onMade: (id: string) => void };

function Form(props: FormProps) {
  const { t } = useTranslation();
  const failure = useFailureText();
  const wish = useWish(props);
  return (
    <form onSubmit={wish.submit}>
      <Stack>
        <Range range={props.range} onRange={props.onRange} />
        <Checkbox.Group
          label={t("exports.cameras")}
          value={wish.chosen}
          onChange={wish.setChosen}
        >
          <Group mt={6}>
            {props.cameras.map((camera) => (
              <Checkbox key={camera.id} value={camera.id} label={camera.name} />
            ))}
          </Group>
        </Checkbox.Group>
        <Checkbox
          label={t("exports.boxes")}
          description={t("exports.slower")}
          checked={wish.boxes}
          onChange={(event) => wish.setBoxes(event.currentTarget.checked)}
        />
        <Checkbox
          label={t("exports.blur")}
          description={t("exports.blurHelp")}
          checked={wish.blur}
          onChange={(event) => wish.setBlur(event.currentTarget.checked)}
        />
        <Textarea
          label={t("exports.note")}
          placeholder={t("exports.notePlaceholder")}
          autosize
          minRows={2}
          value={wish.note}
          onChange={(event) => wish.setNote(event.currentTarget.value)}
        />
        {wish.make.error && (
          <Text size="sm" c="red" role="alert">
            {failure(wish.make.error)}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" disabled={!wish.valid} loading={wish.make.isPending}>
            {t("exports.make")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** From when until when, and how long that is. */
function Range({ range, onRange }: { range: View; onRange: (range: View) => void }) {
  const { t } = useTranslation();
  const valid = range.untilUs > range.fromUs;
  return (
    <>
      <Group grow align="flex-start">
        <MomentField
          label={t("exports.from")}
          tUs={range.fromUs}
          onChange={(fromUs) => onRange({ ...range, fromUs })}
        />
        <MomentField
          label={t("exports.until")}
          tUs={range.untilUs}
          onChange={(untilUs) => onRange({ ...range, untilUs })}
        />
      </Group>
      <Text size="sm" c={valid ? "dimmed" : "red"}>
        {valid
          ? t("exports.length", { length: lengthOf(range.untilUs - range.fromUs) })
          : t("exports.wrongRange")}
      </Text>
    </>
  );
}

interface MomentFieldProps {
  label: string;
  tUs: number;
  onChange: (tUs: number) => void;
}

/** A date and time in the site's zone. */
export function MomentField({ label, tUs, onChange }: MomentFieldProps) {
  const { zone } = useMoment();
  const [written, setWritten] = useState<string | null>(null);
  return (
    <TextInput
      label={label}
      description={zone}
      value={written ?? toField(tUs, zone)}
      error={written !== null && fromField(written, zone) === null}
      onChange={(event) => {
        setWritten(event.currentTarget.value);
        const next = fromField(event.currentTarget.value, zone);
        if (next !== null) onChange(next);
      }}
      onBlur={() => setWritten(null)}
    />
  );
}

function Made({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const one = useExports().data?.find((each) => each.id === id);
  return (
    <Stack>
      {one && (
        <ul style={{ margin: 0, padding: 0, listStyle: "none" }}>
          <ExportRow one={one} />
        </ul>
      )}
      <Text size="sm">{t("exports.goesOn")}</Text>
      <VerifyHint />
      <Group justify="flex-end">
        <Button component={Link} to="/exports" variant="default">
          {t("exports.all")}
        </Button>
        <Button onClick={onClose}>{t("action.close")}</Button>
      </Group>
    </Stack>
  );
}
