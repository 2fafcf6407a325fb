"""Rows for files that nothing is known of but what they say themselves."""

from __future__ import annotations

from contextlib import closing

from vedette.core.footage import Segment, Tier, segment_id
from vedette.record.index import head_of, parts_of, start_of
from vedette.record.layout import file_path
from vedette.record.places import Places

__all__ = ["adopted"]


def adopted(places: Places, tier: Tier, camera: str, stream: str, start_us: int) -> Segment:
    """A row made from a file's head and parts; ValueError when it is no footage of ours."""
    path = file_path(camera, stream, start_us)
    with closing(places.reader(tier, path)) as reader:
        head = head_of(reader)
        video = head.video
        if video is None:
            raise ValueError(f"{path} has no pictures")
        frames, begin_us, end_us, media_us = 0, None, 0, 0
        for _, _, runs in parts_of(reader, head, head.size):
            span = start_of(head, runs)
            if span is None:
                continue
            frames += sum(len(run) for run in runs if run.track == video.id)
            begin_us = span[0] if begin_us is None else begin_us
            media_us += span[1] - span[0]
            end_us = max(end_us, span[1])
        size = reader.size
    if begin_us is None:
        raise ValueError(f"{path} has no whole part")
    audio = head.audio
    return Segment(
        id=segment_id(camera, stream, start_us),
        camera=camera,
        stream=stream,
        start_us=start_us,
        end_us=start_us + end_us,
        media_us=media_us,
        frames=frames,
        size=size,
        path=path,
        codec=_CODECS.get(video.codec[:4], video.codec[:4]),
        width=video.width,
        height=video.height,
        audio="" if audio is None else _CODECS.get(audio.codec[:4], audio.codec[:4]),
        sha256=places.digest(tier, path, lambda _: None),
        tier=tier,
    )


_CODECS = {
    "avc1": "h264",
    "avc3": "h264",
    "hvc1": "hevc",
    "hev1": "hevc",
    "jpeg": "mjpeg",
    "mp4a": "aac",
    "opus": "opus",
    "alaw": "pcm_alaw",
    "ulaw": "pcm_mulaw",
}
"""What files call codecs, and what we do."""
