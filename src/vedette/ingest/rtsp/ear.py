"""The sound of an RTSP camera, put on the wall clock of its pictures."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.core.media import Sound
from vedette.core.ports import Origin
from vedette.ingest.rtsp.reports import SenderReport, read_report
from vedette.ingest.rtsp.rtp import Order, TimeStamps, parse_rtp
from vedette.ingest.rtsp.sound_sdp import SoundTrack
from vedette.ingest.rtsp.sound_units import Piece, sound_units
from vedette.ingest.timeline import Timeline

__all__ = ["Ear"]

_MOST_WAITING = 500
# Cameras whose reports contradict what arrives when by more than this do not know the time.
_ABSURD_US = 2_000_000


class Ear:
    """Takes the packets of the sound track and the reports of both tracks.

    The reports tell how the two tracks' clocks stand to each other; until both have come, or where
    they make no sense, sound is placed by when it arrives, as pictures are.
    """

    def __init__(self, track: SoundTrack, origin: Origin, depth: int) -> None:
        """`depth` packets may overtake a late one."""
        self._track, self._origin = track, origin
        self._order = Order(depth)
        self._units = sound_units(track)
        self._stamps = TimeStamps(track.clock_hz)
        self._arrivals = Timeline()
        self._waiting: list[tuple[int, Piece]] = []
        self._report: SenderReport | None = None
        self._pictures_report: SenderReport | None = None

    def take(self, octets: memoryview) -> None:
        """An RTP packet of the sound track."""
        packet = parse_rtp(octets)
        if packet is None or packet.payload_type != self._track.payload_type:
            return
        now_us = self._origin.clock.now_us()
        for ordered in self._order.take(packet):
            pieces = self._units.take(ordered)
            for piece in pieces:
                self._waiting.append((self._stamps.us(piece.time), piece))
            if pieces:
                # A packet is sent when its last sample has been heard.
                pts_us, last = self._waiting[-1]
                self._arrivals.hear(pts_us + self._us(last.ticks), now_us)
        del self._waiting[:-_MOST_WAITING]

    def report(self, octets: memoryview) -> None:
        """An RTCP packet of the sound track."""
        self._report = read_report(octets) or self._report

    def report_of_pictures(self, octets: memoryview) -> None:
        """An RTCP packet of the video track."""
        self._pictures_report = read_report(octets) or self._pictures_report

    def sounds(self, stamps: TimeStamps, timeline: Timeline) -> Sequence[Sound]:
        """What has come, by the clock and the timeline of the pictures."""
        if not self._waiting:
            return ()
        offset_us = self._offset_us(stamps, timeline)
        waiting, self._waiting = self._waiting, []
        return [self._sound(pts_us, piece, offset_us) for pts_us, piece in waiting]

    def _offset_us(self, stamps: TimeStamps, timeline: Timeline) -> int:
        """From the sound's clock to the wall."""
        arrived_us = self._arrivals.offset_us or 0
        sound, pictures, wall_us = self._report, self._pictures_report, timeline.offset_us
        if sound is None or pictures is None or wall_us is None:
            return arrived_us
        error_us = stamps.near_us(pictures.time) + wall_us - pictures.wall_us
        told_us = sound.wall_us - self._stamps.near_us(sound.time) + error_us
        return told_us if abs(told_us - arrived_us) < _ABSURD_US else arrived_us

    def _sound(self, pts_us: int, piece: Piece, offset_us: int) -> Sound:
        return Sound(
            camera=self._origin.camera,
            stream=self._origin.stream,
            t_us=pts_us + offset_us,
            pts_us=pts_us,
            duration_us=self._us(piece.ticks),
            format=self._track.format,
            data=piece.data,
        )

    def _us(self, ticks: int) -> int:
        return ticks * 1_000_000 // self._track.clock_hz
