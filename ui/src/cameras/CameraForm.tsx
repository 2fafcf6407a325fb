import { Alert, Button, Group, Stack, Switch, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Camera, Spec } from "@/api/types";
import { useFailureText } from "@/elements/failures";
import { type CameraChange, useAddCamera, useChangeCamera } from "./changes";
import { StreamFields } from "./StreamFields";
import { type Address, addressOf, cameraId, NO_ADDRESS, specOf, streamsOf } from "./source";

interface CameraFormProps {
  /** Null for a new one. */
  camera: Camera | null;
  cameras: readonly Camera[];
  onDone: () => void;
}

interface Draft {
  name: string;
  group: string;
  main: Address;
  second: Address | null;
}

/** Name and addresses of a camera, each tried before it is kept. */
export function CameraForm({ camera, cameras, onDone }: CameraFormProps) {
  const { t } = useTranslation();
  const text = useFailureText();
  const [draft, setDraft] = useState(() => draftOf(camera));
  const add = useAddCamera();
  const alter = useChangeCamera();
  const save = camera ? alter : add;
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const known = camera?.streams.map((stream) => stream.source) ?? [];
  const fixed = camera !== null && !known.every((source) => addressOf(source));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const change = fixed ? renamed(draft) : changeOf(draft);
    if (!change) return;
    if (camera) alter.mutate({ id: camera.id, change }, { onSuccess: onDone });
    else add.mutate(change(blank(draft.name, cameras)), { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        <TextInput
          label={t("cameras.name")}
          required
          maxLength={120}
          data-autofocus
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        {fixed ? (
          <Alert variant="light">{t("cameras.fixedSource", { kind: known[0]?.kind })}</Alert>
        ) : (
          <Streams draft={draft} known={known} change={change} />
        )}
        <TextInput
          label={t("cameras.group")}
          description={t("cameras.groupHelp")}
          maxLength={120}
          value={draft.group}
          onChange={(event) => change({ group: event.currentTarget.value })}
        />
        {save.error && (
          <Alert color="red" variant="light" role="alert">
            {text(save.error)}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t(camera ? "action.save" : "cameras.add")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Streams(props: {
  draft: Draft;
  known: readonly Spec[];
  change: (part: Partial<Draft>) => void;
}) {
  const { t } = useTranslation();
  const { draft, known, change } = props;
  return (
    <>
      <StreamFields
        label={t("cameras.address")}
        help={t("cameras.addressHelp")}
        value={draft.main}
        before={known[0]}
        onChange={(main) => change({ main })}
      />
      <Switch
        label={t("cameras.second")}
        description={t("cameras.secondHelp")}
        checked={draft.second !== null}
        onChange={(event) =>
          change({ second: event.currentTarget.checked ? { ...draft.main, address: "" } : null })
        }
      />
      {draft.second && (
        <StreamFields
          label={t("cameras.secondAddress")}
          value={draft.second}
          before={known[1]}
          onChange={(second) => change({ second })}
        />
      )}
    </>
  );
}

function draftOf(camera: Camera | null): Draft {
  const [main, second] = camera?.streams ?? [];
  return {
    name: camera?.name ?? "",
    group: camera?.group ?? "",
    main: (main && addressOf(main.source)) ?? NO_ADDRESS,
    second: (second && addressOf(second.source)) ?? null,
  };
}

function renamed({ name, group }: Draft): CameraChange {
  return (camera) => ({ ...camera, name, group });
}

/** What a draft makes of a camera; null when an address is not one. */
function changeOf(draft: Draft): CameraChange | null {
  const { main, second, name, group } = draft;
  if (!specOf(main) || (second && !specOf(second))) return null;
  return (camera) => {
    const first = specOf(main, camera.streams[0]?.source);
    const other = second && specOf(second, camera.streams[1]?.source);
    if (!first) return camera;
    const streams = streamsOf(first, other);
    // Whoever gave the streams other names or roles keeps them.
    const kept = camera.streams.length === streams.length ? camera.streams : streams;
    const named = streams.map((stream, index) => ({
      ...stream,
      id: kept[index]?.id ?? stream.id,
      roles: kept[index]?.roles ?? stream.roles,
    }));
    return { ...camera, name, group, streams: named };
  };
}

function blank(name: string, cameras: readonly Camera[]): Camera {
  const id = cameraId(name, new Set(cameras.map((one) => one.id)));
  const empty = { zones: [], lines: [], rules: [], streams: [] };
  return { id, name, group: "", enabled: true, analyse_fps: 8, ...empty };
}
